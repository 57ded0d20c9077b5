import type { ConnectionTestStep, TestProgress } from '../../shared/contract.ts';
import { FailureCode, type FailureDetail, SyncFailure } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { CentralSettings, ConnectionSettings, Draft, EndpointSettings } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { noticeOf } from '../batch/longTransaction.ts';
import { selectTables } from '../batch/select.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { classify } from '../postgres/classifyError.ts';
import { addressesOf, dial, placesOf } from '../postgres/dial.ts';
import { type Link, openLink } from '../postgres/link.ts';
import { LinkMeter } from '../postgres/linkMeter.ts';
import { ident } from '../postgres/quote.ts';
import { reachServer, sshTarget } from '../postgres/reachServer.ts';
import type { SessionOptions } from '../postgres/session.ts';
import { openSource } from '../source/openSource.ts';
import type { SourceConnection } from '../source/port.ts';
import { sshUnreachable } from '../ssh/sshFailures.ts';
import { tunnelTo } from '../ssh/tunnelPool.ts';
import { setUpDenied, tryOwnTables } from '../target/setup.ts';
import { type CheckedDraft, checkDraft, draftSession, KEPT_SECRETS, type TypedSecrets } from './draft.ts';
import { measureLink } from './linkSpeed.ts';

type Step = ConnectionTestStep['step'];
type Facts = ConnectionTestStep['facts'];

/**
 * Tests a connection that is not saved yet, with secrets that are not stored yet.
 *
 * @param folder the data folder, where relative file names start; it needs no settings
 * @param password as a person typed it; null uses the stored one
 * @param sshSecret the SSH server's password or its key's passphrase, likewise
 * @returns as {@link testConnection}
 * @throws UsageError `settings_invalid` if the draft itself is invalid
 */
export async function testDraft(
  folder: string,
  draft: Draft,
  password: string | null,
  language: Language = 'en',
  stop?: AbortSignal,
  sshSecret: string | null = null,
  onProgress: OnTestProgress = () => undefined,
): Promise<readonly ConnectionTestStep[]> {
  const checked = checkDraft(folder, draft, language);
  return testConnection(folder, checked, { password, sshSecret }, stop, true, onProgress);
}

/** Called with the steps made so far, whenever the next one begins. */
export type OnTestProgress = (progress: TestProgress) => void;

/**
 * Tests a connection step by step, up to the first failure. At head office it also tries to write, and rolls
 * that back. Never throws for errors of the network or server.
 *
 * @param stop aborted when nobody waits any more: the server's statement is then cancelled
 * @param measures whether the link to head office is measured, for which some bytes are sent
 * @param onProgress must not throw
 */
export async function testConnection(
  folder: string,
  draft: CheckedDraft,
  typed: TypedSecrets = KEPT_SECRETS,
  stop?: AbortSignal,
  measures = true,
  onProgress: OnTestProgress = () => undefined,
): Promise<readonly ConnectionTestStep[]> {
  const steps: ConnectionTestStep[] = [];
  const options = draftSession(folder, draft, typed, stop);
  const { endpoint, side, connection } = options;
  const { host, port, database, user, sslmode } = endpoint;
  const last: Step = draft.kind === 'central' ? 'write' : 'read';
  let doing: Step = 'name';
  const begin = (step: Step): void => {
    doing = step;
    onProgress({ steps: [...steps], doing });
  };
  const well = (step: Step, facts: Facts = {}): void => {
    steps.push({ step, ok: true, facts, failure: null });
  };
  try {
    begin('name');
    const { ssh } = endpoint;
    const firstHop = ssh === undefined ? endpoint : { ...endpoint, host: ssh.host, port: ssh.port };
    const found = isSocket(firstHop) ? null : await atFirstHop(endpoint, resolveName(firstHop));
    well('name', found === null ? {} : { host: firstHop.host, address: found });
    begin('port');
    await atFirstHop(endpoint, tryPort(firstHop));
    well('port', { port: firstHop.port });
    if (ssh !== undefined) {
      begin('ssh');
      well('ssh', { user: ssh.user, ...(await openTunnel(options)) });
      begin('forward');
      await tryForwarding(options);
      well('forward', { host, port });
    }
    // What leaves the tunnel, leaves it at the SSH server.
    const address = ssh === undefined ? found : null;
    begin(sslmode === 'disable' || isSocket(endpoint) ? 'sign_in' : 'tls');
    const { link, tryWork } = await openEnd(draft, options, measures);
    try {
      const { encrypted } = link;
      well('tls', { encrypted, sslmode, ...(isExposed(encrypted, address) && { exposed: true }) });
      well('sign_in', { user, database });
      well('version', { version: Math.floor(link.version / 10000) });
      begin(last);
      well(last, await tryWork());
    } finally {
      await link.close();
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
 * Whether rows and SQL travel unencrypted to another machine, where anyone on the way could read and change
 * them.
 *
 * @param address null for a Unix socket
 */
export function isExposed(encrypted: boolean, address: string | null): boolean {
  return !encrypted && address !== null && !/^(?:127\.|::1$|::ffff:127\.)/.test(address);
}

/** Either database, and what is tried in it. */
interface OpenEnd {
  readonly link: Pick<Link, 'encrypted' | 'version' | 'close'>;
  readonly tryWork: () => Promise<Facts>;
}

async function openEnd(draft: CheckedDraft, options: SessionOptions, measures: boolean): Promise<OpenEnd> {
  if (draft.kind === 'central') {
    const meter = new LinkMeter();
    const link = await openLink({ ...options, meter });
    const speed = async (): Promise<Facts> => ({
      bytesPerSecond: await measureLink(link.session, () => meter.traffic.sent),
    });
    return {
      link,
      tryWork: async () => {
        const facts = await tryWriting(link, draft.central);
        if (!measures) return facts;
        return { ...facts, ...(await speed().catch(() => ({}))) };
      },
    };
  }
  const link = await openSource(options);
  return { link, tryWork: () => readingFacts(link, draft.connection) };
}

/** The step that failed. Signing in covers several steps at once, and the server's answer shows how far it got. */
function failedAt(doing: Step, failure: FailureDetail, last: Step): Step {
  if (doing !== 'tls' && doing !== 'sign_in') return doing;
  if (failure.code === FailureCode.DatabaseMissing) return last;
  if (OF_SERVER.has(failure.code)) return 'version';
  return wasAsked(failure) ? 'sign_in' : doing;
}

/** Steps passed before the failure that were not reported yet. */
function passed(doing: Step, failure: FailureDetail): readonly Step[] {
  if (doing !== 'tls' && doing !== 'sign_in') return [];
  // A server looks for the database after it has authenticated the user.
  if (OF_SERVER.has(failure.code) || failure.code === FailureCode.DatabaseMissing) return ['tls', 'sign_in'];
  return doing === 'tls' && wasAsked(failure) ? ['tls'] : [];
}

/** Failures that can only occur after signing in. */
const OF_SERVER = new Set<FailureCode>([
  FailureCode.SourceTooOld,
  FailureCode.CentralTooOld,
  FailureCode.SourceEncodingSetting,
]);

/** Whether the server got as far as authentication: it sent an error of its own, or asked for a password. */
function wasAsked({ code, sqlstate }: FailureDetail): boolean {
  return sqlstate !== undefined || code === FailureCode.PasswordMissing || SIGN_IN.has(code);
}

const SIGN_IN = new Set<FailureCode>([
  FailureCode.SourceSignIn,
  FailureCode.CentralSignIn,
  FailureCode.CleartextRefused,
  FailureCode.SignInMethod,
]);

async function readingFacts(link: SourceConnection, source: ConnectionSettings): Promise<Facts> {
  const tables = await link.tryReading(source, (all) => chosenTables(source, all));
  const { transaction: found } = await link.facts();
  const notice = found === null ? null : noticeOf(found, found.seconds ?? 0);
  const open = notice === null ? {} : { openTransaction: nameOf(notice) };
  return { schema: source.schema, tables, ...open };
}

/** Who holds a long transaction open, short enough for a fact. */
function nameOf({ params: { pid, gid, user, seconds } }: Notice): string {
  return `${pid ?? gid} (${user}, ${Math.floor(Number(seconds) / 3600)} h)`;
}

/** Creates Branchline's own tables or writes to them, and rolls that back. */
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
  // Without the right to create tables, head office creates them beforehand: a choice, not an error.
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

/**
 * The tables that a connection selects.
 *
 * @throws SyncFailure `source_table_unknown`, `source_table_missing`
 */
function chosenTables(source: ConnectionSettings, all: readonly TableShape[]): readonly string[] {
  const selected = selectTables(source, all);
  const tables = selected.filter((one) => one.shape !== null).map((one) => one.table);
  const lost = selected.find((one) => one.shape === null);
  if (lost !== undefined) throw unknown(source, lost.table, lost.nearest);
  if (tables.length === 0)
    throw failure(source, FailureCode.SourceTableMissing, 'no table fits "tables" and "exclude"', {
      schema: source.schema,
      table: '*',
    });
  return tables;
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

/** What goes wrong before an SSH server is about that server. */
async function atFirstHop<T>({ ssh }: EndpointSettings, work: Promise<T>): Promise<T> {
  return ssh === undefined
    ? work
    : work.catch((error: unknown) => {
        throw sshUnreachable(ssh, error);
      });
}

/** Signs in to the SSH server. What comes next goes through the same connection. */
async function openTunnel(options: SessionOptions): Promise<Facts> {
  const target = sshTarget(options);
  if (target === null) return {};
  const { hostKey, compressed, firstUse } = (await tunnelTo(target, dial)).facts;
  return { hostKey, compressed, ...(firstUse && { firstUse }) };
}

async function tryForwarding(options: SessionOptions): Promise<void> {
  const { socket } = await firstOf(options.endpoint, (one) =>
    reachServer({ ...options, endpoint: { ...options.endpoint, ...one } }),
  );
  socket.destroy();
}

/**
 * The address of the first host in the list that has one.
 *
 * @throws the resolver's error, or `timeout expired`
 */
async function resolveName(place: Place): Promise<string> {
  return firstOf(place, async ({ host }, ms) => (await addressesOf(host, ms))[0] ?? '');
}

/**
 * Checks that something listens there, by opening and closing a TCP connection.
 *
 * @throws the system's error, or `timeout expired`
 */
async function tryPort(place: Place): Promise<void> {
  (await firstOf(place, dial)).destroy();
}

/** @throws the error of the last one */
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
