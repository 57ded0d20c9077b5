import { expect, test } from 'vitest';
import { sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { atMirror, broughtAgain, expectMirrored, mirrorHome, onBoth, work } from './support/both.ts';

const CYCLE = [
  'CREATE TABLE person (id int PRIMARY KEY, company_id int)',
  'CREATE TABLE company (id int PRIMARY KEY, boss_id int REFERENCES person)',
];
const CLOSED = 'ALTER TABLE person ADD CONSTRAINT employed FOREIGN KEY (company_id) REFERENCES company';

for (const parallelTables of [1, 2]) {
  test(`two tables that point to each other: what one needs of the other is brought (${parallelTables} at a time)`, async () => {
    await using pair = await freshDatabases();
    await onBoth(pair, ...CYCLE, CLOSED);
    await work(
      pair,
      'INSERT INTO person SELECT n, NULL FROM generate_series(1, 100) n',
      'INSERT INTO company SELECT n, n FROM generate_series(1, 100) n',
    );
    using home = mirrorHome(pair, { sync: { parallelTables } });
    await using engine = home.open();
    expect((await sync(engine)).batch.status).toBe('completed');

    const days = [
      ['INSERT INTO company VALUES (101, 1)', 'INSERT INTO person VALUES (101, 101)'],
      ['INSERT INTO person VALUES (102, NULL)', 'INSERT INTO company VALUES (102, 102)'],
      ['DELETE FROM company WHERE id = 50', 'DELETE FROM person WHERE id = 50'],
      ['DELETE FROM person WHERE id = 101', 'DELETE FROM company WHERE id = 101'],
    ];
    const again: string[] = [];
    for (const day of days) {
      await work(pair, ...day);
      const { batch } = await sync(engine);
      expect(batch.status).toBe('completed');
      again.push(...broughtAgain(engine, batch.batch_id));
      await expectMirrored(pair);
    }
    // Whichever of the two has its turn first, half of the rows need the other one before.
    expect(again.length).toBeGreaterThan(0);
  });
}

test('rows that need each other in two tables fail with both rules named, and head office is told which', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...CYCLE);
  await work(pair, 'INSERT INTO person VALUES (1, 1)', 'INSERT INTO company VALUES (1, 1)', CLOSED);
  await atMirror(pair, CLOSED);
  using home = mirrorHome(pair, { sync: { parallelTables: 2 } });
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('person')).toMatchObject({ error_code: 'parent_missing' });
  expect(table('person').error_detail?.params.constraint).toBe('employed');
  expect(table('company').error_detail?.params.constraint).toBe('company_boss_id_fkey');

  // What the documentation says to do about a first load.
  await atMirror(pair, 'ALTER TABLE person DROP CONSTRAINT employed');
  expect((await sync(engine)).batch.status).toBe('completed');
  await atMirror(pair, CLOSED);
  await expectMirrored(pair);
});

const TREE = 'CREATE TABLE tree (id int PRIMARY KEY, parent_id int REFERENCES tree, note text)';

test('a table that points to itself arrives though its rows point to later chunks', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, TREE);
  await work(
    pair,
    "INSERT INTO tree SELECT n, CASE WHEN n < 1000 THEN n + 1 END, 'x' FROM generate_series(1, 1000) n",
  );
  using home = mirrorHome(pair, { sync: { chunkRows: 50 } });
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('tree')).toMatchObject({ records_processed: 1000, retry_count: 0 });
  await expectMirrored(pair);
});

for (const strategy of ['changes', 'full', 'compare'] as const) {
  test(`strategy ${strategy}: a branch of a tree is moved and another one cut off`, async () => {
    await using pair = await freshDatabases();
    await onBoth(pair, TREE);
    await work(pair, "INSERT INTO tree SELECT n, nullif(n / 2, 0), 'x' FROM generate_series(1, 1000) n");
    using home = mirrorHome(pair, { sync: { chunkRows: 50 } });
    await using engine = home.open();
    await sync(engine);
    await work(
      pair,
      "INSERT INTO tree VALUES (2000, 1, 'new')",
      'UPDATE tree SET parent_id = 2000 WHERE id = 4',
      'WITH RECURSIVE gone AS (SELECT 7 AS id UNION SELECT t.id FROM tree t JOIN gone g ON t.parent_id = g.id) DELETE FROM tree USING gone WHERE tree.id = gone.id',
    );

    const { batch, table } = await sync(engine, { strategy });

    expect(batch.status).toBe('completed');
    expect(table('tree').records_deleted).toBeGreaterThan(100);
    expect(broughtAgain(engine, batch.batch_id)).toEqual([]);
    await expectMirrored(pair);
  });
}

test('a tree that is stopped in the one chunk that it needs goes on when it is resumed', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, TREE);
  await work(
    pair,
    "INSERT INTO tree SELECT n, CASE WHEN n BETWEEN 5000 AND 9999 THEN n + 1 END, repeat('x', 200) FROM generate_series(1, 10000) n",
  );
  using home = mirrorHome(pair, { sync: { chunkRows: 1000, bandwidthKbps: 8000 } });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    // The next chunk is refused; the one that takes all the rest would take two seconds.
    if (event.type === 'table_progress' && event.processed === 4000)
      setTimeout(() => stop.abort('user'), 1000);
  });
  const { batch_id, status } = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  expect(status).toBe('interrupted');

  const { batch } = await engine.resume(batch_id, { trigger: 'cli' });

  expect(batch.status).toBe('completed');
  expect(engine.batch(batch_id).tables[0]).toMatchObject({ records_processed: 10_000, records_skipped: 0 });
  await expectMirrored(pair);
});
