import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep, sweepCandidates } from '../../../src/core/batch/sweep.ts';
import { readTables } from '../../../src/core/catalogue/read.ts';
import { WorkerLinks } from '../../../src/core/load/links.ts';
import { systemClock } from '../../../src/core/ports.ts';
import type { Link } from '../../../src/core/postgres/link.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions } from '../../../src/core/postgres/session.ts';
import { installation } from '../../../src/core/settings/installation.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { moveUnchanged, readCheckpoints } from '../../../src/core/target/manyCheckpoints.ts';
import { claimConnection } from '../../../src/core/target/ownership.ts';
import { centralShapeDigest } from '../../../src/core/target/target.ts';
import { FailureCode } from '../../../src/shared/errors.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { difference } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

// A server of its own: see changes.test.ts.
let sourceServer: TestServer;
beforeAll(async () => {
  sourceServer = await startServer();
});
afterAll(() => sourceServer.remove());

const NAMES = ['calm', 'changed', 'grown', 'secret', 'shrunk', 'walled'];
const TABLES = NAMES.flatMap((name) => [
  `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
  `INSERT INTO ${name} SELECT n, 'old' FROM generate_series(1, 100) n`,
]);

test('tables that are looked at together come out each on its own', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...TABLES);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'REVOKE SELECT ON secret FROM branchline_read',
    'ALTER TABLE walled ENABLE ROW LEVEL SECURITY',
    "UPDATE changed SET note = 'new' WHERE id = 1",
    'DELETE FROM shrunk WHERE id = 1',
    "INSERT INTO grown VALUES (101, 'new')",
  );

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('secret')).toMatchObject({ status: 'failed', error_code: 'source_permission' });
  expect(table('walled')).toMatchObject({ status: 'failed', error_code: 'source_row_security' });
  const counts = (processed: number, deleted: number) => ({
    status: 'completed',
    strategy: 'changes',
    records_processed: processed,
    records_deleted: deleted,
  });
  expect(table('calm')).toMatchObject(counts(0, 0));
  expect(table('changed')).toMatchObject(counts(1, 0));
  expect(table('grown')).toMatchObject(counts(1, 0));
  expect(table('shrunk')).toMatchObject(counts(0, 1));
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  for (const name of NAMES) {
    expect(await difference(source, central, { table: name, connection: CONNECTION })).toMatchObject({
      onlySource: 0,
      onlyCentral: 0,
    });
  }
  await Promise.all([source.end(), central.end()]);
});

test('where one of the tables was taken over, none of them is ended', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...TABLES);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const { options, links } = linksOf(home);
  const source = await links.source();
  const central = await links.central();
  const here = { id: installation(home.folder).id, host: 'branch' };
  const { identity } = await source.facts();
  const claim = await claimConnection(central.session, systemClock, here, options.connection, identity);
  const checkpoints = await readCheckpoints(central.session, claim, NAMES);
  const shapes = await source.readTables({ id: options.connection, schema: 'adempiere' }, NAMES);
  const existing = await readTables(central.session, central.version, 'public', NAMES);
  const tables = shapes.flatMap((shape) => {
    const checkpoint = checkpoints.get(shape.name);
    const there = existing.find((one) => one.name === shape.name);
    if (checkpoint === undefined || there === undefined) return [];
    const target = { schema: 'public', name: shape.name, stamped: true, partitioned: false };
    return [
      {
        source: shape,
        checkpoint,
        shapeDigest: centralShapeDigest(shape, there),
        deletes: true,
        unlogged: false,
        target,
      },
    ];
  });
  expect(tables.length).toBe(NAMES.length);
  await atCentral(pair, "UPDATE branchline.checkpoints SET epoch = epoch + 1 WHERE table_name = 'grown'");
  const where = 'SELECT table_name, epoch, seq, batch_id, mark::text FROM branchline.checkpoints ORDER BY 1';
  const before = await fromCentral(pair, where);

  const atOurs = <T>(work: (one: Link) => Promise<T>): Promise<T> => work(central);
  const batch = 'sync_20251108_143052_aB3dEf9h';
  const found = await sweep(links, atOurs, claim, tables);
  if (found === null) throw new Error('nothing was found unchanged');
  const lost = { detail: { code: FailureCode.LostLease } };
  for (const follow of [false, true]) {
    const moving = moveUnchanged(central.session, claim, batch, {
      ...found,
      follow,
      others: 0,
      releases: false,
    });
    await expect(moving).rejects.toMatchObject(lost);
    await central.session.query('ROLLBACK');
  }
  expect(await fromCentral(pair, where)).toEqual(before);

  const rest = {
    ...found,
    tables: found.tables.filter((one) => one.table !== 'grown'),
    follow: true,
    others: 0,
    releases: true,
  };
  const moved = await moveUnchanged(central.session, claim, batch, rest);
  expect(moved.map((one) => one.table)).toEqual(rest.tables.map((one) => one.table));

  // Of tables that follow the connection's row, only that row is written: it has the fence.
  await atCentral(pair, 'UPDATE branchline.sources SET claim = claim + 1');
  await atCentral(pair, 'UPDATE branchline.sources SET heartbeat = now()');
  const again = moveUnchanged(central.session, claim, batch, { ...rest, tables: moved });
  await expect(again).rejects.toMatchObject(lost);
  // A claim of another installation is not released with it.
  expect(await fromCentral(pair, 'SELECT heartbeat IS NOT NULL FROM branchline.sources')).toEqual([['t']]);
  await links.close();
});

test('in a table that branches share by key, a sweep does without the right to delete, but not without a log', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...TABLES);
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, 'ALTER TABLE calm SET UNLOGGED');
  const { options, links } = linksOf(home);
  const [source, central] = [await links.source(), await links.central()];
  const here = { id: installation(home.folder).id, host: 'branch' };
  const { identity } = await source.facts();
  const claim = await claimConnection(central.session, systemClock, here, options.connection, identity);
  const checkpoints = await readCheckpoints(central.session, claim, NAMES);
  const shapes = await source.readTables({ id: options.connection, schema: 'adempiere' }, NAMES);
  const existing = await readTables(central.session, central.version, 'public', NAMES);

  const candidates = sweepCandidates(
    loadSettings(home.folder).central,
    null,
    shapes.map((shape) => ({ table: shape.name, shape, strategy: null, cursor: null, mayDelete: false })),
    existing,
    checkpoints,
  );

  expect(candidates.map((one) => one.source.name)).toEqual(NAMES.filter((one) => one !== 'calm'));
  await links.close();
});

function linksOf(home: Home): { readonly options: SessionOptions; readonly links: WorkerLinks } {
  const settings = loadSettings(home.folder);
  const [connection] = settings.connections;
  if (connection === undefined) throw new Error('no connection');
  const common = {
    connection: connection.id,
    folder: home.folder,
    applicationName: 'branchline-test',
    timeouts: DEFAULT_TIMEOUTS,
  };
  const options: SessionOptions = { ...common, side: 'source', endpoint: connection };
  const central: SessionOptions = { ...common, side: 'central', endpoint: settings.central };
  return { options, links: new WorkerLinks(systemClock, options, central) };
}
