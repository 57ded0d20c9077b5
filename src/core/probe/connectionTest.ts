import type { ConnectionTestStep } from '../../shared/contract.ts';
import { FailureCode, type FailureDetail, SyncFailure } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { CentralSettings, ConnectionSettings, Draft, EndpointSettings } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { selectTables } from '../batch/select.ts';
import { readTables } from '../catalogue/read.ts';
import { openLink } from '../load/links.ts';
import type { Link } from '../load/pass.ts';
import { addressesOf, dial, placesOf } from '../postgres/dial.ts';
import { classify } from '../postgres/failure.ts';
import { ident, qualified, regName } from '../postgres/quote.ts';
import { nothingThere } from '../source/nothingThere.ts';
import { noticeOf, oldestTransaction } from '../source/openTransaction.ts';
import { setUpDenied, tryOwnTables } from '../target/setup.ts';
import { type CheckedDraft, checkDraft, draftSession } from './draft.ts';

type Step = ConnectionTestStep['step'];
type Facts = ConnectionTestStep['facts'];

/**
 * Tries a connection that is not saved yet, with a password that is not stored yet.
 *
 * @param folder the data folder, where relative file names start; there need be no settings in it
 * @param password as a person typed it; null: the one that is kept
 * @returns as {@link testConnection}
 * @throws UsageError `settings_invalid` where the draft itself is wrong
 */
export async function testDraft(
  folder: string,
  draft: Draft,
  password: string | null,
  language: Language = 'en',
  stop?: AbortSignal,
): Promise<readonly ConnectionTestStep[]> {
  return testConnection(folder, checkDraft(folder, draft, language), password, stop);
}

/**
 * Tries a connection step by step, up to the first that fails. Writing is tried at head office, and undone.
 * Never throws for what the network or a server says.
 *
 * @param stop whoever waits has given up: what a server still does is cancelled there
 */
export async function testConnection(
  folder: string,
  draft: CheckedDraft,
  password: string | null = null,
  stop?: AbortSignal,
): Promise<readonly ConnectionTestStep[]> {
  const steps: ConnectionTestStep[] = [];
  const options = draftSession(folder, draft, password, stop);
  const { endpoint, side, connection } = options;
  const { host, port, database, user, sslmode } = endpoint;
  const last: Step = draft.kind === 'central' ? 'write' : 'read';
  let doing: Step = 'name';
  const well = (step: Step, facts: Facts = {}): void => {
    steps.push({ step, ok: true, facts, failure: null });
  };
  try {
    const address = isSocket(endpoint) ? null : await resolveName(endpoint);
    well('name', address === null ? {} : { host, address });
    doing = 'port';
    await knock(endpoint);
    well('port', { port });
    doing = sslmode === 'disable' || isSocket(endpoint) ? 'sign_in' : 'tls';
    const link = await openLink(options);
    try {
      const { encrypted } = link.session;
      well('tls', { encrypted, sslmode, ...(isExposed(encrypted, address) && { exposed: true }) });
      well('sign_in', { user, database });
      well('version', { version: Math.floor(link.version / 10000) });
      doing = last;
      well(doing, await tryWork(link, draft));
    } finally {
      await link.session.close();
    }
  } catch (error) {
    const facts = { connection, side, host, port, database, user };
    const failure = classify(error, side, facts);
    for (const step of passed(doing, failure)) well(step);
    steps.push({ step: failedAt(doing, failure, last), ok: false, facts: {}, failure });
  }
  return steps;
}

/**
 * Whether rows and SQL travel to another machine for everybody on the way to read and to change.
 *
 * @param address null for a socket of this machine's
 */
export function isExposed(encrypted: boolean, address: string | null): boolean {
  return !encrypted && address !== null && !/^(?:127\.|::1$|::ffff:127\.)/.test(address);
}

function tryWork(link: Link, draft: CheckedDraft): Promise<Facts> {
  return draft.kind === 'central' ? tryWriting(link, draft.central) : readingFacts(link, draft.connection);
}

/** Signing in is several steps at once. An answer of the server shows how far it came. */
function failedAt(doing: Step, failure: FailureDetail, last: Step): Step {
  if (doing !== 'tls' && doing !== 'sign_in') return doing;
  if (failure.code === FailureCode.DatabaseMissing) return last;
  if (OF_SERVER.has(failure.code)) return 'version';
  return wasAsked(failure) ? 'sign_in' : doing;
}

/** The steps that went well before it, unsaid. */
function passed(doing: Step, failure: FailureDetail): readonly Step[] {
  if (doing !== 'tls' && doing !== 'sign_in') return [];
  // A server looks for the database once it knows who asks.
  if (OF_SERVER.has(failure.code) || failure.code === FailureCode.DatabaseMissing) return ['tls', 'sign_in'];
  return doing === 'tls' && wasAsked(failure) ? ['tls'] : [];
}

/** What is seen of a server once it has let us in. */
const OF_SERVER = new Set<FailureCode>([
  FailureCode.SourceTooOld,
  FailureCode.CentralTooOld,
  FailureCode.SourceEncodingSetting,
]);

/** Whether the server got as far as asking who we are: it sent an error of its own, or wanted a password. */
function wasAsked({ code, sqlstate }: FailureDetail): boolean {
  return sqlstate !== undefined || code === FailureCode.PasswordMissing || SIGN_IN.has(code);
}

const SIGN_IN = new Set<FailureCode>([
  FailureCode.SourceSignIn,
  FailureCode.CentralSignIn,
  FailureCode.CleartextRefused,
  FailureCode.SignInMethod,
]);

async function readingFacts(link: Link, source: ConnectionSettings): Promise<Facts> {
  const tables = await tryReading(link, source);
  const found = await oldestTransaction(link.session);
  const notice = found === null ? null : noticeOf(found, found.seconds ?? 0);
  const open = notice === null ? {} : { openTransaction: nameOf(notice) };
  return { schema: source.schema, tables, ...open };
}

/** Who holds a transaction open for long, short enough for a fact. */
function nameOf({ params: { pid, gid, user, seconds } }: Notice): string {
  return `${pid ?? gid} (${user}, ${Math.floor(Number(seconds) / 3600)} h)`;
}

/** Makes Branchline's own tables or writes to them, and undoes it. */
async function tryWriting({ session }: Link, central: CentralSettings): Promise<Facts> {
  try {
    await session.script([...session.begin(), "SET LOCAL lock_timeout = '10s'"]);
    await tryOwnTables(session);
    await session.query('ROLLBACK');
  } catch (error) {
    throw await setUpDenied(session, error);
  }
  if (central.layout === 'schema') return {};
  const { rows } = await session.query(
    `SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS uses, pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS creates,
       current_user AS role FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1`,
    [central.schema],
  );
  const [found] = rows;
  if (found !== undefined && found.uses !== 't') throw mayNotUse(central.schema, found.role ?? '');
  // Where it may not, head office makes the tables beforehand: that is a choice, and no fault.
  return found === undefined ? {} : { schema: central.schema, makesTables: found.creates === 't' };
}

function mayNotUse(schema: string, user: string): SyncFailure {
  const sql = `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(user)};`;
  return new SyncFailure({
    code: FailureCode.CentralPermission,
    kind: 'permanent',
    message: `no USAGE on schema ${schema}`,
    params: { side: 'central', table: schema, user, sql },
  });
}

/** So many of the tables that may not be read are named. */
const NAMED = 10;

/**
 * Whether the role may read all tables that a connection selects.
 *
 * @returns how many those are
 * @throws SyncFailure `source_permission` with the names, `source_table_unknown`, `source_table_missing`,
 *   `source_schema_missing`, `source_schema_empty`
 */
async function tryReading({ session, version }: Link, source: ConnectionSettings): Promise<number> {
  const { schema } = source;
  const { rows } = await session.query(
    `SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS uses, current_user AS role
     FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1`,
    [schema],
  );
  const all = await readTables(session, version, schema);
  if (all.length === 0) throw await nothingThere(session, source);
  const role = rows[0]?.role ?? source.user;
  if (rows[0]?.uses !== 't') throw denied(source, role, 'SCHEMA', [schema], grantUsage(schema, role));
  const selected = selectTables(source, all);
  const tables = selected.filter((one) => one.shape !== null).map((one) => one.table);
  const lost = selected.find((one) => one.shape === null);
  if (lost !== undefined) throw unknown(source, lost.table, lost.nearest);
  if (tables.length === 0)
    throw failure(source, FailureCode.SourceTableMissing, 'no table fits "tables" and "exclude"', {
      schema,
      table: '*',
    });
  const refused = await session.query(
    `SELECT table_name FROM pg_catalog.json_object_keys($1::pg_catalog.json) AS table_name
     WHERE NOT pg_catalog.has_table_privilege($1::pg_catalog.json OPERATOR(pg_catalog.->>) table_name, 'SELECT') ORDER BY table_name`,
    [JSON.stringify(Object.fromEntries(tables.map((one) => [one, regName(schema, one)])))],
  );
  if (refused.rows.length === 0) return tables.length;
  const names = refused.rows.map((row) => row.table_name ?? '');
  const message = `no SELECT on ${names.length} of ${tables.length} tables`;
  const on = names.map((one) => qualified(schema, one)).join(', ');
  throw denied(source, role, message, names, `GRANT SELECT ON ${on} TO ${ident(role)};`);
}

function grantUsage(schema: string, role: string): string {
  return `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)};`;
}

function listed(names: readonly string[]): string {
  return names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')}, …`;
}

function denied(
  source: ConnectionSettings,
  user: string,
  what: string,
  names: readonly string[],
  sql: string,
): SyncFailure {
  const message = what === 'SCHEMA' ? `no USAGE on schema ${source.schema}` : what;
  return failure(source, FailureCode.SourcePermission, message, { table: listed(names), user, sql });
}

function unknown(source: ConnectionSettings, table: string, nearest: string | undefined): SyncFailure {
  const { schema } = source;
  return failure(source, FailureCode.SourceTableUnknown, `schema ${schema} has no table ${table}`, {
    schema,
    table,
    nearest: nearest === undefined || nearest === '' ? '–' : nearest,
  });
}

function failure(
  { id, user }: ConnectionSettings,
  code: FailureCode,
  message: string,
  params: FailureDetail['params'],
): SyncFailure {
  return new SyncFailure({ code, kind: 'permanent', message, params: { connection: id, user, ...params } });
}

type Place = Pick<EndpointSettings, 'host' | 'port' | 'connectTimeoutSeconds'>;

/** As in libpq, a host that begins with / is the folder of a Unix socket. */
function isSocket({ host }: Place): boolean {
  return host.startsWith('/');
}

/**
 * The first address of the first host of a list that stands for any.
 *
 * @throws what the resolver says, or `timeout expired`
 */
async function resolveName(place: Place): Promise<string> {
  return firstOf(place, async ({ host }, ms) => (await addressesOf(host, ms))[0] ?? '');
}

/**
 * Checks that something listens there: opens a TCP connection and closes it.
 *
 * @throws what the system says, or `timeout expired`
 */
async function knock(place: Place): Promise<void> {
  (await firstOf(place, dial)).destroy();
}

/** @throws what the last one says */
async function firstOf<T>(
  place: Place,
  ask: (one: Pick<Place, 'host' | 'port'>, ms: number) => Promise<T>,
): Promise<T> {
  const places = placesOf(place);
  const ms = place.connectTimeoutSeconds * 1000;
  for (const [index, one] of places.entries()) {
    try {
      return await ask(one, ms);
    } catch (error) {
      if (index + 1 === places.length) throw error;
    }
  }
  throw new Error('an endpoint without a host');
}
