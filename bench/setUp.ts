import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { CENTRAL_ROLE, centralGrants, SOURCE_GRANTS, SOURCE_ROLE } from '../src/demo/endpoint.ts';
import type { ServerSettings } from '../src/demo/server/server.ts';
import { connectTo, removeAbandonedServers, startServer, type TestServer } from '../test/support/servers.ts';
import { type Dataset, fillStatements } from './data/dataset.ts';
import type { BenchOptions } from './options.ts';
import { type BuiltCli, buildCli } from './run/buildCli.ts';
import { writePassfile } from './run/passfile.ts';
import { findProgram } from './run/programs.ts';

/** A database of the bench, and the role that all measured programs use. */
export interface Side {
  readonly server: TestServer;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Through which SSH server it is reached; at once where absent. */
  readonly ssh?: SshWay;
}

/** An SSH server, and how to sign in there. */
export interface SshWay {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
}

/** What measures work with. */
export interface Bench extends AsyncDisposable {
  readonly options: BenchOptions;
  readonly source: Side;
  readonly central: Side;
  /** A file with the passwords of both servers. */
  readonly passfile: string;
  /** Branchline's user-data folder. */
  readonly home: string;
  /** Branchline's command line, built. */
  readonly cli: string;
  readonly psql: string | null;
  readonly pgcopydb: string | null;
  /** Of the servers' own version; null where there is none, since an older one refuses them. */
  readonly pgDump: string | null;
  /** Tables that already exist at the branch. */
  readonly filled: Set<string>;
}

/**
 * The same for both servers. fsync stays on, because a disk that does nothing would distort the comparison.
 * Checkpoints come when the bench requests them, between the measures.
 */
const SETTINGS: ServerSettings = {
  shared_buffers: '256MB',
  max_wal_size: '16GB',
  min_wal_size: '4GB',
  checkpoint_timeout: '60min',
  autovacuum: 'off',
};

const DATABASE = 'bench';

/**
 * Starts the two servers, with an empty database on each.
 *
 * @param prepared whether central's disk is prepared for large loads
 */
export async function setUp(options: BenchOptions, prepared: boolean): Promise<Bench> {
  await removeAbandonedServers();
  const server = { durable: true, settings: SETTINGS, ...(options.bin === null ? {} : { bin: options.bin }) };
  const started: TestServer[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-'));
  let cli: BuiltCli | null = null;
  const remove = async (): Promise<void> => {
    await Promise.all([...started.map((one) => one.remove()), cli?.remove()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    started.push(...(await Promise.all([startServer(server), startServer(server)])));
    const [branch, headOffice] = started;
    if (branch === undefined || headOffice === undefined) throw new Error('two servers were to start');
    await Promise.all([prepare(branch, SOURCE_GRANTS), prepare(headOffice, centralGrants(DATABASE))]);
    if (prepared) await layInWal(headOffice, options.rowsScale);
    const passfile = join(folder, 'pgpass');
    await writePassfile(passfile, started);
    cli = await buildCli();
    const folders = options.bin === null ? [] : [options.bin];
    return {
      options,
      source: side(branch, SOURCE_ROLE),
      central: side(headOffice, CENTRAL_ROLE),
      passfile,
      home: folder,
      cli: cli.file,
      psql: await findProgram('psql', folders),
      pgcopydb: await findProgram('pgcopydb'),
      pgDump: options.bin === null ? null : await findProgram('pg_dump', folders),
      filled: new Set(),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Writes WAL that the next checkpoint recycles. Otherwise the first measure would have to create new WAL
 * files, and would take half as long again as the others.
 */
async function layInWal(server: TestServer, rowsScale: number): Promise<void> {
  const megabytes = Math.ceil(1500 * rowsScale);
  await asOwner(server, async (client) => {
    await client.query(
      `SELECT count(pg_logical_emit_message(false, 'bench', repeat('x', 1000000)))
       FROM generate_series(1, ${megabytes})`,
    );
    await client.query('CHECKPOINT');
  });
}

async function prepare(server: TestServer, statements: readonly string[]): Promise<void> {
  await server.createDatabase(DATABASE);
  await asOwner(server, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

function side(server: TestServer, user: string): Side {
  return { server, host: server.host, port: server.port, database: DATABASE, user };
}

/** Fills tables at the branch that do not exist yet. */
export async function fill(bench: Bench, datasets: readonly Dataset[]): Promise<void> {
  const missing = datasets.filter(({ name }) => !bench.filled.has(name));
  await asOwner(bench.source.server, async (client) => {
    for (const dataset of missing) {
      for (const statement of fillStatements(dataset, bench.options.rowsScale)) await client.query(statement);
      bench.filled.add(dataset.name);
    }
  });
}

/** Flushes both servers' buffers, so that no measure pays for the work of another. */
export async function settle({ source, central }: Bench): Promise<void> {
  await Promise.all(
    [source, central].map(({ server }) => asOwner(server, (client) => client.query('CHECKPOINT'))),
  );
}

/** Connects to central as Branchline's role. */
export function asCentral<T>({ central }: Bench, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return connected(central.server, central.user, work);
}

/** Connects to the bench's database as the server's owner. */
export function asOwner<T>(server: TestServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return connected(server, undefined, work);
}

async function connected<T>(
  server: TestServer,
  user: string | undefined,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectTo(server, DATABASE, user);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
