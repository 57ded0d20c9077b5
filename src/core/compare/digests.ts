import { own } from '../postgres/quote.ts';
import { catalogueUnreadable } from '../postgres/readJson.ts';
import type { TextRow } from '../postgres/session.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import { type Bucketing, bucketOf, inBuckets, type SideName } from './bucketing.ts';
import type { RowHash } from './columns.ts';
import type { BothSnapshots, Side } from './snapshots.ts';

/** Digest of a bucket: its number of rows and the exact sum of their hashes. */
export interface Digest {
  readonly rows: number;
  readonly sum: bigint;
}

/** By bucket, without empty buckets. */
export type Digests = ReadonlyMap<number, Digest>;

export interface BothDigests {
  readonly source: Digests;
  readonly central: Digests;
}

export interface DigestRequest {
  readonly bucketing: Bucketing;
  readonly hash: RowHash;
  /** Only these buckets. */
  readonly buckets?: readonly number[];
  /** When aborted, the work ends after the current stretch of blocks. */
  readonly stop?: AbortSignal;
  /** Called with the rows compared so far, as counted in the slower database. */
  readonly onRows?: (rows: number) => void;
}

/** Blocks to scan per statement: 256 MB, some seconds. Progress can be reported only between statements. */
const STRETCH_BLOCKS = 32_768;
/** Maximum number of stretches, because each one transfers a row per bucket. */
const MOST_STRETCHES = 16;

/**
 * Computes the digests of both databases at the same time. Large tables are scanned in stretches of blocks, so that
 * progress can be reported and the work stopped in between. The stretches' sums are added up.
 *
 * @throws the signal's reason where it was stopped
 */
export async function digestBoth(sides: BothSnapshots, request: DigestRequest): Promise<BothDigests> {
  const seen = { source: 0, central: 0 };
  const tell = (side: SideName, rows: number): void => {
    seen[side] += rows;
    request.onRows?.(Math.min(seen.source, seen.central));
  };
  const [source, central] = await Promise.all([
    digestSide(sides.source, 'source', request, tell),
    digestSide(sides.central, 'central', request, tell),
  ]);
  return { source, central };
}

async function digestSide(
  side: Side,
  name: SideName,
  request: DigestRequest,
  tell: (side: SideName, rows: number) => void,
): Promise<Digests> {
  const sums = new Map<number, { rows: number; sum: bigint }>();
  for (const stretch of stretches(side, request)) {
    request.stop?.throwIfAborted();
    const result = await side.session.query(
      digestQuery(side, name, request, stretch),
      [],
      side.session.workMs,
    );
    let rows = 0;
    for (const row of result.rows) {
      const bucket = Number(row.bucket);
      const before = sums.get(bucket) ?? { rows: 0, sum: 0n };
      sums.set(bucket, { rows: before.rows + Number(row.rows), sum: before.sum + sumOf(row) });
      rows += Number(row.rows);
    }
    tell(name, rows);
  }
  return sums;
}

/** SQL conditions that divide the table into stretches of blocks; a single null where it is read at once. */
function stretches(side: Side, request: DigestRequest): readonly (string | null)[] {
  const count = Math.min(MOST_STRETCHES, Math.ceil(side.blocks / STRETCH_BLOCKS));
  if (count <= 1 || request.buckets !== undefined) return [null];
  const blocks = Math.ceil(side.blocks / count);
  return Array.from({ length: count }, (_, index) => {
    const from = `t.ctid ${own('>=')} '(${index * blocks},0)'::pg_catalog.tid`;
    // The last stretch has no end, because the table may have grown since its size was read.
    return index === count - 1
      ? from
      : `${from} AND t.ctid ${own('<')} '(${(index + 1) * blocks},0)'::pg_catalog.tid`;
  });
}

function digestQuery(side: Side, name: SideName, request: DigestRequest, stretch: string | null): string {
  const { bucketing, hash, buckets } = request;
  const conditions = [
    ...side.where,
    ...(stretch === null ? [] : [stretch]),
    ...(buckets === undefined ? [] : [inBuckets(bucketing, buckets, name) ?? 'true']),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${bucketOf(bucketing, name)} AS bucket, pg_catalog.count(*) AS rows, pg_catalog.sum(${hash[name]}) AS sum
    FROM ${side.from}${where} GROUP BY 1`;
}

/** Numbers of the buckets whose digests differ, in ascending order. */
export function differingBuckets({ source, central }: BothDigests): readonly number[] {
  const all = new Set([...source.keys(), ...central.keys()]);
  return [...all].filter((bucket) => !same(source.get(bucket), central.get(bucket))).sort((a, b) => a - b);
}

function same(a: Digest | undefined, b: Digest | undefined): boolean {
  return a?.rows === b?.rows && a?.sum === b?.sum;
}

/** Total number of rows. */
export function rowsOf(digests: Digests): number {
  return [...digests.values()].reduce((sum, one) => sum + one.rows, 0);
}

function sumOf({ sum }: TextRow): bigint {
  const whole = wholeNumber(sum ?? '0');
  if (whole === null) throw catalogueUnreadable(`sum of hashes: ${sum}`);
  return whole;
}
