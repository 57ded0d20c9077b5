import { afterAll, beforeAll, expect, test } from 'vitest';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import type { EngineEvent } from '../../src/shared/contract.ts';
import { atBranch, fromCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { startFarLink } from '../support/farLink.ts';
import { listen, makeHome } from '../support/home.ts';
import { type ServerAddress, startServer, type TestServer } from '../support/servers.ts';
import { pgbouncerProgram, startPooler } from './support/pgbouncer.ts';

const ENGINES = 20;
const TABLES = Array.from({ length: 12 }, (_, index) => `fleet_${String.fromCharCode(97 + index)}`);
/** As far as a satellite: a lock that is held while an answer travels is held for long. */
const FAR = { roundTripMs: 500, kbps: 100_000 };

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ settings: { max_connections: '100' } });
});
afterAll(() => server.remove());

/** A branch, and a central that counts which tables are made. */
async function newCentral(): Promise<DatabasePair> {
  const pair = await freshDatabases({ centralServer: server });
  await atBranch(
    pair,
    ...TABLES.flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
      `INSERT INTO ${name} SELECT n, 'x' FROM generate_series(1, 20) n`,
    ]),
    // A type of its own: such a table is made in its own turn.
    "CREATE TYPE fleet_state AS ENUM ('new', 'done')",
    "CREATE TABLE fleet_typed (id int PRIMARY KEY, state fleet_state DEFAULT 'new')",
    'INSERT INTO fleet_typed SELECT n FROM generate_series(1, 20) n',
  );
  await settled(pair.source);
  const admin = await pair.central.connectAdmin();
  await admin.query('CREATE SCHEMA counted');
  await admin.query('CREATE TABLE counted.made (name text)');
  await admin.query('GRANT USAGE ON SCHEMA counted TO public');
  await admin.query('GRANT INSERT ON counted.made TO public');
  await admin.query(
    `CREATE FUNCTION counted.note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO counted.made SELECT object_identity FROM pg_catalog.pg_event_trigger_ddl_commands()
       WHERE command_tag = 'CREATE TABLE' AND schema_name <> 'branchline'; END $$`,
  );
  await admin.query('CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION counted.note()');
  await admin.end();
  return pair;
}

/** Runs a first batch of each branch at once. */
async function fleet(
  pair: DatabasePair,
  layout: string,
  place: Pick<ServerAddress, 'port'> | null,
): Promise<readonly (readonly EngineEvent[])[]> {
  const ids = Array.from({ length: ENGINES }, (_, index) => `branch_${index}`);
  return Promise.all(
    ids.map(async (id) => {
      const port = place === null ? {} : { port: place.port };
      using home = makeHome(pair, { connection: { id }, central: { layout, ...port } });
      await using engine = home.open();
      const events = listen(engine);
      const batch = await engine.syncAll({ trigger: 'cli' });
      const failed = engine.batch(batch.batch_id).tables.filter((row) => row.status !== 'completed');
      expect(failed.map((row) => [row.table_name, row.error_code, row.error_message])).toEqual([]);
      return events;
    }),
  );
}

async function expectMadeOnce(pair: DatabasePair, layout: string): Promise<void> {
  const made = await fromCentral(pair, 'SELECT count(*), count(DISTINCT name) FROM counted.made');
  const tables = (TABLES.length + 1) * (layout === 'schema' ? ENGINES : 1);
  expect(made).toEqual([[String(tables), String(tables)]]);
}

/** What the branches were told while they waited or tried again. */
function troubles(events: readonly (readonly EngineEvent[])[]): readonly string[] {
  const types = ['waiting_for_central', 'table_retrying', 'circuit_opened'];
  return events.flat().flatMap((one) => (types.includes(one.type) ? [one.type] : []));
}

test.for(['stamp', 'schema'])(
  'twenty branches over a far link make the tables of a new central once, and none waits or fails (layout %s)',
  { timeout: 240_000 },
  async (layout) => {
    await using pair = await newCentral();
    await using link = await startFarLink(server, FAR);
    const events = await fleet(pair, layout, link);
    await expectMadeOnce(pair, layout);
    expect(troubles(events)).toEqual([]);
  },
);

test.for(['stamp', 'schema'])(
  'twenty branches behind PgBouncer make the tables of a new central once (layout %s)',
  { timeout: 240_000 },
  async (layout, { skip }) => {
    const program = pgbouncerProgram();
    if (program === null) return skip('there is no PgBouncer: apt-get install pgbouncer');
    await using pair = await newCentral();
    await using pooler = await startPooler(program, server, [CENTRAL_ROLE], 8);
    const events = await fleet(pair, layout, pooler);
    await expectMadeOnce(pair, layout);
    expect(troubles(events)).toEqual([]);
  },
);
