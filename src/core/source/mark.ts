import { own } from '../postgres/quote.ts';
import { catalogueUnreadable } from '../postgres/readJson.ts';
import type { TextRow } from '../postgres/session.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import type { CursorPlace } from './cursor.ts';

/**
 * A point in a source's history that a later pass can ask "what changed since?" of: the transaction
 * horizon of the snapshot in which a pass began, and everything that must still be the same for the
 * answer to hold. Transaction ids are 64 bit here (epoch and id), as texts.
 */
export interface Mark {
  /** Every transaction below had ended when the snapshot was taken. */
  readonly xmin: string;
  /**
   * At most `xmin`, and at most the next id of the last checkpoint: after a crash PostgreSQL hands out again
   * those ids whose WAL never reached the disk, so then this one counts.
   */
  readonly durable: string;
  /**
   * Whether all WAL was on the disk when the snapshot was taken. If not, a crash may take back what the pass
   * has seen (commits with `synchronous_commit = off` are visible before), and what counts again then are older
   * row versions with older ids, which no mark finds. If so, no id below `xmin` is ever handed out again: its
   * commit or abort is in the WAL.
   */
  readonly flushed: boolean;
  /** When the server was started. */
  readonly started: string;
  /**
   * When statistics were emptied, those of the background writer and of the archiver: crash recovery empties both.
   * The start time alone says too little, since one killed backend makes all of them go through recovery under the
   * same postmaster; one of the two alone is emptied by a person.
   */
  readonly recovered: string;
  /**
   * How far the server's WAL was, in bytes, when the snapshot was taken. Null in marks of older versions, and on a
   * standby that has replayed nothing.
   */
  readonly lsn: string | null;
  readonly timeline: string;
  /** System identifier and database oid. */
  readonly identity: string;
  /** See `fingerprints`; null for views and foreign tables, whose rows have no versions. */
  readonly fingerprint: string | null;
  /** Strategy `cursor`: the greatest value of the cursor column that may be relied on, as text. */
  readonly cursor: string | null;
  /** See {@link CursorPlace.of}. */
  readonly cursorOf: string | null;
}

/** The part of a mark that is the same for all tables of a snapshot. */
export type Horizon = Omit<Mark, 'fingerprint' | 'cursor' | 'cursorOf'> & {
  /** The next transaction id of the snapshot, to measure distances by. */
  readonly next: string;
  /** Where in the WAL this run of the server began, in bytes; null where that does not show. See {@link begunAt}. */
  readonly begun: string | null;
  /** The server's runs that were seen, newest last; none where nobody keeps them. See {@link withRuns}. */
  readonly runs: readonly SeenRun[];
};

/** The mark of a table in a snapshot. */
export function markAt(
  { next: _, begun: __, runs: ___, ...horizon }: Horizon,
  fingerprint: string | null,
  cursor: CursorPlace | null,
): Mark {
  return { ...horizon, fingerprint, cursor: cursor?.greatest ?? null, cursorOf: cursor?.of ?? null };
}

/** Why a mark says nothing (any more), so that contents have to be compared. */
export type MarkProblem =
  | 'no_mark'
  /** A view or a foreign table: its rows have no versions. */
  | 'no_row_versions'
  /** Contents may have changed without a row version: a column with a default, a renamed enum value, …. */
  | 'shape_changed'
  /** More than two thousand million transactions ago: 32-bit ids of rows would be read wrongly. */
  | 'too_old'
  /** Restored, failed over, or set back, be it by a crash that took back what the pass had seen. */
  | 'server_changed'
  /** The server was started anew, and nothing proves that it went on where the mark was taken. */
  | 'restart_unproved'
  /** The role may not ask the server for its history: see {@link HISTORY_FUNCTIONS}. */
  | 'history_hidden';

/**
 * Transaction ids of rows are 32 bit and compare modulo 2³²; half of that is the farthest distance that
 * has a direction. Ten million less, for what goes on while the pass runs.
 */
const FARTHEST = 2n ** 31n - 10n ** 7n;

/** SQL of which database of which server this is, FROM and WHERE last. */
export const IDENTITY = "pg_catalog.concat(y.system_identifier,'/',d.oid)";
export const IDENTITY_FROM = `pg_catalog.pg_control_system() y,pg_catalog.pg_database d WHERE d.datname ${own('=')} pg_catalog.current_database()`;

/** SQL of when the snapshot's transaction began, by the source's clock (ISO 8601, UTC). */
const TAKEN = `pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC','YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * SQL that reads the horizon of the snapshot that it runs in, and when it was taken, for {@link readHorizon}. What can
 * be worked out here is not worked out there: every word of it travels at every run. So does the description of each
 * column, so there is one.
 */
export function horizonQuery(version: number): string {
  const of = version >= 130000 ? 'pg_snapshot' : 'txid_snapshot';
  const snapshot = version >= 130000 ? 'pg_current_snapshot' : 'txid_current_snapshot';
  const values: HorizonRow = {
    taken: TAKEN,
    xmin: `pg_catalog.${of}_xmin(s)`,
    next: `pg_catalog.${of}_xmax(s)`,
    checkpointed: 'c.next_xid',
    timeline: 'c.timeline_id',
    replays: 'r',
    lsn: 'CASE WHEN r THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END',
    flushed: 'CASE WHEN NOT r THEN pg_catalog.pg_current_wal_flush_lsn() END',
    redo: 'c.redo_lsn',
    checkpoint: 'c.checkpoint_lsn',
    archive: "pg_catalog.current_setting('archive_mode')",
    wal: version >= 170000 ? "''" : "pg_catalog.current_setting('wal_level')",
    started: 'extract(epoch FROM pg_catalog.pg_postmaster_start_time())',
    recovered:
      "pg_catalog.concat_ws(' ',extract(epoch FROM b.stats_reset),extract(epoch FROM a.stats_reset))",
    identity: IDENTITY,
  };
  const list = HORIZON_COLUMNS.map((one) => values[one]).join(`,'${BETWEEN}',`);
  return `SELECT pg_catalog.concat(${list}) AS h FROM pg_catalog.pg_control_checkpoint() c,pg_catalog.${snapshot}() s,pg_catalog.pg_is_in_recovery() r,pg_catalog.pg_stat_bgwriter b,pg_catalog.pg_stat_archiver a,${IDENTITY_FROM}`;
}

/** In none of the values below. */
const BETWEEN = '|';

const HORIZON_COLUMNS = [
  'taken',
  'xmin',
  'next',
  'checkpointed',
  'timeline',
  'replays',
  'lsn',
  'flushed',
  'redo',
  'checkpoint',
  'archive',
  'wal',
  'started',
  'recovered',
  'identity',
] as const;

/** By column, as the server writes it; empty where it says nothing. */
type HorizonRow = Readonly<Record<(typeof HORIZON_COLUMNS)[number], string>>;

/**
 * The place in the WAL where this run of the server begins, in bytes; null where it does not show. A restored server
 * goes on at the end of its backup, before the mark, and is soon beyond it; what tells it from one that only started
 * anew is where it began. The checkpoint that a start goes on from (made by the shutdown before it, or by crash
 * recovery) has no records between its beginning and its end, and stays the last one until the first checkpoint of
 * daily work, minutes later.
 *
 * Not believed: a checkpoint at the very start of a WAL file, which pg_resetwal makes (an archiving server makes it
 * at each shutdown, too); before 17 any where `wal_level` is `minimal`, since those of daily work look the same then.
 */
function begunAt({ replays, redo, checkpoint, archive, wal }: HorizonRow): string | null {
  if (replays !== 'f' || checkpoint === '' || redo !== checkpoint || wal === 'minimal') return null;
  const at = placeOf(checkpoint);
  if (archive === 'off' && at % SMALLEST_WAL_FILE === FIRST_RECORD) return null;
  return String(at);
}

/** `--wal-segsize=1`, in bytes; all other sizes are multiples of it. */
const SMALLEST_WAL_FILE = 1_048_576n;
/** Size of the header of a WAL file's first page (SizeOfXLogLongPHD), in bytes. */
const FIRST_RECORD = 40n;

/** A place in the WAL in bytes. @param lsn as PostgreSQL writes it: two hexadecimal numbers, `16/B374D848` */
function placeOf(lsn: string): bigint {
  const [, high, low] = /^([\dA-F]{1,8})\/([\dA-F]{1,8})$/i.exec(lsn) ?? [];
  if (high === undefined || low === undefined) throw catalogueUnreadable(`place in the WAL: ${lsn}`);
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** Tells which server this is. */
export const IDENTITY_FUNCTION = 'pg_catalog.pg_control_system()';

/**
 * What {@link horizonQuery} asks beyond what every role may: EXECUTE on all of them is PUBLIC's by default, and some
 * administrators take it away.
 */
export const HISTORY_FUNCTIONS: readonly string[] = [
  'pg_catalog.pg_control_checkpoint()',
  IDENTITY_FUNCTION,
  'pg_catalog.pg_is_in_recovery()',
  'pg_catalog.pg_current_wal_flush_lsn()',
  'pg_catalog.pg_current_wal_insert_lsn()',
  'pg_catalog.pg_last_wal_replay_lsn()',
  'pg_catalog.pg_postmaster_start_time()',
];

/** The same where the role may not call them: a mark made of it says nothing later. */
export const HIDDEN_HORIZON_QUERY = `SELECT pg_catalog.concat(${TAKEN},'${BETWEEN}0${BETWEEN}0') AS h`;

/** Numbers, dates and ids; they are kept with the mark of each table. */
const LONGEST_HORIZON = 1_000;

/** What {@link horizonQuery} has said, and when the snapshot was taken. */
export function readHorizon({ h }: TextRow): { readonly takenAt: string; readonly horizon: Horizon } {
  const text = h ?? '';
  if (text.length > LONGEST_HORIZON) throw catalogueUnreadable(`horizon: ${text}`);
  const values = text.split(BETWEEN);
  const row = Object.fromEntries(HORIZON_COLUMNS.map((name, at) => [name, values[at] ?? ''])) as HorizonRow;
  return { takenAt: row.taken, horizon: toHorizon(row) };
}

function toHorizon(row: HorizonRow): Horizon {
  const horizon = transactionId(row.xmin);
  transactionId(row.next);
  const checkpointed = wideId(row.checkpointed === '' ? '0:0' : row.checkpointed);
  const lsn = row.lsn === '' ? null : placeOf(row.lsn);
  // What a server that replays has, it had from WAL.
  const flushed = row.replays === 't' || (row.flushed !== '' && lsn !== null && placeOf(row.flushed) >= lsn);
  return {
    xmin: String(horizon),
    durable: String(checkpointed < horizon ? checkpointed : horizon),
    next: row.next,
    flushed,
    lsn: lsn === null ? null : String(lsn),
    begun: begunAt(row),
    runs: [],
    started: row.started,
    recovered: row.recovered,
    timeline: row.timeline,
    identity: row.identity,
  };
}

/** `epoch:id`, as pg_control_checkpoint writes it. */
function wideId(text: string): bigint {
  const [epoch = '0', id = '0'] = text.split(':');
  return (transactionId(epoch) << 32n) + transactionId(id);
}

function transactionId(text: string): bigint {
  const id = wholeNumber(text);
  if (id === null || id < 0n) throw catalogueUnreadable(`transaction id: ${text}`);
  return id;
}

/**
 * What a pass now may ask for: the transaction id since which rows count as changed, or why there is
 * none.
 *
 * @param now of the snapshot in which the rows will be read
 */
export function since(mark: Mark | null, now: Horizon, fingerprint: string | null): bigint | MarkProblem {
  if (fingerprint === null) return 'no_row_versions';
  if (mark === null) return 'no_mark';
  const broken = brokenSince(mark, now);
  if (broken !== null) return broken;
  if (mark.fingerprint !== fingerprint) return 'shape_changed';
  const from = BigInt(isSameRun(mark, now) ? mark.xmin : mark.durable);
  const distance = BigInt(now.next) - from;
  if (distance < 0n) return 'server_changed';
  return distance < FARTHEST ? from : 'too_old';
}

/** Whether the server's history goes on from a mark: `null`, or why nothing shows that it does. */
export function brokenSince(mark: Mark, now: Horizon): MarkProblem | null {
  if (now.timeline === '' || mark.timeline === '') return 'history_hidden';
  if (mark.identity !== now.identity || mark.timeline !== now.timeline) return 'server_changed';
  const lsn = mark.lsn ?? null;
  // The memory of a machine was set back, or this is another server than it says.
  if (lsn !== null && now.lsn !== null && BigInt(now.lsn) < BigInt(lsn)) return 'server_changed';
  if (isSameRun(mark, now)) return null;
  if (!isSameRecovery(mark, now) && !mark.flushed) return 'server_changed';
  if (Number(now.started) < Number(mark.started)) return 'server_changed';
  return lsn === null ? 'restart_unproved' : brokenBetween(mark, lsn, now.runs);
}

/**
 * Whether one run of the server followed on another, from that of a mark to that of now: each has to begin where the
 * one before it was seen, or behind. One begins before that where the server was restored meanwhile.
 */
function brokenBetween(mark: Mark, lsn: string, runs: readonly SeenRun[]): MarkProblem | null {
  const own = runs.findLastIndex((one) => isSameRun(one, mark));
  const later = own < 0 ? [] : runs.slice(own + 1);
  if (later.length === 0) return 'restart_unproved';
  let reached = BigInt(lsn);
  for (const { begun, seen } of later) {
    if (begun === null) return 'restart_unproved';
    if (BigInt(begun) < reached) return 'server_changed';
    reached = BigInt(seen);
  }
  return null;
}

/** A part of {@link Mark} that tells one run of a server from another. */
type ServerRun = Pick<Mark, 'identity' | 'timeline' | 'started' | 'recovered'>;

/** A run of a source's server, as it was seen. */
export interface SeenRun extends ServerRun {
  /** See {@link Horizon.begun}. */
  readonly begun: string | null;
  /** How far its WAL was when it was seen last, in bytes. */
  readonly seen: string;
}

/** Whether the server has neither been started nor recovered from a crash in between. */
export function isSameRun(one: ServerRun, other: ServerRun): boolean {
  return one.started === other.started && isSameRecovery(one, other);
}

function isSameRecovery(one: ServerRun, other: ServerRun): boolean {
  if (one.recovered === other.recovered) return true;
  const times = other.recovered.split(' ');
  return one.recovered.split(' ').some((time) => time !== '' && times.includes(time));
}

/**
 * SQL that is true for row versions made at or after a transaction. `age` measures backwards from the
 * same point for both, modulo 2³², so the comparison holds across the wrap-around; rows frozen long ago
 * may count as changed by it, never the other way round.
 *
 * @param xmin SQL: the transaction that made the version
 */
export function changedSince(xmin: string, from: bigint): string {
  const age = `pg_catalog.age(${xmin})`;
  const most = `pg_catalog.age('${from % 2n ** 32n}'::pg_catalog.xid)`;
  return `${age} OPERATOR(pg_catalog.>=) 0 AND ${age} OPERATOR(pg_catalog.<=) ${most}`;
}

/** Stands for the identity of a server that the role may not ask for it. */
export const UNKNOWN_IDENTITY = 'unknown';
