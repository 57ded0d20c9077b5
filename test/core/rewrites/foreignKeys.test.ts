import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { startProxy } from '../../support/proxy.ts';
import { idleRunner } from '../../support/runner.ts';
import {
  atMirror,
  broughtAgain,
  expectMirrored,
  MIRROR,
  mirrorHome,
  work,
} from '../constraints/support/both.ts';

/** At the branch children stand without their parents; head office's own rule changes them with these. */
const LOOSE = [
  'CREATE TABLE owner (id int PRIMARY KEY, code text, name text)',
  'CREATE TABLE item (id int PRIMARY KEY, owner_id int, code text)',
  "INSERT INTO owner SELECT n, 'c' || n, 'o' || n FROM generate_series(1, 50) n",
  "INSERT INTO item SELECT n, 1 + n % 50, 'c' || 1 + n % 50 FROM generate_series(1, 200) n",
];

function rule(actions: string): string {
  return `ALTER TABLE item ADD CONSTRAINT owned FOREIGN KEY (owner_id) REFERENCES owner ${actions}`;
}

async function items(pair: DatabasePair): Promise<unknown> {
  return fromCentral(pair, `SELECT count(owner_id) FROM ${MIRROR}.item`);
}

/** What a person reads of a batch must be true the next day as well. */
async function expectStillMirrored(pair: DatabasePair, engine: Engine): Promise<void> {
  await expectMirrored(pair);
  const { batch, table } = await sync(engine);
  expect(batch.status).toBe('completed');
  expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 0 });
  await expectMirrored(pair);
}

for (const [action, ...before] of [
  ['ON DELETE SET NULL'],
  ['ON DELETE SET DEFAULT', 'ALTER TABLE item ALTER owner_id SET DEFAULT 50'],
  ['ON DELETE SET NULL (owner_id)'],
] as const) {
  test(`rows that ${action} at head office would change, though the branch has them as they were, are not called up to date`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...LOOSE);
    using home = mirrorHome(pair);
    await using engine = home.open();
    await sync(engine);
    await atMirror(pair, ...before, rule(action));
    await work(pair, 'DELETE FROM owner WHERE id <= 10');

    const { batch, table } = await sync(engine);

    expect(batch.status).toBe('failed');
    expect(table('owner')).toMatchObject({ error_code: 'parent_lacking' });
    expect(table('owner').error_detail?.params).toMatchObject({ table: 'item', parent: 'owner' });
    expect(broughtAgain(engine, batch.batch_id)).toContain('item for owner');
    // Nothing else hides it in later batches, either.
    const again = await sync(engine);
    expect(again.table('item')).toMatchObject({ status: 'failed', error_code: 'parent_lacking' });

    // The SQL that is offered is true.
    await atMirror(pair, String(again.table('item').error_detail?.params.sql));
    const mended = await sync(engine);
    expect(mended.table('item')).toMatchObject({ status: 'completed', strategy: 'compare' });
    await expectStillMirrored(pair, engine);
  });
}

test('rows that ON DELETE SET NULL has changed and that may be as they were are so again in the same batch', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOOSE);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  // A rule of head office's own column, and what a trigger makes of it in the branch's.
  await atMirror(
    pair,
    'ALTER TABLE owner ADD UNIQUE (code)',
    `ALTER TABLE item ADD COLUMN tag text, ADD CONSTRAINT owned FOREIGN KEY (tag) REFERENCES owner (code)
       ON DELETE SET NULL`,
    'UPDATE item SET tag = code',
    `CREATE FUNCTION pgsql_lmp.follow() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN NEW.owner_id := NULL; RETURN NEW; END $$`,
    `CREATE TRIGGER follow BEFORE UPDATE OF tag ON item FOR EACH ROW WHEN (NEW.tag IS NULL)
       EXECUTE FUNCTION pgsql_lmp.follow()`,
  );
  await work(pair, 'DELETE FROM owner WHERE id <= 10');

  const { batch, table } = await sync(engine);

  expect(table('owner')).toMatchObject({ status: 'completed', records_deleted: 10 });
  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['item for owner']);
  expect(await items(pair)).toEqual([['200']]);
});

for (const action of ['CASCADE', 'SET NULL', 'SET DEFAULT'] as const) {
  test(`rows that ON UPDATE ${action} of another unique column changes are those of the branch when the batch ends`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...LOOSE);
    using home = mirrorHome(pair, { sync: { parallelTables: 1 } });
    await using engine = home.open();
    await sync(engine);
    await atMirror(
      pair,
      'ALTER TABLE owner ADD UNIQUE (code)',
      `ALTER TABLE item ADD CONSTRAINT owned FOREIGN KEY (code) REFERENCES owner (code) ON UPDATE ${action}`,
    );
    await work(pair, "UPDATE owner SET code = 'other' WHERE id = 50");

    const { batch, table } = await sync(engine);

    expect(batch.status).toBe('failed');
    expect(table('owner')).toMatchObject({ error_code: 'parent_lacking' });
    await atMirror(pair, String(table('owner').error_detail?.params.sql));
    expect((await sync(engine)).batch.status).toBe('completed');
    await expectStillMirrored(pair, engine);
  });
}

test('where the branch has done what the rule does, nothing is compared', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOOSE);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(pair, rule('ON DELETE SET NULL ON UPDATE CASCADE'));
  await work(
    pair,
    'UPDATE item SET owner_id = NULL WHERE owner_id <= 10',
    'DELETE FROM owner WHERE id <= 10',
  );

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('item')).toMatchObject({ strategy: 'changes' });
  expect(broughtAgain(engine, batch.batch_id)).toEqual([]);
  await expectStillMirrored(pair, engine);
});

test('killed between the delete of the parent and the comparison of its children, the batch compares when it is resumed', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOOSE);
  await using proxy = await startProxy(pair.central);
  using home = mirrorHome(pair, { central: { host: proxy.host, port: proxy.port } });
  {
    await using engine = home.open();
    await sync(engine);
  }
  await atMirror(pair, rule('ON DELETE SET NULL'));
  await work(pair, 'DELETE FROM owner WHERE id <= 10');
  const idle = await idleRunner();
  // The children are about to be looked at: the parents are gone by then.
  const frozen = proxy.trap({ from: 'client', type: 'P', text: /"pgsql_lmp"\."item"/ }, 'freeze');
  const runner = idle.run(home.folder);
  const { batch } = await runner.event('batch_started');
  await frozen;
  await runner.kill();
  proxy.thaw();
  expect(await items(pair)).toEqual([['160']]);

  await using engine = home.open();
  await engine.resume(batch.batch_id, { trigger: 'cli' });

  expect(engine.batch(batch.batch_id).batch.status).toBe('failed');
  const owner = engine.batch(batch.batch_id).tables.find((one) => one.table_name === 'owner');
  expect(owner).toMatchObject({ error_code: 'parent_lacking' });
  await atMirror(pair, 'ALTER TABLE item DROP CONSTRAINT owned');
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectStillMirrored(pair, engine);
});

test('a table alone: its children that head office has changed are compared by the next batch', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOOSE);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(pair, rule('ON DELETE SET NULL'));
  await work(pair, 'DELETE FROM owner WHERE id <= 10');
  const alone = await sync(engine, { tables: ['owner'] });
  expect(alone.batch.status).toBe('completed');
  await atMirror(pair, 'ALTER TABLE item DROP CONSTRAINT owned');

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ strategy: 'compare', records_processed: 40 });
  await expectStillMirrored(pair, engine);
});

test('a batch of some tables names those outside of it that head office has changed', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOOSE);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(pair, rule('ON DELETE SET NULL'));
  await work(
    pair,
    'UPDATE item SET owner_id = NULL WHERE owner_id <= 10',
    'DELETE FROM owner WHERE id <= 10',
  );

  const { batch } = await sync(engine, { tables: ['owner'] });

  const told = engine.log({ batchId: batch.batch_id }).filter((row) => row.event === 'notice');
  expect(told.map((row) => [row.table_name, row.detail])).toEqual([
    ['owner', { code: 'rewritten_outside', tables: 'item' }],
  ]);
  const { table } = await sync(engine);
  expect(table('item')).toMatchObject({ status: 'completed', strategy: 'compare' });
  await expectMirrored(pair);
});

test('what a repair has head office change in other tables is compared by the next batch', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOOSE);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(
    pair,
    "INSERT INTO owner VALUES (99, 'c99', '')",
    rule('ON DELETE SET NULL'),
    'UPDATE item SET owner_id = 99 WHERE id = 7',
  );

  const { tables } = await engine.verify({ trigger: 'cli', repair: true, tables: ['owner'] });

  expect(tables).toMatchObject([{ result: 'repaired', repaired_deletes: 1 }]);
  expect(await items(pair)).toEqual([['199']]);
  expect((await sync(engine)).table('item')).toMatchObject({ strategy: 'compare', status: 'completed' });
  await expectStillMirrored(pair, engine);
});
