import { z } from 'zod';
import { SyncFailure } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import { literal } from '../postgres/quote.ts';
import { parseJson } from '../postgres/readJson.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import type { Mark } from '../source/port.ts';
import { type Claim, type Installation, lostLease, underClaim } from './ownership.ts';
import { type Rewritten, withoutCompared } from './rewritten.ts';

/** SQLSTATE division_by_zero: see {@link advance}. */
export const FENCED = '22012';

/** Counts of one pass over a table, up to central's last commit. */
export interface PassCounts {
  /** Rows inserted or updated. */
  readonly processed: number;
  /** Rows that central already had. */
  readonly skipped: number;
  readonly deleted: number;
  /** Bytes of row data read. */
  readonly bytes: number;
}

export const NO_COUNTS: PassCounts = { processed: 0, skipped: 0, deleted: 0, bytes: 0 };

/** The position of a pass in its key order. */
export interface LastKey {
  /** Definitions of the key columns ({@link KeyColumn.definition}). `values` are a position only as long as these are the same. */
  readonly columns: readonly string[];
  /** One text per column. */
  readonly values: readonly string[];
}

/** A table's checkpoint: one row of `branchline.checkpoints`. Counts and last key are of the current pass. */
export interface Checkpoint extends PassCounts {
  readonly connection: string;
  readonly table: string;
  /** The claim under which it was read, and under which the next one is committed; null where it was only looked at. */
  readonly claim: string | null;
  /** Fencing epoch. Each attempt that takes the table raises it, so that commits of an earlier one are refused. */
  readonly epoch: string;
  /** Raised by every committed chunk. */
  readonly seq: number;
  readonly batchId: string | null;
  readonly strategy: Strategy | null;
  readonly state: 'new' | 'running' | 'done';
  /** The connection has no rows after the last key, so rows can be copied straight into the table. */
  readonly direct: boolean;
  /** The pass has seen more than one snapshot of the source. */
  readonly resumed: boolean;
  /** The last key applied; null before the first chunk. */
  readonly lastKey: LastKey | null;
  /** The source's mark at the start of the last complete pass: newer rows have changed since. */
  readonly mark: Mark | null;
  /** The mark at the start of the current pass's first attempt. */
  readonly passMark: Mark | null;
  /** Number of this connection's rows in the table; null where not known. */
  readonly centralRows: number | null;
  readonly sourceSnapshotAt: string | null;
  /** Rows removed within {@link BRAKE_WINDOW} and not made up for by added ones; the delete brake counts them. */
  readonly removed: number;
  /**
   * Rows that the table had when the last complete pass ended, or before the first of `removed` was removed. It does not
   * grow during a pass. Null where no pass is running and no row was removed, or where the rows were never counted.
   */
  readonly removedOf: number | null;
  /** Whether central's rows were counted, not only summed, within {@link COUNTED_FOR}. */
  readonly counted: boolean;
  /** Rows that this pass has sent and that central has not stored as sent. */
  readonly unproven: number;
  /** Whether the part that is the same for all unchanged tables is kept in the connection's row: see {@link Followed}. */
  readonly follows: boolean;
  /** Notes that head office itself may have changed rows since they were last compared; null where there are none. */
  readonly rewritten: Rewritten | null;
}

/** How long removed rows count for the delete brake, unless a person consents before: see docs/decisions/0016. */
export const BRAKE_WINDOW = "'7d'";

/** How long a count of central's rows is used while no change is known in either database. */
const COUNTED_FOR = "'1d'";

export const SNAPSHOT_AT = `pg_catalog.to_char(source_snapshot_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS snapshot_at`;

/** OPERATOR(…) binds from left to right, so the result can be compared without parentheses. */
function age(since: string): string {
  return `pg_catalog.now() OPERATOR(pg_catalog.-) ${since}`;
}

/** SQL. A time in the future, written while the clock was ahead, does not count: it would be valid for too long. */
function countedLately(at: string): string {
  return `${at} OPERATOR(pg_catalog.<=) pg_catalog.now() AND ${age(at)} OPERATOR(pg_catalog.<) ${COUNTED_FOR}`;
}

/**
 * SQL of the values for the delete brake and the proof by counts ({@link ProofPart}). Short, since every run sends it.
 *
 * @param counted SQL of when central's rows were counted
 */
export function proofOf(counted: string): string {
  return `pg_catalog.jsonb_build_array(${age('removed_since')} OPERATOR(pg_catalog.<) ${BRAKE_WINDOW},removed,removed_of,${countedLately(counted)},unproven,rewritten) AS proof`;
}

const PROOF = proofOf('counted_at');

/** Replaces {@link proofOf} for checkpoints of earlier versions, which lack some of its columns. */
export const NO_PROOF = 'NULL::pg_catalog.jsonb AS proof';

type ProofPart = readonly [
  boolean | null,
  number,
  number | null,
  boolean | null,
  number,
  Rewritten | null | undefined,
];

/** The columns that {@link toCheckpoint} reads. */
export const CHECKPOINT_COLUMNS = `epoch, seq, batch_id, strategy, state, direct, resumed, last_key, mark, pass_mark, processed, skipped, deleted, bytes, central_rows, ${SNAPSHOT_AT}, ${PROOF}`;

/**
 * The part of checkpoints that is the same for all tables that were found unchanged together. It is kept once, in the
 * connection's row (`branchline.sources.unchanged`), so that a run that finds nothing changed writes one row. It counts
 * for the checkpoints whose `follows` is their `seq`: whatever else is committed raises `seq`, and so ends that, even if
 * it comes from a version that knows nothing of it.
 */
export interface Followed {
  /** The mark under which all of them were found unchanged, without the fingerprint. */
  readonly mark: Mark | null;
  readonly batchId: string | null;
  readonly sourceSnapshotAt: string | null;
}

const FOLLOWED = `(SELECT s.unchanged FROM branchline.sources s WHERE s.connection OPERATOR(pg_catalog.=) c.connection AND c.follows OPERATOR(pg_catalog.=) c.seq) AS followed`;

/**
 * Takes a table over: raises its epoch, then reads its checkpoint. The order matters, because after a lost connection a
 * COMMIT may still be on its way. Once the epoch is raised that COMMIT can no longer succeed, so the checkpoint is final.
 *
 * @throws SyncFailure `lost_lease` where another installation has claimed the connection
 */
export async function acquireTable(
  session: Session,
  installation: Installation,
  claim: Claim,
  table: string,
): Promise<Checkpoint> {
  const result = await session.query(
    `INSERT INTO branchline.checkpoints AS c (connection, table_name)
     SELECT connection, $4 FROM branchline.sources WHERE connection OPERATOR(pg_catalog.=) $1 AND installation OPERATOR(pg_catalog.=) $2 AND claim OPERATOR(pg_catalog.=) $3
     ON CONFLICT (connection, table_name) DO UPDATE SET epoch = c.epoch OPERATOR(pg_catalog.+) 1
     RETURNING ${CHECKPOINT_COLUMNS}, ${FOLLOWED}`,
    [claim.connection, installation.id, claim.claim, table],
  );
  const row = result.rows[0];
  if (row === undefined) throw lostLease(claim.connection);
  return { ...toCheckpoint(claim.connection, table, row), claim: claim.claim };
}

/** A whole number as SQL writes it; empty where the server hides it. */
const digits = z.string().regex(/^\d{0,20}$/);
const shortText = z.string().max(1000);

/** A mark as stored. Earlier versions may have left out nullable fields. */
export const storedMark: z.ZodType<Mark> = z.object({
  xmin: digits,
  durable: digits,
  flushed: z.boolean(),
  started: shortText,
  recovered: shortText,
  lsn: digits.nullish().transform((one) => one ?? null),
  timeline: shortText,
  identity: shortText,
  fingerprint: z
    .string()
    .nullish()
    .transform((one) => one ?? null),
  cursor: z
    .string()
    .nullish()
    .transform((one) => one ?? null),
  cursorOf: z
    .string()
    .nullish()
    .transform((one) => one ?? null),
});

/** Version 0.1.0 stored only the values, without the columns. Such a pass starts again from the beginning. */
const storedKey: z.ZodType<LastKey> = z.union([
  z.array(z.string()).transform((values) => ({ columns: [], values })),
  z
    .object({ columns: z.array(z.string()), values: z.array(z.string()) })
    .refine(({ columns, values }) => columns.length === values.length),
]);

/** A key without columns. It equals no table's key, so the pass starts again from the beginning. */
const UNREADABLE_KEY: LastKey = { columns: [], values: [] };

const storedFollowed: z.ZodType<Followed> = z
  .object({ mark: storedMark, batch: z.string().nullable(), at: shortText })
  .transform(({ mark, batch, at }) => ({ mark, batchId: batch, sourceSnapshotAt: at }));

/** Without a mark, so that the table is compared. */
const UNREADABLE_FOLLOWED: Followed = { mark: null, batchId: null, sourceSnapshotAt: null };

const storedRewritten = z.record(z.string(), z.number());

/**
 * Reads a row of `branchline.checkpoints`. Head office may have edited it by hand, so unreadable values count as unknown:
 * the table is then compared, or its pass starts again. That is safe, and corrects the row.
 */
export function toCheckpoint(connection: string, table: string, row: TextRow): Checkpoint {
  const proof = JSON.parse(row.proof ?? '[false,0,null,false,0]') as ProofPart;
  const [lately, removed, removedOf, counted, unproven, rewritten] = proof;
  const centralRows = row.central_rows == null ? null : Number(row.central_rows);
  const own: Checkpoint = {
    connection,
    table,
    claim: null,
    epoch: row.epoch ?? '',
    seq: Number(row.seq),
    batchId: row.batch_id ?? null,
    strategy: Object.values(Strategy).find((one) => one === row.strategy) ?? null,
    state: (row.state ?? 'new') as Checkpoint['state'],
    direct: row.direct === 't',
    resumed: row.resumed === 't',
    lastKey: row.last_key == null ? null : (parseJson(storedKey, row.last_key) ?? UNREADABLE_KEY),
    mark: row.mark == null ? null : parseJson(storedMark, row.mark),
    passMark: row.pass_mark == null ? null : parseJson(storedMark, row.pass_mark),
    processed: Number(row.processed),
    skipped: Number(row.skipped),
    deleted: Number(row.deleted),
    bytes: Number(row.bytes),
    centralRows,
    sourceSnapshotAt: row.snapshot_at ?? null,
    ...removedLately(lately, removed, removedOf, centralRows),
    counted: counted === true,
    unproven,
    follows: row.followed != null,
    rewritten: rewritten == null ? null : (storedRewritten.safeParse(rewritten).data ?? {}),
  };
  if (row.followed == null) return own;
  const { mark, ...followed } = parseJson(storedFollowed, row.followed) ?? UNREADABLE_FOLLOWED;
  const fingerprint = own.mark?.fingerprint ?? null;
  return { ...own, ...followed, mark: mark === null ? null : { ...mark, fingerprint } };
}

/** Rows removed before the window no longer count, neither as removed nor among the rows that the table had. */
function removedLately(
  lately: boolean | null,
  removed: number,
  removedOf: number | null,
  centralRows: number | null,
): Pick<Checkpoint, 'removed' | 'removedOf'> {
  if (lately === true || removed === 0) return { removed, removedOf };
  const left = removedOf === null ? null : Math.min(removedOf - removed, centralRows ?? removedOf);
  return { removed: 0, removedOf: left };
}

/**
 * SQL that writes the next checkpoint and commits, in one round trip; the last statements of a chunk's
 * transaction. If the row is no longer as we left it (`from`), or the connection has another claim, somebody has taken
 * over: then no row is updated, the division by zero aborts the transaction, and the chunk is undone with it.
 *
 * Only the pass's last commit waits for central's disk: it brings all before it there, and what a power
 * failure takes of those is taken with its checkpoint.
 *
 * @param counts of rows as SQL, where only central knows them
 */
export function advance(from: Checkpoint, to: Checkpoint, counts: CountsInSql = to): readonly string[] {
  const [lastKey, mark, passMark] = [to.lastKey, to.mark, to.passMark].map(json);
  const long = [lastKey, mark, passMark, to.table].join('').length > MOST_INLINE;
  const set = [
    `seq = ${to.seq}`,
    `batch_id = ${literal(to.batchId)}`,
    `strategy = ${literal(to.strategy)}`,
    `state = ${literal(to.state)}`,
    `direct = ${to.direct}`,
    `resumed = ${to.resumed}`,
    `last_key = ${long && to.lastKey !== null ? movedOut(to.lastKey) : lastKey}`,
    `mark = ${mark}`,
    `pass_mark = ${passMark}`,
    `processed = ${counts.processed}`,
    `skipped = ${counts.skipped}`,
    `deleted = ${to.deleted}`,
    `bytes = ${to.bytes}`,
    `central_rows = ${to.centralRows ?? 'NULL'}`,
    `source_snapshot_at = ${literal(to.sourceSnapshotAt)}`,
    `removed = ${to.removed}`,
    `removed_of = ${to.removedOf ?? 'NULL'}`,
    `removed_since = ${removedSince(from, to)}`,
    ...(to.counted && !from.counted ? ['counted_at = pg_catalog.clock_timestamp()'] : []),
    `unproven = ${to.unproven}`,
    // What others note in the meantime stays.
    ...(from.rewritten !== null && to.rewritten === null ? [withoutCompared(from.rewritten)] : []),
    'updated_at = pg_catalog.clock_timestamp()',
  ];
  const { lock, holds } = underClaim(from.connection, from.claim);
  const move = `WITH moved AS (UPDATE branchline.checkpoints SET ${set.join(', ')}
    WHERE connection OPERATOR(pg_catalog.=) ${literal(from.connection)} AND table_name OPERATOR(pg_catalog.=) ${literal(from.table)}
      AND epoch OPERATOR(pg_catalog.=) ${from.epoch} AND seq OPERATOR(pg_catalog.=) ${from.seq} AND ${holds} RETURNING 1)
  SELECT 1 OPERATOR(pg_catalog./) pg_catalog.count(*) AS fenced FROM moved`;
  return [...(to.state === 'done' ? [] : ['SET LOCAL synchronous_commit = off']), lock, move, 'COMMIT'];
}

/** Characters of the long values; with all others a row then stays below 1 kB. */
const MOST_INLINE = 650;
/** A row that is longer than about 2 kB (TOAST_TUPLE_THRESHOLD) is compressed, and long values are moved out of it. */
const MOVED_OUT = 2_100;

/**
 * SQL of a last key that makes the row longer than 1 kB, as texts and keys of many columns do. PostgreSQL would leave rows
 * of up to 2 kB as they are, and each chunk would write that much again. Spaces lift the row over that limit; they take no
 * room, because they are compressed.
 */
function movedOut(key: LastKey): string {
  const text = JSON.stringify(key);
  return text.length >= MOVED_OUT
    ? literal(text)
    : `pg_catalog.rpad(${literal(text)}, ${MOVED_OUT})::pg_catalog.json`;
}

/** Counts of a {@link Checkpoint}, or SQL of them. */
interface CountsInSql {
  readonly processed: number | string;
  readonly skipped: number | string;
}

/** SQL that clears tables' row counts that are no longer right, so that the next pass counts the rows again. */
export function forgetCounts(connection: string, tables: readonly string[]): readonly string[] {
  if (tables.length === 0) return [];
  const names = tables.map((one) => literal(one)).join(', ');
  return [
    `UPDATE branchline.checkpoints SET central_rows = NULL
     WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} AND table_name OPERATOR(pg_catalog.=) ANY (ARRAY[${names}])`,
  ];
}

/** SQL of when the first of the counted rows was removed. */
function removedSince(from: Checkpoint, to: Checkpoint): string {
  if (to.removed === 0) return 'NULL';
  return from.removed === 0 ? 'pg_catalog.clock_timestamp()' : 'removed_since';
}

function json(value: unknown): string {
  return value === null ? 'NULL' : literal(JSON.stringify(value));
}

/**
 * Writes the next checkpoint and commits.
 *
 * @param before statements to run first, in the same round trip
 * @throws SyncFailure `lost_lease` where the table was taken over; the transaction is then rolled back
 */
export async function commitCheckpoint(
  session: Session,
  from: Checkpoint,
  to: Checkpoint,
  before: readonly string[] = [],
): Promise<void> {
  try {
    await session.script([...before, ...advance(from, to)]);
  } catch (error) {
    throw asLostLease(error, from.connection);
  }
}

/** What an error of {@link advance} means: `lost_lease` where the table was taken over. */
export function asLostLease(error: unknown, connection: string): unknown {
  const fenced = error instanceof SyncFailure && error.detail.sqlstate === FENCED;
  return fenced ? lostLease(connection) : error;
}
