import type { TableShape } from '../catalogue/shape.ts';
import type { Bucketing } from '../digest/buckets.ts';
import type { KeyBounds } from '../digest/comparedTable.ts';
import type { RowHash } from '../digest/rowHash.ts';
import type { Hashing } from './columns.ts';
import type { BothSnapshots, CompareContext } from './snapshots.ts';

/** Target number of rows in a range. */
const ROWS_A_RANGE = 10_000;
/** Target number of rows in a bucket by hash. Smaller, because splitting such a bucket takes another scan. */
const ROWS_A_HASH = 2_000;
const MOST_RANGES = 4096;
const MOST_HASH_BITS = 10;
const MOST_HASH_BITS_HUGE = 13;
const HUGE_ROWS = 20_000_000;
/** A table with at most this many rows is one bucket. */
const WHOLE_ROWS = 2_000;

/** Whether a table of about that many rows is too small to divide. */
function isWhole(rows: number): boolean {
  return rows <= WHOLE_ROWS;
}

/** The key column whose ranges can be buckets; null where buckets are made by hash. */
function rangeColumn(source: TableShape, key: readonly string[] | null): string | null {
  const [name] = key ?? [];
  if (name === undefined || key?.length !== 1) return null;
  // Views and the like may have no index, so each query of a range could scan all rows.
  if (source.kind !== 'table' && source.kind !== 'partitioned') return null;
  const column = source.columns.find((one) => one.name === name);
  return column?.own === null && /^(smallint|integer|bigint|numeric)\b/.test(column.type) ? name : null;
}

/** @param rows estimated number of rows */
function bucketsByRange(
  source: TableShape,
  name: string,
  low: bigint,
  high: bigint,
  rows: number,
): Bucketing {
  if (isWhole(rows)) return { kind: 'whole' };
  const count = Math.min(MOST_RANGES, Math.ceil(rows / ROWS_A_RANGE));
  let shift = 0;
  while ((high - low) >> BigInt(shift) >= BigInt(count)) shift++;
  const type = source.columns.find((one) => one.name === name)?.type ?? '';
  const fractions = type.startsWith('numeric') && !/^numeric\(\d+,0\)$/.test(type);
  return { kind: 'ranges', column: name, fractions, low, shift, last: Number((high - low) >> BigInt(shift)) };
}

/** @param key null where rows have no key: then the table stays whole */
function bucketsByHash(key: RowHash | null, rows: number): Bucketing {
  if (key === null || isWhole(rows)) return { kind: 'whole' };
  const most = rows > HUGE_ROWS ? MOST_HASH_BITS_HUGE : MOST_HASH_BITS;
  return { kind: 'hash', key, bits: Math.min(most, Math.ceil(Math.log2(rows / ROWS_A_HASH))) };
}

/** Splits every bucket into 2^bits parts (fewer if it spans fewer keys). The parts of bucket b begin at b << bits. */
export function split(
  bucketing: Bucketing,
  bits: number,
): { readonly bucketing: Bucketing; readonly bits: number } {
  if (bucketing.kind !== 'ranges') return { bucketing, bits: 0 };
  const by = Math.min(bits, bucketing.shift);
  return {
    bucketing: { ...bucketing, shift: bucketing.shift - by, last: (bucketing.last + 1) * 2 ** by - 1 },
    bits: by,
  };
}

/** Assumed size of a row where there is no estimate of the number of rows. */
const BYTES_A_ROW = 100;
/** Assumed number of rows of a view or foreign table, which has no size. */
const ROWS_OF_UNKNOWN = 100_000;

/** Chooses how to divide a table into buckets, by the source's number of rows and its lowest and highest key. */
export async function openBuckets(
  { source, target }: CompareContext,
  sides: BothSnapshots,
  hashing: Hashing,
): Promise<Bucketing> {
  const column = boundedColumn(source, target.key);
  if (column === null) return bucketsOf(source, hashing, null, null, null);
  const [ours, theirs] = await Promise.all([sides.source.keyBounds(column), sides.central.keyBounds(column)]);
  return bucketsOf(source, hashing, column, ours, theirs);
}

/** The key column whose lowest and highest value {@link bucketsOf} needs; null if it needs none. */
export function boundedColumn(source: TableShape, key: readonly string[] | null): string | null {
  return isWhole(estimatedRows(source)) ? null : rangeColumn(source, key);
}

/**
 * How to divide a table into buckets.
 *
 * @param column the {@link boundedColumn}
 * @param ours its bounds at the source
 * @param theirs its bounds at central
 */
export function bucketsOf(
  source: TableShape,
  { key }: Hashing,
  column: string | null,
  ours: KeyBounds | 'far' | null,
  theirs: KeyBounds | 'far' | null,
): Bucketing {
  const rows = estimatedRows(source);
  if (column === null || ours === 'far' || theirs === 'far') return bucketsByHash(key, rows);
  const bounds = ours ?? theirs;
  if (bounds === null) return { kind: 'whole' };
  return bucketsByRange(source, column, bounds.low, bounds.high, rows);
}

function estimatedRows(source: TableShape): number {
  if (source.kind !== 'table') return source.estimatedRows ?? ROWS_OF_UNKNOWN;
  return source.estimatedRows ?? Math.ceil(source.bytes / BYTES_A_ROW);
}
