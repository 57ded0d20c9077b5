import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CENTRAL_ROLE } from '../../../src/demo/endpoint.ts';
import { pgbouncerProgram, startPooler } from '../../faults/support/pgbouncer.ts';
import { atBranch } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { type FullRunOptions, fullRun, makeTables } from './support/fullRun.ts';
import { calledFunctions, calledTwins, plantTwins } from './support/twins.ts';

/** Some twenty batches. */
const LONG = { timeout: 400_000 };

test('twins of all that is called, in schemas before pg_catalog, are called by nobody', LONG, async () => {
  await using servers = await twoServers();
  await using pair = await servers.pair();
  await makeTables(pair);
  await atBranch(pair, 'ALTER FUNCTION total(int) SET search_path = pg_catalog, adempiere');
  await plantTwins(pair);

  await fullRun(pair, { layout: 'schema' });

  expect(await servers.called(pair)).toEqual([]);
});

test('nor behind PgBouncer, which refuses the settings of the start-up packet', LONG, async ({ skip }) => {
  const program = pgbouncerProgram();
  if (program === null) return skip('there is no PgBouncer: apt-get install pgbouncer');
  await using servers = await twoServers();
  await using pair = await servers.pair();
  await using pooler = await startPooler(program, servers.central, [CENTRAL_ROLE], 4);
  await makeTables(pair);
  await atBranch(pair, 'ALTER FUNCTION total(int) SET search_path = pg_catalog, adempiere');
  await plantTwins(pair);
  const through: FullRunOptions['central'] = { host: '127.0.0.1', port: pooler.port };

  await fullRun(pair, { layout: 'stamp', central: through });

  expect(await servers.called(pair)).toEqual([]);
});

test('a twin that is called is noted, also where the transaction may not write', async () => {
  await using servers = await twoServers();
  await using pair = await servers.pair();
  await plantTwins(pair);
  const client = await pair.source.connect();
  await client.query("SELECT 'a'::text = 'b'::text");
  await client.query('SELECT count(*) FROM pg_class WHERE oid > 5');
  await client.query('BEGIN READ ONLY');
  await client.query("SELECT format_type('int4'::pg_catalog.regtype, NULL)");
  await client.query('COMMIT');
  await client.end();

  const called = await servers.called(pair);

  for (const what of ['text = text', 'count_step', 'pg_class', 'type text', 'format_type(oid, integer)'])
    expect(called).toContain(what);
  expect(calledFunctions().length).toBeGreaterThan(60);
});

/** Two servers of the test's own, whose logs it reads. */
async function twoServers() {
  const [source, central] = await Promise.all([startServer(), startServer()]);
  return {
    source,
    central,
    pair: () => freshDatabases({ sourceServer: source, centralServer: central }),
    /** Twins that Branchline's roles have called on either side. */
    called: async (pair: DatabasePair): Promise<readonly string[]> => {
      const logged = await Promise.all([loggedTwins(source), loggedTwins(central)]);
      const kept = await Promise.all([calledTwins(pair.source), calledTwins(pair.central)]);
      return [...new Set([...logged.flat(), ...kept.flat()])].sort();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([source.remove(), central.remove()]);
    },
  };
}

async function loggedTwins({ place }: TestServer): Promise<readonly string[]> {
  const log = await readFile(place.logFile, 'utf8');
  return [...log.matchAll(/LOG: {2}twin called: (.*)/g)].map((one) => one[1] ?? '');
}
