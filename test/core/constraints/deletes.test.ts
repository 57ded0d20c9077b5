import { expect, test } from 'vitest';
import { illegalMoves } from '../../faults/support/legalMoves.ts';
import { fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { startProxy } from '../../support/proxy.ts';
import { idleRunner } from '../../support/runner.ts';
import {
  atMirror,
  between,
  broughtAgain,
  expectMirrored,
  MIRROR,
  mirrorHome,
  onBoth,
  work,
} from './support/both.ts';

function shop(onDelete = ''): readonly string[] {
  return [
    'CREATE TABLE partner (id int PRIMARY KEY, name text)',
    `CREATE TABLE invoice (id int PRIMARY KEY, partner_id int REFERENCES partner ${onDelete})`,
    `CREATE TABLE line (id int PRIMARY KEY, invoice_id int REFERENCES invoice ${onDelete})`,
  ];
}
const ROWS = [
  "INSERT INTO partner SELECT n, 'partner ' || n FROM generate_series(1, 50) n",
  'INSERT INTO invoice SELECT n, 1 + n % 50 FROM generate_series(1, 500) n',
  'INSERT INTO line SELECT n, 1 + n % 500 FROM generate_series(1, 2000) n',
];
/** Partner 7 with all that is theirs. */
const GONE = [
  'DELETE FROM line WHERE invoice_id IN (SELECT id FROM invoice WHERE partner_id = 7)',
  'DELETE FROM invoice WHERE partner_id = 7',
  'DELETE FROM partner WHERE id = 7',
];

async function loaded(pair: DatabasePair, onDelete?: string): Promise<void> {
  await onBoth(pair, ...shop(onDelete));
  await work(pair, ...ROWS);
}

for (const strategy of ['changes', 'full', 'compare'] as const) {
  test(`strategy ${strategy}: parents and children removed together go, children first`, async () => {
    await using pair = await freshDatabases();
    await loaded(pair);
    using home = mirrorHome(pair, { sync: { parallelTables: 2, chunkRows: 100 } });
    await using engine = home.open();
    await sync(engine);
    await work(pair, ...GONE);

    const { batch, table } = await sync(engine, { strategy });

    expect(batch.status).toBe('completed');
    expect(['partner', 'invoice', 'line'].map((one) => table(one).records_deleted)).toEqual([1, 10, 40]);
    const log = engine.log({ batchId: batch.batch_id, limit: 1000 });
    const ended = log.filter((row) => row.event === 'table_completed').map((row) => row.table_name);
    expect(ended).toEqual(['line', 'invoice', 'partner']);
    expect(illegalMoves(log)).toEqual([]);
    await expectMirrored(pair);
  });
}

test('a parent goes whose child points to another one by now', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(
    pair,
    "INSERT INTO partner VALUES (51, 'heir')",
    'UPDATE invoice SET partner_id = 51 WHERE partner_id = 7',
    'DELETE FROM partner WHERE id = 7',
  );

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('partner')).toMatchObject({ records_processed: 1, records_deleted: 1 });
  await expectMirrored(pair);
});

test('where nothing was removed, no table waits for the others', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair);
  await using engine = home.open();
  const first = await sync(engine);
  await work(pair, "UPDATE partner SET name = 'other' WHERE id = 7", 'DELETE FROM line WHERE id < 10');

  const second = await sync(engine, { strategy: 'full' });

  for (const { batch } of [first, second]) {
    expect(engine.log({ batchId: batch.batch_id }).some((row) => row.event === 'deletes_held')).toBe(false);
  }
  await expectMirrored(pair);
});

test('a family that is removed when the deletes of another wait goes with this batch', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair, { sync: { parallelTables: 1 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...GONE);
  // The lines' turn is over by then; the invoices' deletes, which see this, are still to come.
  const { done } = between(pair, engine, 'line', 'invoice', ...GONE.map((one) => one.replace('= 7', '= 8')));

  const { batch, table } = await sync(engine);
  await done;

  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['line for invoice']);
  expect(table('invoice').records_deleted).toBe(20);
  await expectMirrored(pair);
});

test('killed between the rows and the deletes, the batch does the deletes when it is resumed', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  await using proxy = await startProxy(pair.central);
  using home = mirrorHome(pair, { central: { host: proxy.host, port: proxy.port } });
  {
    await using engine = home.open();
    await sync(engine);
  }
  await work(pair, "INSERT INTO partner VALUES (51, 'new')", ...GONE);
  const idle = await idleRunner();
  const frozen = proxy.trap(
    { from: 'client', type: 'P', text: /DELETE FROM ONLY "pgsql_lmp"."invoice"/ },
    'freeze',
  );
  const runner = idle.run(home.folder);
  const { batch } = await runner.event('batch_started');
  await frozen;
  await runner.kill();
  proxy.thaw();
  await using engine = home.open();
  const before = engine.batch(batch.batch_id).tables;
  expect(before.map((row) => `${row.table_name} ${row.status}`).sort()).toEqual([
    'invoice in_progress',
    'line completed',
    'partner in_progress',
  ]);

  await engine.resume(batch.batch_id, { trigger: 'cli' });

  const after = engine.batch(batch.batch_id);
  expect(after.batch.status).toBe('completed');
  expect(after.tables.find((row) => row.table_name === 'partner')).toMatchObject({
    records_processed: 1,
    records_deleted: 1,
  });
  expect(illegalMoves(engine.log({ batchId: batch.batch_id, limit: 1000 }))).toEqual([]);
  await expectMirrored(pair);
});

test('deletes that nobody came back for are done by the next batch', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair, { sync: { parallelTables: 1 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...GONE);
  const stop = new AbortController();
  const off = engine.on((event) => {
    if (event.type === 'table_ended' && event.table === 'line') stop.abort('user');
  });
  const cut = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  off();
  expect(cut.status).toBe('interrupted');

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('the brake holds for deletes that waited, and the tables beside go on', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...shop());
  await work(pair, "INSERT INTO partner SELECT n, 'partner ' || n FROM generate_series(1, 4000) n");
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'DELETE FROM partner WHERE id > 100');

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', failed_tables: 1 });
  expect(table('partner')).toMatchObject({ error_code: 'too_many_deletes', records_deleted: 0 });
  expect((await sync(engine, { allowDeletes: true })).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('rows that go along by ON DELETE CASCADE are not counted on any more', async () => {
  await using pair = await freshDatabases();
  await loaded(pair, 'ON DELETE CASCADE');
  using home = mirrorHome(pair, { sync: { parallelTables: 1 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'DELETE FROM partner WHERE id = 7');
  // The lines' turn is over when partner 8 goes; at head office its lines go with the invoices.
  const { done } = between(pair, engine, 'line', 'invoice', 'DELETE FROM partner WHERE id = 8');

  const { batch } = await sync(engine);
  await done;

  expect(batch.status).toBe('completed');
  await expectMirrored(pair);
  await work(pair, 'DELETE FROM line WHERE id = 3', 'INSERT INTO line VALUES (3000, 1), (3001, 1)');
  const next = await sync(engine);
  expect(next.table('line')).toMatchObject({ records_processed: 2, records_deleted: 1 });
  await expectMirrored(pair);
});

/** At the branch children stand without their parents; head office removes them with these. */
async function looseChildren(pair: DatabasePair, parents: number, children: number): Promise<void> {
  await work(
    pair,
    'CREATE TABLE owner (id int PRIMARY KEY, name text)',
    'CREATE TABLE item (id int PRIMARY KEY, owner_id int)',
    `INSERT INTO owner SELECT n, 'o' || n FROM generate_series(1, ${parents}) n`,
    `INSERT INTO item SELECT n, 1 + n % ${parents} FROM generate_series(1, ${children}) n`,
  );
}

const CASCADE =
  'ALTER TABLE item ADD CONSTRAINT owned FOREIGN KEY (owner_id) REFERENCES owner ON DELETE CASCADE';

test('rows that a cascade at head office takes, and that the branch still has, are not gone in silence', async () => {
  await using pair = await freshDatabases();
  await looseChildren(pair, 50, 200);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(pair, CASCADE);
  await work(pair, 'DELETE FROM owner WHERE id <= 10');

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  // To sync the parent, too, would be no help: it has just been.
  expect(table('owner')).toMatchObject({ error_code: 'parent_lacking' });
  expect(table('owner').error_detail?.params).toMatchObject({
    constraint: 'owned',
    sql: 'ALTER TABLE "pgsql_lmp"."item" DROP CONSTRAINT "owned";',
  });
  // Nothing else hides it in later batches, either.
  expect((await sync(engine)).batch.status).toBe('failed');
  await atMirror(pair, String(table('owner').error_detail?.params.sql));
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('the brake counts what a cascade would take along', async () => {
  await using pair = await freshDatabases();
  await looseChildren(pair, 100, 5000);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(pair, CASCADE);
  await work(pair, 'DELETE FROM owner WHERE id <= 90');

  const { table } = await sync(engine);

  expect(table('owner')).toMatchObject({ error_code: 'too_many_deletes', records_deleted: 0 });
  expect(table('owner').error_detail?.params).toMatchObject({ table: 'item', rows: 5000, deletes: 4500 });
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.item`)).toEqual([['5000']]);
});

test('a table that points to itself loses no more rows by a cascade than the branch has removed', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE tree (id int PRIMARY KEY, parent int)',
    'INSERT INTO tree SELECT n, NULLIF(n / 2, 0) FROM generate_series(1, 60) n',
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(
    pair,
    'ALTER TABLE tree ADD CONSTRAINT grown FOREIGN KEY (parent) REFERENCES tree ON DELETE CASCADE',
  );
  await work(pair, 'DELETE FROM tree WHERE id = 1');

  const refused = await sync(engine, { allowDeletes: true });
  expect(refused.table('tree')).toMatchObject({ error_code: 'central_lacks_rows', records_deleted: 0 });
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.tree`)).toEqual([['60']]);

  // A whole branch of it goes.
  await work(pair, 'INSERT INTO tree VALUES (1, NULL)', 'DELETE FROM tree WHERE id IN (15, 30, 31, 60)');
  expect((await sync(engine)).table('tree')).toMatchObject({ status: 'completed', records_deleted: 4 });
  await expectMirrored(pair);
});

test('children that ON DELETE SET NULL has let go at head office are those of the branch', async () => {
  await using pair = await freshDatabases();
  await loaded(pair, 'ON DELETE SET NULL');
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'DELETE FROM partner WHERE id = 7');

  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test("a parent that a row of head office's own points to stays, and the rule and the table are named", async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  await atMirror(
    pair,
    'CREATE TABLE visit (id int PRIMARY KEY, partner_id int CONSTRAINT visited REFERENCES partner)',
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(pair, 'INSERT INTO visit VALUES (1, 7)');
  await work(pair, ...GONE);

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', failed_tables: 1, completed_tables: 2 });
  expect(table('partner').error_code).toBe('still_referenced');
  expect(table('partner').error_detail?.params).toMatchObject({
    table: 'partner',
    child: 'visit',
    constraint: 'visited',
  });
  await atMirror(pair, 'DROP TABLE visit');
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});
