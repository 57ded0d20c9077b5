import { exec } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freshDatabases, type TestDatabase } from '../../support/databases.ts';
import { installFakeCitus } from '../../support/fakeCitus.ts';
import { startServer } from '../../support/servers.ts';

/**
 * A real cluster, by the environment:
 *
 * - `BRANCHLINE_TEST_CITUS`: connection string of a database on the coordinator that is the tests' own, with the extension
 *   and its nodes: they drop the schema `branchline` there and all schemas named `citus_test_…`. The user owns the
 *   database, or may do anything.
 * - `BRANCHLINE_TEST_CITUS_KILL` and `BRANCHLINE_TEST_CITUS_START`: commands that kill a node's server at once and start
 *   it again, such as `docker kill citus-worker-1` and `docker start citus-worker-1`.
 */
const CLUSTER = process.env.BRANCHLINE_TEST_CITUS ?? '';
const KILL = process.env.BRANCHLINE_TEST_CITUS_KILL ?? '';
const START = process.env.BRANCHLINE_TEST_CITUS_START ?? '';

export const isCluster = CLUSTER !== '';
/** Whether a node can be killed; on the stand-in it is head office's server itself. */
export const mayKill = !isCluster || (KILL !== '' && START !== '');

if (!isCluster)
  console.warn(
    '\n!! Citus was NOT tested on a real cluster: a plain PostgreSQL stood in for it.\n' +
      '!! Set BRANCHLINE_TEST_CITUS to the coordinator of one, as test/citus/support/headOffice.ts says.\n',
  );
else if (!mayKill)
  console.warn(
    '\n!! SKIPPED: no node of the cluster was killed.\n' +
      '!! Set BRANCHLINE_TEST_CITUS_KILL and BRANCHLINE_TEST_CITUS_START to commands that kill a node and start it.\n',
  );

/** Head office on Citus, or what stands in for it. */
export interface CitusHeadOffice extends AsyncDisposable {
  readonly database: TestDatabase;
  /** Runs one query, each value as text. */
  query(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Whether new schemas are distributed from now on. */
  distributeSchemas(on: boolean): Promise<void>;
  killNode(): Promise<void>;
  /** Resolves when the node answers again. */
  startNode(): Promise<void>;
}

export async function openHeadOffice(): Promise<CitusHeadOffice> {
  return isCluster ? openCluster() : openStandIn();
}

const run = promisify(exec);

async function openCluster(): Promise<CitusHeadOffice> {
  const url = new URL(CLUSTER);
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: CLUSTER });
    // A node that is killed may take this session along.
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const database: TestDatabase = {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    url: CLUSTER,
    connect,
    connectAdmin: connect,
  };
  const query = (sql: string) => rowsOf(database, sql);
  const clean = async (): Promise<void> => {
    const schemas = await query(
      "SELECT nspname FROM pg_namespace WHERE nspname = 'branchline' OR nspname LIKE 'citus\\_test\\_%'",
    );
    for (const [name] of schemas) await query(`DROP SCHEMA ${pg.escapeIdentifier(name ?? '')} CASCADE`);
  };
  const name = pg.escapeIdentifier(database.database);
  const distributeSchemas = async (on: boolean): Promise<void> => {
    await query(`ALTER DATABASE ${name} SET citus.enable_schema_based_sharding = ${on ? 'on' : 'off'}`);
  };
  await clean();
  await distributeSchemas(false);
  return {
    database,
    query,
    distributeSchemas,
    killNode: async () => void (await run(KILL)),
    startNode: async () => {
      await run(START);
      await answers(() =>
        query('SELECT count(*) FROM run_command_on_workers($$SELECT 1$$) WHERE NOT success'),
      );
    },
    [Symbol.asyncDispose]: clean,
  };
}

async function openStandIn(): Promise<CitusHeadOffice> {
  const server = await startServer({ settings: { max_connections: '200' } });
  const pair = await freshDatabases({ centralServer: server });
  const database = pair.central;
  await installFakeCitus(database);
  const query = (sql: string) => rowsOf(database, sql);
  return {
    database,
    query,
    distributeSchemas: async (on) => {
      await query(
        `ALTER DATABASE ${database.database} SET citus.enable_schema_based_sharding = ${on ? 'on' : 'off'}`,
      );
    },
    killNode: () => server.kill(),
    startNode: async () => {
      await server.restart();
      await answers(() => query('SELECT 0'));
    },
    [Symbol.asyncDispose]: () => server.remove(),
  };
}

/** The rows of a query, each value as the text in which the server writes it. */
export async function rowsOf(
  database: TestDatabase,
  sql: string,
): Promise<readonly (readonly (string | null)[])[]> {
  const client = await database.connectAdmin();
  try {
    await client.query("SET TimeZone = 'UTC'");
    const types = { getTypeParser: () => (value: string | Buffer) => String(value) };
    return (await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types })).rows;
  } finally {
    await client.end();
  }
}

/** Waits until a query of the number of nodes that do not answer says 0. */
async function answers(look: () => Promise<readonly (readonly (string | null)[])[]>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const rows = await look().catch(() => null);
    if (rows?.[0]?.[0] === '0') return;
    await setTimeout(200);
  }
  throw new Error('a node did not come back');
}
