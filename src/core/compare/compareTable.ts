import { type Bucketing, bucketCount, keysOf } from '../digest/buckets.ts';
import type { RowHash } from '../digest/rowHash.ts';
import type { ChangedRows, Mark, Snapshot } from '../source/port.ts';
import { openBuckets, split } from './bucketing.ts';
import { type Hashing, hashing } from './columns.ts';
import { type BothDigests, differingBuckets, digestBoth, rowsOf } from './digests.ts';
import { type RowDifferences, rowDifferences } from './rowDifferences.ts';
import { type BothSnapshots, type CompareContext, withSnapshots } from './snapshots.ts';

export interface CompareOptions {
  /** An open snapshot of the source, which stays open; a new one is opened where absent. */
  readonly snapshot?: Snapshot;
  /** The source's mark of the last sync. Newer rows may differ: they are not wrong, only not synced yet. */
  readonly mark?: Mark | null;
  /** Compare single rows of the differing buckets, if they are few. */
  readonly rows?: boolean;
  /** Compare a few buckets first. If all of them differ, stop there: see {@link Comparison.hopeless}. */
  readonly probe?: boolean;
  /** Other branches have rows in the table, so only rows whose keys the source has are compared. */
  readonly shared?: boolean;
  /** An earlier comparison: only its differing buckets are compared again. */
  readonly again?: Comparison;
  /** See {@link hashing}. */
  readonly computed?: boolean;
  /** Called with the rows compared so far. */
  readonly onRows?: (rows: number) => void;
}

/** A bucket whose rows differ between source and central. */
export interface BucketDifference {
  readonly bucket: number;
  /** First and last key of the bucket; null where it has no bound. Both are null for buckets by hash. */
  readonly from: string | null;
  readonly to: string | null;
  readonly sourceRows: number;
  readonly centralRows: number;
  /** Source rows newer than the mark; null where that is not known, or where `rows` has the details. */
  readonly newer: number | null;
  /** Which rows differ; null where single rows were not compared. */
  readonly rows: RowDifferences | null;
}

/** What comparing a table found. */
export interface Comparison {
  readonly sourceRows: number;
  readonly centralRows: number;
  /** Number of buckets, before those that differ were split. */
  readonly buckets: number;
  /** The bucketing that the numbers in `differing` belong to. */
  readonly bucketing: Bucketing;
  readonly differing: readonly BucketDifference[];
  /** So much differs that sending everything is cheaper than finding the differences. The counts are 0 then. */
  readonly hopeless: boolean;
  /** Columns that were not compared: central lacks them, or their types have no common form. */
  readonly leftOut: readonly string[];
  /** When the source's snapshot was taken (ISO 8601, UTC). */
  readonly snapshotAt: string;
}

/**
 * Compares a table in both databases by row counts and digests of its buckets, with one scan of each. Differing buckets
 * are split into smaller ones while they are few. Only digests are transferred, and on request the keys and digests of
 * rows in differing buckets.
 *
 * @throws SyncFailure from either database; the reason of `context.stop` where the comparison was stopped
 */
export function compareTable(context: CompareContext, options: CompareOptions = {}): Promise<Comparison> {
  return withSnapshots(context, options.snapshot ?? null, (sides) => compareIn(context, sides, options));
}

async function compareIn(
  context: CompareContext,
  sides: BothSnapshots,
  options: CompareOptions,
): Promise<Comparison> {
  const hashes = hashing(context.source, sides.shape, context.target, sides, options.computed);
  const { again, onRows } = options;
  const { stop } = context;
  const opened = again?.bucketing ?? (await openBuckets(context, sides, hashes));
  const found = { leftOut: hashes.leftOut, snapshotAt: sides.snapshot.takenAt, buckets: bucketCount(opened) };
  if (options.probe && (await probeHopeless(sides, opened, hashes.row))) {
    return { ...found, sourceRows: 0, centralRows: 0, bucketing: opened, differing: [], hopeless: true };
  }
  const buckets = again?.differing.map((one) => one.bucket);
  const request = { bucketing: opened, hash: hashes.row, stop, ...(buckets && { buckets }) };
  const digests = await digestBoth(sides, request, onRows);
  const fine = again ? { bucketing: opened, digests } : await refine(sides, opened, hashes.row, digests);
  return {
    ...found,
    sourceRows: rowsOf(digests.source),
    centralRows: rowsOf(digests.central),
    bucketing: fine.bucketing,
    differing: await differences(context, sides, hashes, options, fine.bucketing, fine.digests),
    hopeless: false,
  };
}

async function differences(
  context: CompareContext,
  sides: BothSnapshots,
  hashes: Hashing,
  options: CompareOptions,
  bucketing: Bucketing,
  digests: BothDigests,
): Promise<readonly BucketDifference[]> {
  const differing = differingBuckets(digests).map((bucket) => describe(bucketing, digests, bucket));
  if (differing.length === 0) return differing;
  const newer = changedRows(sides, options.mark ?? null);
  const shared = options.shared ?? false;
  const request = {
    bucketing,
    key: context.target.key ?? [],
    buckets: differing,
    newer,
    shared,
    stop: context.stop,
  };
  const looked = hashes.key !== null && (shared || options.rows === true);
  const rows = looked && hashes.key ? await rowDifferences(sides, hashes.key, hashes.row, request) : null;
  // In a shared table every bucket differs, because of other branches' rows.
  if (shared) return detailed(differing, rows, null).filter((one) => one.rows !== null && isOurs(one.rows));
  if (rows !== null && rows.size > 0) return detailed(differing, rows, null);
  const numbers = differing.map((one) => one.bucket);
  return detailed(differing, null, newer && (await sides.source.newerRows(bucketing, numbers, newer)));
}

function detailed(
  differing: readonly BucketDifference[],
  rows: ReadonlyMap<number, RowDifferences> | null,
  newer: ReadonlyMap<number, number> | null,
): readonly BucketDifference[] {
  return differing.map((one) => ({
    ...one,
    rows: rows?.get(one.bucket) ?? null,
    newer: newer === null ? null : (newer.get(one.bucket) ?? 0),
  }));
}

function isOurs({ missing, different }: RowDifferences): boolean {
  return missing + different > 0;
}

/** The source rows newer than the mark; null where the mark cannot tell. */
function changedRows({ snapshot }: BothSnapshots, mark: Mark | null): ChangedRows | null {
  const changed = snapshot.changedSince(mark);
  return typeof changed === 'string' ? null : changed;
}

function describe(bucketing: Bucketing, { source, central }: BothDigests, bucket: number): BucketDifference {
  const keys = bucketing.kind === 'ranges' ? keysOf(bucketing, bucket, bucket) : { from: null, below: null };
  return {
    bucket,
    from: keys.from === null ? null : String(keys.from),
    to: keys.below === null ? null : String(keys.below - 1n),
    sourceRows: source.get(bucket)?.rows ?? 0,
    centralRows: central.get(bucket)?.rows ?? 0,
    newer: null,
    rows: null,
  };
}

/** Minimum number of ranges to probe first. With fewer, a full comparison is cheap anyway. */
const WORTH_PROBING = 16;

/**
 * Whether a table differs all over: four ranges spread over it all differ. If one row in a hundred has changed, at random
 * places, nearly every range differs and digests save nothing.
 */
async function probeHopeless(sides: BothSnapshots, bucketing: Bucketing, hash: RowHash): Promise<boolean> {
  if (bucketing.kind !== 'ranges' || bucketing.last < WORTH_PROBING) return false;
  const buckets = [0, Math.floor(bucketing.last / 3), Math.floor((bucketing.last * 2) / 3), bucketing.last];
  const digests = await digestBoth(sides, { bucketing, hash, buckets });
  return differingBuckets(digests).length === buckets.length;
}

/** Maximum number of differing buckets to split. With more, splitting costs as much as sending them. */
const FEW = 16;
/** Target size, in rows, of a differing bucket after splitting. */
const FINE_ROWS = 512;
/** Maximum bits of one split (2^bits parts). Keys may be dense in one place, so splitting may take several steps. */
const MOST_BITS = 8;

/** Splits differing buckets while they are few, so that a repair has to send less. */
export async function refine(
  sides: BothSnapshots,
  bucketing: Bucketing,
  hash: RowHash,
  digests: BothDigests,
): Promise<{ readonly bucketing: Bucketing; readonly digests: BothDigests }> {
  const differing = differingBuckets(digests);
  if (differing.length === 0 || differing.length > FEW) return { bucketing, digests };
  const largest = Math.max(...differing.map((bucket) => rowsIn(digests, bucket)));
  const wanted = Math.min(MOST_BITS, Math.ceil(Math.log2(largest / FINE_ROWS)));
  const { bucketing: fine, bits } = split(bucketing, Math.max(0, wanted));
  if (bits === 0) return { bucketing, digests };
  const parts = 2 ** bits;
  const buckets = differing.flatMap((bucket) =>
    Array.from({ length: parts }, (_, part) => bucket * parts + part),
  );
  const finer = await digestBoth(sides, { bucketing: fine, hash, buckets });
  return refine(sides, fine, hash, finer);
}

function rowsIn({ source, central }: BothDigests, bucket: number): number {
  return Math.max(source.get(bucket)?.rows ?? 0, central.get(bucket)?.rows ?? 0);
}
