import { own } from '../../postgres/quote.ts';
import { catalogueUnreadable } from '../../postgres/readJson.ts';
import type { TextRow } from '../../postgres/session.ts';
import { wholeNumber } from '../../postgres/wholeNumber.ts';
import type { Mark, MarkProblem, ServerRun } from '../port.ts';
import type { CursorPlace } from './cursor.ts';

/** The part of a mark that is the same for all tables of a snapshot. */
export type Horizon = Omit<Mark, 'fingerprint' | 'cursor' | 'cursorOf'> & {
  /** The next transaction id of the snapshot, to measure distances by. */
  readonly next: string;
  /** The WAL position, in bytes, at which this run of the server began; null where that is not known. See {@link begunAt}. */
  readonly begun: string | null;
  /** The server's known runs, newest last; empty where none are stored. See {@link withServerRuns}. */
  readonly runs: readonly ServerRun[];
};

/** The mark of a table in a snapshot. */
export function markAt(
  { next: _, begun: __, runs: ___, ...horizon }: Horizon,
  fingerprint: string | null,
  cursor: CursorPlace | null,
): Mark {
  return { ...horizon, fingerprint, cursor: cursor?.greatest ?? null, cursorOf: cursor?.of ?? null };
}

/**
 * Maximum number of transactions since a mark. Transaction ids of rows are 32 bit and compare modulo 2³², so a distance
 * of more than half of that would change its sign. Ten million less, for transactions during the pass.
 */
const FARTHEST = 2n ** 31n - 10n ** 7n;

/** SQL of the identity of server and database, and the FROM and WHERE that it needs. These must come last. */
export const IDENTITY = "pg_catalog.concat(y.system_identifier,'/',d.oid)";
export const IDENTITY_FROM = `pg_catalog.pg_control_system() y,pg_catalog.pg_database d WHERE d.datname ${own('=')} pg_catalog.current_database()`;

/** SQL of when the snapshot's transaction began, by the source's clock (ISO 8601, UTC). */
const TAKEN = `pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC','YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * SQL that reads the current snapshot's horizon and its time, for {@link readHorizon}. It is sent in every run, so it is
 * kept short: values are computed here rather than in SQL, and returned as a single column.
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

/** Separates the values. None of them contains it. */
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

/** The values as the server writes them; empty where it has none. */
type HorizonRow = Readonly<Record<(typeof HORIZON_COLUMNS)[number], string>>;

/**
 * The WAL position, in bytes, at which this run of the server began; null where that is not known.
 *
 * It tells a restored server from one that was only restarted: a restored one begins at the end of its backup, before the
 * mark, although it may soon be past the mark. A run begins at the checkpoint made by the shutdown before it, or by crash
 * recovery. Such a checkpoint has no records between its beginning and its end, and stays the last one until the first
 * regular checkpoint, minutes later.
 *
 * Two kinds are not trusted. A checkpoint at the very start of a WAL file may come from pg_resetwal (an archiving server
 * makes one at each shutdown). Before version 17, with `wal_level = minimal`, regular checkpoints look the same.
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

/** Converts a WAL position to bytes. @param lsn as PostgreSQL writes it: two hexadecimal numbers, `16/B374D848` */
function placeOf(lsn: string): bigint {
  const [, high, low] = /^([\dA-F]{1,8})\/([\dA-F]{1,8})$/i.exec(lsn) ?? [];
  if (high === undefined || low === undefined) throw catalogueUnreadable(`place in the WAL: ${lsn}`);
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** The function that returns the server's system identifier. */
export const IDENTITY_FUNCTION = 'pg_catalog.pg_control_system()';

/**
 * Functions in {@link horizonQuery} that our role may not be allowed to call: PUBLIC has EXECUTE on them by default, but
 * some administrators revoke it.
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

/** The query for roles that may not call them. The resulting mark cannot be used later. */
export const HIDDEN_HORIZON_QUERY = `SELECT pg_catalog.concat(${TAKEN},'${BETWEEN}0${BETWEEN}0') AS h`;

/** Maximum length of the answer. It has only numbers, dates and ids, and is stored in each table's mark. */
const LONGEST_HORIZON = 1_000;

/** Reads the answer to {@link horizonQuery}: the horizon, and when the snapshot was taken. */
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
  // A standby has everything from WAL that it has received.
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
 * The transaction id from which rows count as changed since the mark, or why there is none.
 *
 * @param now horizon of the snapshot in which the rows will be read
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

/** Null if the server's history continues from the mark; else why that is not proven. */
export function brokenSince(mark: Mark, now: Horizon): MarkProblem | null {
  if (now.timeline === '' || mark.timeline === '') return 'history_hidden';
  if (mark.identity !== now.identity || mark.timeline !== now.timeline) return 'server_changed';
  const lsn = mark.lsn ?? null;
  // A virtual machine was reset to a snapshot, or this is another server than it claims.
  if (lsn !== null && now.lsn !== null && BigInt(now.lsn) < BigInt(lsn)) return 'server_changed';
  if (isSameRun(mark, now)) return null;
  if (!isSameRecovery(mark, now) && !mark.flushed) return 'server_changed';
  if (Number(now.started) < Number(mark.started)) return 'server_changed';
  return lsn === null ? 'restart_unproved' : brokenBetween(mark, lsn, now.runs);
}

/**
 * Checks that the server's runs from the mark's to the current one follow each other. Each must begin at or after the
 * last known WAL position of the run before it. If one begins earlier, the server was restored in between.
 */
function brokenBetween(mark: Mark, lsn: string, runs: readonly ServerRun[]): MarkProblem | null {
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

/** The fields of {@link Mark} that identify a run of a server, from its start to its end or crash. */
type RunIdentity = Pick<Mark, 'identity' | 'timeline' | 'started' | 'recovered'>;

/** Whether both are the same run: no restart and no crash recovery lies between them. */
export function isSameRun(one: RunIdentity, other: RunIdentity): boolean {
  return one.started === other.started && isSameRecovery(one, other);
}

function isSameRecovery(one: RunIdentity, other: RunIdentity): boolean {
  if (one.recovered === other.recovered) return true;
  const times = other.recovered.split(' ');
  return one.recovered.split(' ').some((time) => time !== '' && times.includes(time));
}

/**
 * SQL condition for row versions made by a transaction or a later one. `age` measures both ids backwards from the same
 * point, modulo 2³², so the comparison is right across the wrap-around. Rows that were frozen long ago may count as
 * changed, but a changed row never counts as unchanged.
 *
 * @param xmin SQL of the transaction that made the version
 */
export function changedSince(xmin: string, from: bigint): string {
  const age = `pg_catalog.age(${xmin})`;
  const most = `pg_catalog.age('${from % 2n ** 32n}'::pg_catalog.xid)`;
  return `${age} OPERATOR(pg_catalog.>=) 0 AND ${age} OPERATOR(pg_catalog.<=) ${most}`;
}
