import type { Bucketing } from '../digest/buckets.ts';
import type { HashedRow, Newer } from '../digest/comparedTable.ts';
import type { RowHash } from '../digest/rowHash.ts';
import type { BothSnapshots } from './snapshots.ts';

/** How the rows of a bucket differ. */
export interface RowDifferences {
  /** At the source only. */
  readonly missing: number;
  /** At central only: deleted at the source, or never there. Not counted where branches share the table. */
  readonly extra: number;
  /** The same key with other contents. */
  readonly different: number;
  /** How many of `missing` and `different` are newer at the source than the mark; null without a mark. */
  readonly newerMissing: number | null;
  readonly newerDifferent: number | null;
  /** Keys of some differing rows that are not newer, one text per column. */
  readonly examples: readonly (readonly string[])[];
}

export interface RowRequest {
  readonly bucketing: Bucketing;
  readonly key: readonly string[];
  readonly buckets: readonly {
    readonly bucket: number;
    readonly sourceRows: number;
    readonly centralRows: number;
  }[];
  /** Which source rows are newer than the mark; null where the mark cannot tell. */
  readonly newer: Newer;
  /** Branches share the table: all differing buckets are compared row by row, and extra rows belong to other branches. */
  readonly shared: boolean;
  readonly stop: AbortSignal;
}

const EXAMPLES = 5;
/** Maximum number of example keys for a shared table, where differing rows may be keys that two branches both have. */
const COLLISIONS = 20;
/** Maximum number of rows in differing buckets to compare one by one (half a megabyte to transfer). */
const MOST_ROWS = 10_000;
/** Rows, of both databases together, to hold in memory at a time. */
const ROWS_AT_ONCE = 50_000;

/**
 * Compares the single rows of differing buckets, by the digests of their keys and contents.
 *
 * @returns by bucket; empty where there are too many rows
 */
export async function rowDifferences(
  sides: BothSnapshots,
  key: RowHash,
  hash: RowHash,
  request: RowRequest,
): Promise<ReadonlyMap<number, RowDifferences>> {
  const found = new Map<number, Tally>();
  const total = request.buckets.reduce((sum, one) => sum + one.sourceRows + one.centralRows, 0);
  if (total > MOST_ROWS && !request.shared) return found;
  for (const buckets of groups(request.buckets, ROWS_AT_ONCE)) {
    request.stop.throwIfAborted();
    const { bucketing, newer, shared } = request;
    const asked = { bucketing, buckets, key: request.key, keyHash: key, rowHash: hash };
    const [source, central] = await Promise.all([
      sides.source.rowHashes({ ...asked, newer }),
      sides.central.rowHashes({ ...asked, ...(shared && { key: null }), newer: null }),
    ]);
    for (const bucket of buckets)
      found.set(bucket, new Tally(request.newer !== null, request.shared ? COLLISIONS : EXAMPLES));
    for (const [id, row] of source) found.get(row.bucket)?.ours(row, central.get(id));
    if (request.shared) continue;
    for (const [id, row] of central) if (!source.has(id)) found.get(row.bucket)?.theirs(row);
  }
  return found;
}

/** Groups consecutive buckets so that a group has at most `most` rows. A bucket with more is a group of its own. */
export function groups(
  buckets: readonly { readonly bucket: number; readonly sourceRows: number; readonly centralRows: number }[],
  most: number,
): readonly (readonly number[])[] {
  const all: number[][] = [];
  let room = 0;
  for (const { bucket, sourceRows, centralRows } of buckets) {
    const rows = sourceRows + centralRows;
    if (rows > room || all.length === 0) {
      all.push([]);
      room = most;
    }
    all.at(-1)?.push(bucket);
    room -= rows;
  }
  return all;
}

/** Counts the differences of one bucket. */
class Tally implements RowDifferences {
  missing = 0;
  extra = 0;
  different = 0;
  newerMissing: number | null;
  newerDifferent: number | null;
  readonly examples: (readonly string[])[] = [];

  readonly #most: number;

  constructor(marked: boolean, most: number) {
    this.#most = most;
    this.newerMissing = marked ? 0 : null;
    this.newerDifferent = marked ? 0 : null;
  }

  ours(row: HashedRow, other: HashedRow | undefined): void {
    if (other?.hash === row.hash) return;
    if (other === undefined) this.missing++;
    else this.different++;
    if (!row.newer) this.#example(row);
    else if (other === undefined) this.newerMissing = (this.newerMissing ?? 0) + 1;
    else this.newerDifferent = (this.newerDifferent ?? 0) + 1;
  }

  theirs(row: HashedRow): void {
    this.extra++;
    this.#example(row);
  }

  #example(row: HashedRow): void {
    if (this.examples.length < this.#most) this.examples.push(row.key);
  }
}
