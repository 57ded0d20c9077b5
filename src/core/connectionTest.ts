import type { ConnectionTestStep } from '../shared/contract.ts';
import { FailureCode, SyncFailure } from '../shared/errors.ts';
import type { ConnectionSettings } from '../shared/settings.ts';
import { selectTables } from './batch/select.ts';
import { readTables } from './catalogue/read.ts';
import { SETUP_SQL } from './central/setup.ts';
import { qualified } from './postgres/quote.ts';
import type { SessionOptions } from './postgres/session.ts';
import { openLink } from './sync/links.ts';
import type { Link } from './sync/pass.ts';
import { asFailure } from './sync/tableRun.ts';

type Step = ConnectionTestStep['step'];
type Facts = ConnectionTestStep['facts'];

/** The step at which a connection that cannot be opened has failed. */
const FAILED_AT: Readonly<Partial<Record<FailureCode, Step>>> = {
  [FailureCode.PasswordMissing]: 'password',
  [FailureCode.Tls]: 'tls',
  [FailureCode.SourceTooOld]: 'version',
  [FailureCode.CentralTooOld]: 'version',
};

/**
 * Tries a connection step by step, up to the first that fails.
 *
 * @param source the connection where it is one; null for central, where writing is tried (and undone)
 */
export async function testEndpoint(
  options: SessionOptions,
  source: ConnectionSettings | null,
): Promise<readonly ConnectionTestStep[]> {
  const steps: ConnectionTestStep[] = [];
  const well = (step: Step, facts: Facts = {}): void => {
    steps.push({ step, ok: true, facts, failure: null });
  };
  let doing: Step = 'connect';
  try {
    const { session, version } = await openLink(options);
    try {
      well('password');
      well('connect', {
        host: options.endpoint.host,
        port: options.endpoint.port,
        database: options.endpoint.database,
      });
      well('tls', { encrypted: session.encrypted, sslmode: options.endpoint.sslmode });
      well('version', { version: Math.floor(version / 10000) });
      doing = source === null ? 'write' : 'read';
      if (source === null) well('write', await tryWriting({ session, version }));
      else well('read', await tryReading({ session, version }, source));
    } finally {
      await session.close();
    }
  } catch (error) {
    const failure = asFailure(error);
    const at = doing === 'connect' ? (FAILED_AT[failure.code] ?? 'connect') : doing;
    steps.push({ step: at, ok: false, facts: {}, failure });
  }
  return steps;
}

/** Whether the role may read the tables that the settings select. */
async function tryReading({ session, version }: Link, source: ConnectionSettings): Promise<Facts> {
  const shapes = await readTables(session, version, source.schema);
  const tables = selectTables(source, shapes).filter((one) => one.shape !== null);
  const names = JSON.stringify(tables.map((one) => qualified(source.schema, one.table)));
  const result = await session.query(
    `SELECT name FROM json_array_elements_text($1::json) AS name WHERE NOT has_table_privilege(name, 'SELECT')`,
    [names],
  );
  const [denied] = result.rows;
  if (denied !== undefined) {
    const params = { connection: source.id, table: denied.name ?? '', user: source.user };
    throw new SyncFailure({
      code: FailureCode.SourcePermission,
      kind: 'permanent',
      message: `no SELECT on ${denied.name}`,
      params,
    });
  }
  return { tables: tables.length };
}

/** Makes Branchline's own tables, and undoes it. */
async function tryWriting({ session }: Link): Promise<Facts> {
  await session.script(
    `BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL client_min_messages = warning; ${SETUP_SQL}; ROLLBACK`,
  );
  return {};
}
