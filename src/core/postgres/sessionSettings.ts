import { literal, own } from './quote.ts';
import type { Side } from './sqlstates.ts';

/** A setting of the server's that every session of ours has at a value of ours. */
export interface SessionSetting {
  readonly name: string;
  readonly value: string;
  /** Only there; on both sides where absent. */
  readonly side?: Side;
  /** First major version that knows it; all that are supported where absent. */
  readonly since?: number;
  /**
   * Not in the start-up packet, so that `SET LOCAL … TO DEFAULT` still leads to the value that the role has of its
   * own: views are read under it ({@link ROLES_OWN}).
   */
  readonly roleMatters?: boolean;
  /** Is only read when a transaction begins: where every transaction says it, there is nothing to set in it. */
  readonly atBegin?: boolean;
  /**
   * Servers on some systems refuse any other value than their default: set only where the server says that it runs on
   * Linux. Not behind a pooler, whose settings are statements that either all succeed or none.
   */
  readonly onLinux?: boolean;
}

/**
 * Every setting that changes how a value is read, written, compared, planned or timed out. Whoever administers a
 * database may have set any of them for our role, the database or the whole server (ALTER ROLE, ALTER DATABASE,
 * postgresql.conf), each with good reason and none with us in mind.
 *
 * `client_encoding` is UTF8 by the driver's start-up packet. Left alone on purpose:
 * - `role`: ALTER ROLE … SET role is how an administrator says whose objects ours are to be;
 * - `session_replication_role`, `lc_messages`: a superuser's alone to set;
 * - `default_transaction_read_only` at head office: providers set it to save a database whose disk is nearly full;
 * - `default_tablespace`, `default_table_access_method`, `default_toast_compression`, `temp_tablespaces`: where and
 *   how head office stores its tables;
 * - `synchronous_commit`: a chunk and its checkpoint are one transaction, so what is lost is lost together, and
 *   `on` would wait for ever where head office's standby is gone and it has chosen `local`;
 * - `lc_numeric`, `lc_time`, `xmlbinary`, `transform_null_equals`, `gin_fuzzy_search_limit`: what they change
 *   (to_char, XML functions, `= NULL`, GIN indexes) no statement of ours has, and views are to have it as their users do;
 * - `backslash_quote`, `escape_string_warning`: our literals double their quotes and escape no other way;
 * - `default_transaction_deferrable`: it counts for SERIALIZABLE alone, which ours never are;
 * - `check_function_bodies`, `vacuum_*`: we make no functions and vacuum nothing.
 */
export const SESSION_SETTINGS: readonly SessionSetting[] = [
  // How values are written and read as text. What one side writes the other has to read.
  { name: 'DateStyle', value: 'ISO,YMD' },
  { name: 'IntervalStyle', value: 'postgres' },
  { name: 'TimeZone', value: 'UTC', roleMatters: true },
  // Since 12 any value above 0 means the shortest text that is exact; before, 3 more digits than are safe.
  { name: 'extra_float_digits', value: '3' },
  { name: 'bytea_output', value: 'hex' },
  { name: 'array_nulls', value: 'on' },
  // A fragment is no document; with `document` it is refused.
  { name: 'xmloption', value: 'content' },
  { name: 'lc_monetary', value: 'C' },
  // format_type and pg_get_expr would quote `"integer"`, which is then no type that we know.
  { name: 'quote_all_identifiers', value: 'off' },

  // How our statements are read.
  { name: 'search_path', value: '', roleMatters: true },
  { name: 'standard_conforming_strings', value: 'on' },

  // Which rows a statement sees. At a source a policy makes it fail instead of hiding some. Head office may keep branches
  // apart by policies of ours; tables with any other are refused ({@link describeTarget}).
  { name: 'row_security', value: 'off', side: 'source' },
  { name: 'row_security', value: 'on', side: 'central' },
  { name: 'default_transaction_isolation', value: 'read committed', atBegin: true },
  { name: 'default_transaction_read_only', value: 'on', side: 'source', atBegin: true },

  // Time-outs. Ours are the session's own ({@link Timeouts}): a slow head office makes us read slowly, and that is
  // no fault. Locks are the exception, see {@link settingsOf}.
  { name: 'statement_timeout', value: '0' },
  { name: 'idle_in_transaction_session_timeout', value: '0' },
  { name: 'idle_session_timeout', value: '0', since: 14 },
  { name: 'transaction_timeout', value: '0', since: 17 },
  // Head office drops us when we are gone: after a power cut at the branch its locks must not stay.
  { name: 'tcp_user_timeout', value: '60000', side: 'central', since: 12 },
  { name: 'tcp_keepalives_idle', value: '30', side: 'central' },
  { name: 'tcp_keepalives_interval', value: '10', side: 'central' },
  { name: 'tcp_keepalives_count', value: '3', side: 'central' },
  // A statement of ours ends soon after we are gone, also where no cancel request could be sent.
  { name: 'client_connection_check_interval', value: '5000', since: 14, onLinux: true },

  // Plans. Compiling a query of the catalogue takes a second, running it milliseconds; and over one chunk it costs
  // more than it gains (measured, docs/architecture.md).
  { name: 'jit', value: 'off' },
  { name: 'plan_cache_mode', value: 'auto', since: 12 },
  { name: 'work_mem', value: '64MB', side: 'central' },
  // Without them a pass sorts a whole table on the branch's disk, or reads all of it for each chunk.
  { name: 'enable_indexscan', value: 'on' },
  { name: 'enable_nestloop', value: 'on' },
  { name: 'enable_hashagg', value: 'on' },

  // Notices that nobody reads travel over the branch's link.
  { name: 'client_min_messages', value: 'warning' },
];

/** All settings of one side. @param lockMs how long a statement may wait for somebody else's lock */
function settingsOf(side: Side, lockMs: number): readonly SessionSetting[] {
  const ours = SESSION_SETTINGS.filter((one) => one.side === undefined || one.side === side);
  return [...ours, { name: 'lock_timeout', value: String(lockMs) }];
}

/**
 * Is there only where the server itself has read our start-up packet: a pooler in between that drops `options` in
 * silence drops it too.
 */
const WITNESS = 'branchline.pinned';

/**
 * `options` of the start-up packet: what every supported version knows, in force before the first statement, whatever
 * ALTER ROLE and ALTER DATABASE say. A pooler refuses it ({@link isPoolerRefusal}) or drops it.
 */
export function startupOptions(side: Side, lockMs: number): string {
  const early = settingsOf(side, lockMs).filter((one) => one.since === undefined && one.roleMatters !== true);
  const pairs = [...early.map(({ name, value }) => [name, value] as const), [WITNESS, 'on'] as const];
  return pairs.map(([name, value]) => `-c${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`).join(' ');
}

/** Whether a pooler has refused {@link startupOptions}. These texts are PgBouncer's, and never translated. */
export function isPoolerRefusal(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter/i.test(error.message);
}

/**
 * The first statement of a session: sets what the start-up packet could not, where the server at the other end is
 * ours alone. Says `set` 0, and has set nothing, where a pooler is in between: what is set there for a session would meet
 * its other clients. It runs under a search path that is not ours yet, so every name in it is qualified.
 *
 * `changed` counts all settings that the session has of its own: they are more than ours where a login event trigger
 * has set some, which outranks the start-up packet ({@link everySetting}).
 *
 * @param pid of the server's process, as it was told at sign-in; a pooler tells a number of its own
 */
export function lateSettings(side: Side, version: number, lockMs: number, pid: number): string {
  const late = settingsOf(side, lockMs).filter(
    (one) => isKnown(one, version) && (one.since !== undefined || one.roleMatters === true),
  );
  const changed = `(SELECT pg_catalog.count(*) FROM pg_catalog.pg_settings WHERE source ${own('=')} 'session')`;
  const ours = `pg_catalog.pg_backend_pid() ${own('=')} ${pid} AND pg_catalog.current_setting('${WITNESS}',true) ${own('=')} 'on'`;
  return setConfig(late, `,${changed} AS changed`, ours);
}

/**
 * Sets all of them anew, for a session in which code of the database's own has run: a trigger may have changed any for
 * the rest of it.
 */
export function everySetting(side: Side, version: number, lockMs: number): string {
  return setConfig(
    settingsOf(side, lockMs).filter((one) => isKnown(one, version)),
    '',
    'true',
  );
}

/** @param also further columns @param where when something is set at all */
function setConfig(settings: readonly SessionSetting[], also: string, where: string): string {
  const pairs = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const onLinux = settings.filter((one) => one.onLinux === true).map((one) => one.name);
  const elsewhere = onLinux.map(
    (name) =>
      ` AND (s.key ${own('<>')} ${literal(name)} OR pg_catalog.strpos(pg_catalog.version(),'linux') ${own('>')} 0)`,
  );
  return `SELECT pg_catalog.count(pg_catalog.set_config(s.key,s.value,false)) AS set${also} FROM pg_catalog.json_each_text(${literal(JSON.stringify(pairs))}) s
    WHERE ${where}${elsewhere.join('')}`;
}

/** The same for one transaction: for servers behind a pooler, which hands the session to others afterwards. */
export function transactionSettings(side: Side, version: number, lockMs: number): readonly string[] {
  return settingsOf(side, lockMs)
    .filter((one) => isKnown(one, version) && one.atBegin !== true && one.onLinux !== true)
    .map(({ name, value }) => `SET LOCAL ${name} = ${literal(value)}`);
}

function isKnown({ since = 0 }: SessionSetting, version: number): boolean {
  return since * 10_000 <= version;
}

/**
 * Statements that give the rest of a transaction what somebody who signs in with psql as the same role has: for reading
 * views, whose functions and casts look things up by it, and for head office's triggers. Times are written with
 * their zone, so it may be any.
 */
export const ROLES_OWN = ['SET LOCAL search_path TO DEFAULT', 'SET LOCAL TimeZone TO DEFAULT'] as const;
/** The same for writing at head office, where values are read in ours. */
export const ROLES_OWN_PATH = 'SET LOCAL search_path TO DEFAULT';
