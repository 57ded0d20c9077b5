import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { inject } from 'vitest';
import { CENTRAL_ROLE, centralGrants, SOURCE_GRANTS, SOURCE_ROLE } from '../../src/demo/endpoint.ts';
import { seedBranch } from '../../src/demo/erp/seed.ts';
import { ADMIN, connectTo, type ServerAddress } from './servers.ts';

/** What the global set-up gives to every test file. */
export interface SharedServers {
  readonly source: ServerAddress;
  readonly central: ServerAddress;
  /** Has the passwords of both. */
  readonly passfile: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly servers: SharedServers;
  }
}

/** A database of one test. `user` is the least-privileged role that Branchline itself signs in as. */
export interface TestDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `postgres://…` with the role and its password. */
  readonly url: string;
  /** Signs in as that role. */
  connect(): Promise<pg.Client>;
  /** Signs in as the server's owner, who may do anything. */
  connectAdmin(): Promise<pg.Client>;
}

/** A branch's database and head office's. They are dropped with `await using`; else they end with the run. */
export interface DatabasePair extends AsyncDisposable {
  readonly source: TestDatabase;
  readonly central: TestDatabase;
  drop(): Promise<void>;
}

export interface PairOptions {
  /** Fills the branch with the demo's ERP; without it, its schema `adempiere` is empty. */
  readonly scale?: number;
  /** Servers of the test's own, which it may kill. Default: those that all tests share. */
  readonly sourceServer?: ServerAddress;
  readonly centralServer?: ServerAddress;
  /** Options of CREATE DATABASE, such as a locale: `TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`. */
  readonly sourceDatabase?: string;
  readonly centralDatabase?: string;
}

/** A fresh pair for one test, with the grants that the documentation asks for and no more. */
export async function freshDatabases(options: PairOptions = {}): Promise<DatabasePair> {
  const suffix = randomBytes(5).toString('hex');
  const [source, central] = await Promise.all([
    makeSource(placeOf(options, 'source'), `branch_${suffix}`, options.scale),
    makeCentral(placeOf(options, 'central'), `central_${suffix}`),
  ]);
  // What the template holds is older than every mark that the test will take.
  if (options.scale !== undefined) await settled(source);
  const drop = async () => {
    await Promise.all([
      dropDatabase(placeOf(options, 'source'), source.database),
      dropDatabase(placeOf(options, 'central'), central.database),
    ]);
  };
  return { source, central, drop, [Symbol.asyncDispose]: drop };
}

/** Where a database is made, and how. */
interface Place {
  readonly server: ServerAddress;
  /** Whether all tests share the server, which then has the templates of {@link prepareShared}. */
  readonly shared: boolean;
  readonly options: string;
}

function placeOf(options: PairOptions, side: 'source' | 'central'): Place {
  const own = side === 'source' ? options.sourceServer : options.centralServer;
  const created = side === 'source' ? options.sourceDatabase : options.centralDatabase;
  return { server: own ?? inject('servers')[side], shared: own === undefined, options: created ?? '' };
}

/**
 * Waits until every transaction that began before has ended, anywhere on the branch's server: a mark taken
 * while one of them runs counts what was written since it began as newer.
 */
export async function settled(source: TestDatabase): Promise<void> {
  const client = await source.connectAdmin();
  try {
    const { rows } = await client.query<{ now: string }>('SELECT txid_current() AS now');
    const query = 'SELECT txid_snapshot_xmin(txid_current_snapshot()) > $1 AS ended';
    for (;;) {
      const found = await client.query<{ ended: boolean }>(query, [rows[0]?.now]);
      if (found.rows[0]?.ended === true) return;
      await setTimeout(10);
    }
  } finally {
    await client.end();
  }
}

/** The longest wait for another test's transaction. */
const OTHERS_MS = 60_000;

/**
 * Waits until the transactions of other databases on this server that are under way have ended. Tests share servers,
 * and a mark taken while one of them runs counts what was written since it began as newer: a difference then counts
 * as a change since the last sync. A transaction that the test itself holds open stays.
 *
 * @param owner a session of the server's owner in the branch's database
 */
export async function othersEnded(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ now: string }>(
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS now',
  );
  const others = `SELECT count(*)::int AS left FROM pg_stat_activity
    WHERE datname <> current_database() AND age(backend_xid) > age($1::xid)`;
  for (const start = performance.now(); performance.now() - start < OTHERS_MS; ) {
    const found = await owner.query<{ left: number }>(others, [lowHalf(rows[0]?.now)]);
    if (found.rows[0]?.left === 0) return;
    await setTimeout(10);
  }
}

/** The transaction's number as system columns have it. */
const lowHalf = (id = '0'): string => (BigInt(id) & 0xffffffffn).toString();

async function makeSource(place: Place, name: string, scale: number | undefined): Promise<TestDatabase> {
  const { server, shared, options } = place;
  const seeded = scale === undefined ? null : await seededTemplate(server, scale);
  if (shared && options === '') {
    await asOwner(server, `CREATE DATABASE ${name} TEMPLATE ${seeded ?? GRANTED.source} STRATEGY file_copy`);
  } else {
    const template = seeded === null ? '' : `TEMPLATE ${seeded}`;
    await query(server, ADMIN, [`CREATE DATABASE ${name} ${template} ${options}`]);
    await query(server, name, SOURCE_GRANTS);
  }
  return database(server, name, SOURCE_ROLE);
}

async function makeCentral({ server, shared, options }: Place, name: string): Promise<TestDatabase> {
  if (shared && options === '') {
    await asOwner(server, `CREATE DATABASE ${name} TEMPLATE ${GRANTED.central} STRATEGY file_copy`);
    // Rights to a database are not in its template.
    for (const grant of centralGrants(name)) await asOwner(server, grant);
  } else {
    await query(server, ADMIN, [`CREATE DATABASE ${name} ${options}`]);
    await query(server, name, centralGrants(name));
  }
  return database(server, name, CENTRAL_ROLE);
}

/** Databases that have the grants already: those of tests are copies, which takes less than granting anew. */
const GRANTED = { source: 'granted_branch', central: 'granted_central' };

/** Makes what the tests' databases on the shared servers are copies of. */
export async function prepareShared({
  source,
  central,
}: Pick<SharedServers, 'source' | 'central'>): Promise<void> {
  await query(source, ADMIN, [`CREATE DATABASE ${GRANTED.source}`]);
  await query(source, GRANTED.source, SOURCE_GRANTS);
  await query(central, ADMIN, [`CREATE DATABASE ${GRANTED.central}`]);
  await query(central, GRANTED.central, centralGrants(GRANTED.central));
}

/** The owner's sessions on the shared servers, by port: one for all databases that a test file makes and drops. */
const owners = new Map<number, Promise<pg.Client>>();

async function asOwner(server: ServerAddress, statement: string): Promise<void> {
  const signedIn = owners.get(server.port) ?? connectTo(server);
  owners.set(server.port, signedIn);
  try {
    await (await signedIn).query(statement);
  } catch (error) {
    // The next one signs in anew, whatever became of this session.
    owners.delete(server.port);
    await signedIn.then((client) => client.end()).catch(() => undefined);
    throw error;
  }
}

/** Filling a branch takes seconds, copying one a moment: the first test that wants a scale fills it for all. */
async function seededTemplate(server: ServerAddress, scale: number): Promise<string> {
  const name = `seeded_${String(scale).replace(/\D/g, '_')}`;
  const client = await connectTo(server);
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('${name}'))`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      const draft = `${name}_draft`;
      await client.query(`DROP DATABASE IF EXISTS ${draft}`);
      await client.query(`CREATE DATABASE ${draft}`);
      await seed(server, draft, scale);
      await query(server, draft, SOURCE_GRANTS);
      await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
    }
  } finally {
    await client.end();
  }
  return name;
}

async function seed(server: ServerAddress, name: string, scale: number): Promise<void> {
  const client = await connectTo(server, name);
  try {
    await seedBranch(async (sql) => void (await client.query(sql)), scale);
  } finally {
    await client.end();
  }
}

async function dropDatabase({ server, shared }: Place, name: string): Promise<void> {
  const statement = `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`;
  await (shared ? asOwner(server, statement) : query(server, ADMIN, [statement]));
}

async function query(server: ServerAddress, name: string, statements: readonly string[]): Promise<void> {
  const client = await connectTo(server, name);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function database(server: ServerAddress, name: string, user: string): TestDatabase {
  const { host, port, password } = server;
  return {
    host,
    port,
    database: name,
    user,
    password,
    url: `postgres://${user}:${password}@${host}:${port}/${name}`,
    connect: () => connectTo(server, name, user),
    connectAdmin: () => connectTo(server, name),
  };
}
