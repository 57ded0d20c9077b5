import { literal, own } from './quote.ts';
import type { Side } from './sqlstates.ts';

/** A server setting that all our sessions set to a fixed value. */
export interface SessionSetting {
  readonly name: string;
  readonly value: string;
  /** The side that it is set on; default: both. */
  readonly side?: Side;
  /** First major version with this setting; default: all supported versions. */
  readonly since?: number;
  /**
   * Not in the start-up packet, so that `SET LOCAL … TO DEFAULT` still restores the role's own value, under
   * which views are read ({@link ROLES_OWN}).
   */
  readonly roleMatters?: boolean;
  /** Read only when a transaction begins, so transactions that state it explicitly need not set it. */
  readonly atBegin?: boolean;
  /**
   * Servers on some systems refuse any value except the default, so it is set only if the server reports
   * Linux. Not used behind a pooler, where all settings are made in statements that succeed or fail together.
   */
  readonly onLinux?: boolean;
}

/**
 * All settings that affect how a value is read, written, compared, planned or timed out. An administrator may
 * have changed any of them for our role, the database or the server (ALTER ROLE, ALTER DATABASE,
 * postgresql.conf), for good reasons that have nothing to do with us.
 *
 * `client_encoding` is UTF8 by the driver's start-up packet. Deliberately not set:
 * - `role`: with ALTER ROLE … SET role an administrator decides who owns our objects;
 * - `session_replication_role`, `lc_messages`: only a superuser may set them;
 * - `default_transaction_read_only` at head office: providers set it to protect a database whose disk is
 *   nearly full;
 * - `default_tablespace`, `default_table_access_method`, `default_toast_compression`, `temp_tablespaces`:
 *   where and how head office stores its tables;
 * - `synchronous_commit`: a chunk and its checkpoint are one transaction and can only be lost together; and
 *   `on` would wait forever if head office's standby is gone and it has chosen `local`;
 * - `lc_numeric`, `lc_time`, `xmlbinary`, `transform_null_equals`, `gin_fuzzy_search_limit`: our statements
 *   do not use what they affect (to_char, XML functions, `= NULL`, GIN indexes), and views should behave as
 *   for their users;
 * - `backslash_quote`, `escape_string_warning`: our literals double their quotes and use no other escapes;
 * - `default_transaction_deferrable`: only affects SERIALIZABLE, which we never use;
 * - `check_function_bodies`, `vacuum_*`: we create no functions and run no VACUUM.
 */
export const SESSION_SETTINGS: readonly SessionSetting[] = [
  // How values are written as text, which the other side must be able to read.
  { name: 'DateStyle', value: 'ISO,YMD' },
  { name: 'IntervalStyle', value: 'postgres' },
  { name: 'TimeZone', value: 'UTC', roleMatters: true },
  // Since version 12 any value above 0 gives the shortest exact text; before, it adds 3 digits to those that
  // are safe.
  { name: 'extra_float_digits', value: '3' },
  { name: 'bytea_output', value: 'hex' },
  { name: 'array_nulls', value: 'on' },
  // With `document`, XML fragments would be refused.
  { name: 'xmloption', value: 'content' },
  { name: 'lc_monetary', value: 'C' },
  // With `on`, format_type and pg_get_expr would write `"integer"` in quotes, which we would not recognise.
  { name: 'quote_all_identifiers', value: 'off' },

  // How our statements are parsed.
  { name: 'search_path', value: '', roleMatters: true },
  { name: 'standard_conforming_strings', value: 'on' },

  // Which rows a statement sees. At a source, a policy makes it fail instead of hiding rows. Head office may
  // separate branches by our policies; tables with any other policy are refused ({@link describeTarget}).
  { name: 'row_security', value: 'off', side: 'source' },
  { name: 'row_security', value: 'on', side: 'central' },
  { name: 'default_transaction_isolation', value: 'read committed', atBegin: true },
  { name: 'default_transaction_read_only', value: 'on', side: 'source', atBegin: true },

  // Time-outs. Our own limits apply instead ({@link Timeouts}), because a slow head office makes us read
  // slowly without any fault. Locks are the exception, see {@link settingsOf}.
  { name: 'statement_timeout', value: '0' },
  { name: 'idle_in_transaction_session_timeout', value: '0' },
  { name: 'idle_session_timeout', value: '0', since: 14 },
  { name: 'transaction_timeout', value: '0', since: 17 },
  // Makes head office drop a dead connection: after a power cut at the branch its locks must not stay.
  { name: 'tcp_user_timeout', value: '60000', side: 'central', since: 12 },
  { name: 'tcp_keepalives_idle', value: '30', side: 'central' },
  { name: 'tcp_keepalives_interval', value: '10', side: 'central' },
  { name: 'tcp_keepalives_count', value: '3', side: 'central' },
  // Ends our statement soon after the connection is gone, even if no cancel request could be sent.
  { name: 'client_connection_check_interval', value: '5000', since: 14, onLinux: true },

  // Plans. JIT-compiling a catalogue query takes a second, running it milliseconds; and for one chunk it
  // costs more than it gains (measured, docs/architecture.md).
  { name: 'jit', value: 'off' },
  { name: 'plan_cache_mode', value: 'auto', since: 12 },
  { name: 'work_mem', value: '64MB', side: 'central' },
  // Without these, a pass would sort the whole table on the branch's disk, or read all of it for each chunk.
  { name: 'enable_indexscan', value: 'on' },
  { name: 'enable_nestloop', value: 'on' },
  { name: 'enable_hashagg', value: 'on' },

  // Nobody reads notices, but they would travel over the branch's link.
  { name: 'client_min_messages', value: 'warning' },
];

/** All settings of one side. @param lockMs how long a statement may wait for another session's lock */
function settingsOf(side: Side, lockMs: number): readonly SessionSetting[] {
  const ours = SESSION_SETTINGS.filter((one) => one.side === undefined || one.side === side);
  return [...ours, { name: 'lock_timeout', value: String(lockMs) }];
}

/**
 * A custom setting that exists only if the server itself has read our start-up packet: a pooler that silently
 * drops `options` drops this too.
 */
const WITNESS = 'branchline.pinned';

/**
 * `options` of the start-up packet: the settings that every supported version knows. They apply before the
 * first statement and override ALTER ROLE and ALTER DATABASE. A pooler refuses them ({@link isPoolerRefusal})
 * or drops them.
 */
export function startupOptions(side: Side, lockMs: number): string {
  const early = settingsOf(side, lockMs).filter((one) => one.since === undefined && one.roleMatters !== true);
  const pairs = [...early.map(({ name, value }) => [name, value] as const), [WITNESS, 'on'] as const];
  return pairs.map(([name, value]) => `-c${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`).join(' ');
}

/** Whether a pooler refused {@link startupOptions}. The texts are PgBouncer's, which are never translated. */
export function isPoolerRefusal(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter/i.test(error.message);
}

/**
 * The first statement of a session: makes the settings that the start-up packet could not, if no pooler is in
 * between. Behind a pooler it changes nothing and returns `set` 0, because settings would affect the pooler's
 * other clients. The search path is not ours yet, so every name in it is qualified.
 *
 * `ran` says whether code of the database has run at sign-in (a login event trigger), which overrides the start-up packet
 * ({@link everySetting}). Looking at the settings themselves would take head office longer than signing in.
 *
 * @param pid of the server's process as reported at sign-in; a pooler reports a number of its own
 */
export function lateSettings(side: Side, version: number, lockMs: number, pid: number): string {
  const late = settingsOf(side, lockMs).filter(
    (one) => isKnown(one, version) && (one.since !== undefined || one.roleMatters === true),
  );
  const ran =
    version < LOGIN_TRIGGERS_SINCE
      ? ''
      : `,EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtevent ${own('=')} 'login' AND evtenabled ${own('<>')} 'D') AS ran`;
  const ours = `pg_catalog.pg_backend_pid() ${own('=')} ${pid} AND pg_catalog.current_setting('${WITNESS}',true) ${own('=')} 'on'`;
  return setConfig(late, ran, ours);
}

const LOGIN_TRIGGERS_SINCE = 170_000;

/**
 * Makes all settings again, for a session in which code of the database has run: a trigger may have changed
 * any of them.
 */
export function everySetting(side: Side, version: number, lockMs: number): string {
  return setConfig(
    settingsOf(side, lockMs).filter((one) => isKnown(one, version)),
    '',
    'true',
  );
}

/** @param also further columns @param where condition for setting anything */
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

/** All session settings for one transaction. Behind a pooler the session may belong to another client afterwards. */
export function transactionSettings(side: Side, version: number, lockMs: number): readonly string[] {
  return settingsOf(side, lockMs)
    .filter((one) => isKnown(one, version) && one.atBegin !== true && one.onLinux !== true)
    .map(({ name, value }) => `SET LOCAL ${name} = ${literal(value)}`);
}

function isKnown({ since = 0 }: SessionSetting, version: number): boolean {
  return since * 10_000 <= version;
}

/**
 * Restores the role's own settings for the rest of a transaction, as if it had signed in with psql: for
 * reading views, whose functions and casts depend on them, and for head office's triggers. Times are written
 * with their zone, so any zone is fine.
 */
export const ROLES_OWN = ['SET LOCAL search_path TO DEFAULT', 'SET LOCAL TimeZone TO DEFAULT'] as const;
/** The same for writing at head office, where values are read with our settings. */
export const ROLES_OWN_PATH = 'SET LOCAL search_path TO DEFAULT';
