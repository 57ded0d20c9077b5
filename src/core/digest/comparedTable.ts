import type { Bucketing } from './buckets.ts';
import type { RowHash } from './rowHash.ts';

/**
 * One table in a snapshot of one of the databases, as a comparison needs it.
 *
 * For equal rows both databases have to give equal answers, so these are defined here and not left to a database:
 *
 * - The hash of a column is the extended hash function of PostgreSQL for the column's type after its conversions, with
 *   the column's seed ({@link RowHash}); see `columnHash` for types whose own function is not exact enough.
 * - The hash of a row is `hashtextextended` of the decimal text of its columns' hashes, joined by XOR.
 * - The digest of a bucket is the number of its rows and the exact sum of their hashes.
 */
export interface ComparedTable {
  /** The server's version, as `server_version_num`: older ones write floats in another way. */
  readonly version: number;
  /** The encoding of the database. */
  readonly encoding: string;
  /** The time zone that the table's contents depend on; null where they depend on none. */
  readonly timeZone: string | null;
  /** Lowest and highest value of a key column; null where there is no row, `far` where one is no number that fits. */
  keyBounds(column: string): Promise<KeyBounds | 'far' | null>;
  /**
   * Digests of the buckets that have rows.
   *
   * @param onRows called with the number of further rows read
   * @throws the reason of `request.stop` where it was stopped
   */
  digests(request: DigestRequest, onRows: (rows: number) => void): Promise<Digests>;
  /** Hashes of the single rows of some buckets, by the hash of their key. */
  rowHashes(request: RowHashRequest): Promise<ReadonlyMap<string, HashedRow>>;
  /** Number of rows by bucket that are newer than the mark. */
  newerRows(
    bucketing: Bucketing,
    buckets: readonly number[],
    newer: Newer,
  ): Promise<ReadonlyMap<number, number>>;
}

/**
 * Several tables in a snapshot of one of the databases. A table's digests mean the same as those of {@link ComparedTable},
 * but its columns may have other seeds: those of {@link sharedQueries}, which both databases compute alike.
 */
export interface ComparedGroup {
  readonly version: number;
  readonly encoding: string;
  /** Lowest and highest value of a key column for each table; null for a table without a column here, or without rows. */
  keyBounds(columns: readonly (string | null)[]): Promise<readonly (KeyBounds | 'far' | null)[]>;
  /** Digests of the tables that the requests are about, by place. Ends the snapshot. */
  digests(requests: readonly GroupRequest[]): Promise<ReadonlyMap<number, Digests>>;
  /** Ends the snapshot, also after an error. Never throws. */
  close(): Promise<void>;
}

/** A request for the digests of one table of a group. */
export interface GroupRequest {
  /** The table's place in the group. */
  readonly place: number;
  readonly bucketing: Bucketing;
  readonly hash: RowHash;
}

/** Which rows are newer than a mark: see `ChangedRows` of the source's port. */
export type Newer = { readonly since: bigint } | null;

export interface KeyBounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** Digest of a bucket: its number of rows and the exact sum of their hashes. */
export interface Digest {
  readonly rows: number;
  readonly sum: bigint;
}

/** By bucket, without empty buckets. */
export type Digests = ReadonlyMap<number, Digest>;

export interface DigestRequest {
  readonly bucketing: Bucketing;
  readonly hash: RowHash;
  /** Only these buckets. */
  readonly buckets?: readonly number[];
  /** When aborted, the work ends after the current stretch of blocks. */
  readonly stop?: AbortSignal;
}

export interface RowHashRequest {
  readonly bucketing: Bucketing;
  readonly buckets: readonly number[];
  /** The key's columns; null leaves the keys' texts out. */
  readonly key: readonly string[] | null;
  readonly keyHash: RowHash;
  readonly rowHash: RowHash;
  readonly newer: Newer;
}

export interface HashedRow {
  readonly bucket: number;
  readonly hash: string;
  readonly newer: boolean;
  /** One text per key column, to show to people. */
  readonly key: readonly string[];
}
