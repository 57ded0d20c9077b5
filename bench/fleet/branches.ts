import { SOURCE_GRANTS, SOURCE_ROLE } from '../../src/demo/endpoint.ts';
import type { SignIn } from '../../test/support/home.ts';
import { ADMIN, connectTo, startServer, type TestServer } from '../../test/support/servers.ts';
import { type Dataset, fillStatements, SOURCE_SCHEMA } from '../data/dataset.ts';
import { manyTables } from '../data/many.ts';

/** How many branches, and what each of them has. */
export interface FleetSize {
  readonly branches: number;
  readonly tables: number;
  /** Of each table. */
  readonly rows: number;
}

/** A branch: the id of its connection, and its database. */
export interface Branch {
  readonly id: string;
  readonly database: SignIn;
}

/** The branches' databases, all on one server. */
export interface Branches extends AsyncDisposable {
  readonly server: TestServer;
  readonly all: readonly Branch[];
  readonly datasets: readonly Dataset[];
  /** Changes a few rows of some tables at every branch, differently at each. */
  change(): Promise<void>;
}

/** Sessions of an agent at its branch, with some to spare. */
const SESSIONS_A_BRANCH = 4;
const CHANGED_TABLES = 3;

/** Fills one database and copies it for every branch. */
export async function startBranches(size: FleetSize): Promise<Branches> {
  const server = await startServer({
    settings: {
      max_connections: String(20 + SESSIONS_A_BRANCH * size.branches),
      // Each of a real fleet's servers has one branch. This one must not be what a measure waits for.
      autovacuum: 'off',
      shared_buffers: '256MB',
    },
  });
  try {
    const datasets = manyTables('t_fleet_', size.tables, size.rows);
    await fillTemplate(server, datasets);
    const all = await copyTemplate(server, size.branches);
    return {
      server,
      all,
      datasets,
      change: async () => {
        for (const [index, { database }] of all.entries()) {
          const names = datasets.slice(0, CHANGED_TABLES).map(({ name }) => `${SOURCE_SCHEMA}.${name}`);
          await runAll(
            server,
            database.database,
            names.flatMap((name) => changesOf(name, index + 1)),
          );
        }
      },
      [Symbol.asyncDispose]: () => server.remove(),
    };
  } catch (error) {
    await server.remove();
    throw error;
  }
}

const TEMPLATE = 'fleet_template';

async function fillTemplate(server: TestServer, datasets: readonly Dataset[]): Promise<void> {
  await server.createDatabase(TEMPLATE);
  const statements = datasets.flatMap((dataset) => fillStatements(dataset, 1));
  await runAll(server, TEMPLATE, [...SOURCE_GRANTS, ...statements]);
}

async function copyTemplate(server: TestServer, count: number): Promise<readonly Branch[]> {
  const { host, port, password } = server;
  const branches = Array.from({ length: count }, (_, index): Branch => {
    const id = `branch_${String(index + 1).padStart(4, '0')}`;
    return { id, database: { host, port, password, database: id, user: SOURCE_ROLE } };
  });
  await runAll(
    server,
    ADMIN,
    branches.map(({ id }) => `CREATE DATABASE ${id} TEMPLATE ${TEMPLATE} STRATEGY file_copy`),
  );
  return branches;
}

function changesOf(table: string, branch: number): readonly string[] {
  return [
    `UPDATE ${table} SET name = 'branch ${branch}', updated = clock_timestamp() WHERE id <= 1000010`,
    `DELETE FROM ${table} WHERE id = (SELECT min(id) FROM ${table})`,
    `INSERT INTO ${table} SELECT (SELECT max(id) FROM ${table}) + n, 'new', null, n, n, 'Y', clock_timestamp(), clock_timestamp()
     FROM generate_series(1, ${5 + (branch % 10)}) n`,
  ];
}

async function runAll(server: TestServer, database: string, statements: readonly string[]): Promise<void> {
  const client = await connectTo(server, database);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
