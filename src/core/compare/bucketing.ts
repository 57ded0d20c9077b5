import type { TableShape } from '../catalogue/shape.ts';
import { ident, own } from '../postgres/quote.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import type { Hashing, RowHash } from './columns.ts';
import type { BothSnapshots, CompareContext, Side } from './snapshots.ts';

/**
 * How a table is divided into buckets, in the same way in both databases: by ranges of the key if that is one number,
 * else by a hash of the key, which does not depend on collations. Ranges are better: recent changes are usually at the
 * table's end and touch few of them, and the key's index finds their rows.
 */
export type Bucketing =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'ranges';
      readonly column: string;
      /** Whether keys may have fractions. */
      readonly fractions: boolean;
      /** First key of bucket 0, which also takes all lower keys. */
      readonly low: bigint;
      /** A bucket spans 2^shift keys, so that it can be split into equal parts. */
      readonly shift: number;
      /** Number of the last bucket, which also takes all higher keys. */
      readonly last: number;
    }
  | { readonly kind: 'hash'; readonly key: RowHash; readonly bits: number };

export type SideName = keyof RowHash;

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

/** Keys beyond this use a hash, because the difference of two keys must fit into 64 bits. */
const FARTHEST_KEY = 2n ** 61n;

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

/** Number of buckets, including empty ones. */
export function bucketCount(bucketing: Bucketing): number {
  if (bucketing.kind === 'whole') return 1;
  return bucketing.kind === 'ranges' ? bucketing.last + 1 : 2 ** bucketing.bits;
}

/** SQL of the number of the bucket of the row `t`. */
export function bucketOf(bucketing: Bucketing, side: SideName): string {
  if (bucketing.kind === 'whole') return '0';
  if (bucketing.kind === 'hash') return `(${bucketing.key[side]} ${own('&')} ${2 ** bucketing.bits - 1})`;
  const value = `t.${ident(bucketing.column)}`;
  const whole = bucketing.fractions ? `pg_catalog.floor(${value})::bigint` : `${value}::bigint`;
  return `least(greatest(${whole} ${own('-')} (${bucketing.low}), 0) ${own('>>')} ${bucketing.shift}, ${bucketing.last})`;
}

/** SQL condition for rows `t` in any of these buckets; null where it holds for every row. */
export function inBuckets(bucketing: Bucketing, buckets: readonly number[], side: SideName): string | null {
  if (bucketing.kind === 'whole') return null;
  if (buckets.length === 0) return 'false';
  if (bucketing.kind === 'hash')
    return `${bucketOf(bucketing, side)} ${own('=')} ANY ('{${buckets.join(',')}}'::bigint[])`;
  const column = `t.${ident(bucketing.column)}`;
  const ranges = neighbours(buckets).map(([first, last]) => {
    const { from, below } = keysOf(bucketing, first, last);
    const bounds = [
      ...(from === null ? [] : [`${column} ${own('>=')} (${from})`]),
      ...(below === null ? [] : [`${column} ${own('<')} (${below})`]),
    ];
    return bounds.length === 0 ? 'true' : `(${bounds.join(' AND ')})`;
  });
  return ranges.length === 1 ? (ranges[0] ?? 'true') : `(${ranges.join(' OR ')})`;
}

/** The range of keys from the first to the last bucket; null where it has no bound. */
export function keysOf(
  bucketing: Extract<Bucketing, { kind: 'ranges' }>,
  first: number,
  last: number,
): { readonly from: bigint | null; readonly below: bigint | null } {
  const edge = (bucket: number): bigint => bucketing.low + (BigInt(bucket) << BigInt(bucketing.shift));
  return { from: first === 0 ? null : edge(first), below: last === bucketing.last ? null : edge(last + 1) };
}

/** Joins adjacent buckets to [first, last] runs. */
function neighbours(buckets: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const bucket of [...buckets].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === bucket) run[1] = bucket;
    else runs.push([bucket, bucket]);
  }
  return runs;
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
  context: CompareContext,
  sides: BothSnapshots,
  hashing: Hashing,
): Promise<Bucketing> {
  const rows = estimatedRows(context.source);
  const column = rangeColumn(context.source, context.target.key);
  if (column === null || isWhole(rows)) return bucketsByHash(hashing.key, rows);
  const [ours, theirs] = await Promise.all([
    keyBounds(sides.source, column),
    keyBounds(sides.central, column),
  ]);
  if (ours === 'far' || theirs === 'far') return bucketsByHash(hashing.key, rows);
  const bounds = ours ?? theirs;
  if (bounds === null) return { kind: 'whole' };
  return bucketsByRange(context.source, column, bounds.low, bounds.high, rows);
}

function estimatedRows(source: TableShape): number {
  if (source.kind !== 'table') return source.estimatedRows ?? ROWS_OF_UNKNOWN;
  return source.estimatedRows ?? Math.ceil(source.bytes / BYTES_A_ROW);
}

interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** Lowest and highest key; null where there is no row, `far` where one is no number that fits (NaN, infinity, 10^30). */
async function keyBounds(side: Side, column: string): Promise<Bounds | 'far' | null> {
  const key = `t.${ident(column)}`;
  const where = side.where.length === 0 ? '' : ` WHERE ${side.where.join(' AND ')}`;
  const result = await side.session.query(
    `SELECT pg_catalog.min(${key})::pg_catalog.text AS low, pg_catalog.max(${key})::pg_catalog.text AS high FROM ${side.from}${where}`,
    [],
    side.session.workMs,
  );
  const { low = null, high = null } = result.rows[0] ?? {};
  if (low === null || high === null) return null;
  const bounds = [low, high].map(floorOf);
  const [from, to] = bounds;
  return from == null || to == null ? 'far' : { low: from, high: to };
}

/** The largest whole number that is not larger; null where it is too far out. */
function floorOf(text: string): bigint | null {
  const match = /^(-?\d+)(\.\d*)?$/.exec(text);
  const whole = wholeNumber(match?.[1] ?? '');
  if (match === null || whole === null) return null;
  const below = text.startsWith('-') && /[1-9]/.test(match[2] ?? '') ? whole - 1n : whole;
  return below > FARTHEST_KEY || below < -FARTHEST_KEY ? null : below;
}
