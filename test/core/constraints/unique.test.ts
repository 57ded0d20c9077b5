import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { atMirror, broughtAgain, expectMirrored, MIRROR, mirrorHome, onBoth, work } from './support/both.ts';

const DOCUMENT = 'CREATE TABLE document (id int PRIMARY KEY, documentno text NOT NULL, note text)';
const UNIQUE = 'ALTER TABLE document ADD CONSTRAINT document_no UNIQUE (documentno)';
const ROWS = "INSERT INTO document SELECT n, 'no ' || n, 'note' FROM generate_series(1, 1000) n";

/** Two rows exchange their numbers, as seen when both are there. */
function swap(a: number, b: number): readonly string[] {
  return [
    `UPDATE document SET documentno = 'free' WHERE id = ${a}`,
    `UPDATE document SET documentno = 'no ${a}' WHERE id = ${b}`,
    `UPDATE document SET documentno = 'no ${b}' WHERE id = ${a}`,
  ];
}

async function loaded(pair: DatabasePair): Promise<void> {
  await onBoth(pair, DOCUMENT, UNIQUE);
  await work(pair, ROWS);
}

for (const strategy of ['changes', 'full', 'compare'] as const) {
  test(`strategy ${strategy}: two rows that have swapped a unique number arrive, in one chunk or in two`, async () => {
    await using pair = await freshDatabases();
    await loaded(pair);
    using home = mirrorHome(pair, { sync: { chunkRows: 5 } });
    await using engine = home.open();
    await sync(engine);

    await work(
      pair,
      ...swap(1, 2),
      "UPDATE document SET note = 'x' WHERE id IN (500, 501)",
      ...swap(600, 900),
    );
    const { batch, table } = await sync(engine, { strategy });

    expect(batch.status).toBe('completed');
    expect(table('document')).toMatchObject({ records_deleted: 0, retry_count: 0 });
    if (strategy === 'changes')
      expect(table('document')).toMatchObject({ records_processed: 6, records_skipped: 0 });
    await expectMirrored(pair);
  });
}

test('a number that was freed by a removed row is taken over by another', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(
    pair,
    'DELETE FROM document WHERE id = 700',
    "UPDATE document SET documentno = 'no 700' WHERE id = 3",
    "INSERT INTO document VALUES (1001, 'no 3', 'new')",
  );
  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('document')).toMatchObject({ records_processed: 2, records_deleted: 1 });
  await expectMirrored(pair);
});

test('rows that others point to swap their numbers, and none is let go', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  await onBoth(pair, 'CREATE TABLE line (id int PRIMARY KEY, document_id int NOT NULL REFERENCES document)');
  await work(pair, 'INSERT INTO line SELECT n, n FROM generate_series(1, 1000) n');
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(pair, ...swap(1, 2));

  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('a number is taken over from a removed row to which rows pointed that are removed, too', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  await onBoth(pair, 'CREATE TABLE line (id int PRIMARY KEY, document_id int NOT NULL REFERENCES document)');
  await work(pair, 'INSERT INTO line SELECT n, n FROM generate_series(1, 1000) n');
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(
    pair,
    'DELETE FROM line WHERE document_id = 700',
    'DELETE FROM document WHERE id = 700',
    "INSERT INTO document VALUES (1001, 'no 700', 'new')",
  );
  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['line for document']);
  expect(table('document')).toMatchObject({ records_processed: 1, records_deleted: 1 });
  await expectMirrored(pair);
});

test('where removing a row would take others along, the swap fails with the constraint named, and nothing goes', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  await onBoth(
    pair,
    'CREATE TABLE line (id int PRIMARY KEY, document_id int NOT NULL REFERENCES document ON DELETE CASCADE)',
  );
  await work(pair, 'INSERT INTO line SELECT n, n FROM generate_series(1, 1000) n');
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(pair, ...swap(1, 2));
  const { table } = await sync(engine);

  expect(table('document').error_code).toBe('constraint_violated');
  expect(table('document').error_detail?.params).toMatchObject({
    table: 'document',
    constraint: 'document_no',
  });
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.line`)).toEqual([['1000']]);
});

test('a number that two rows have at the branch fails with the constraint named, and alone', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, DOCUMENT, 'CREATE TABLE other (id int PRIMARY KEY)');
  await atMirror(pair, UNIQUE);
  await work(pair, ROWS, 'INSERT INTO other VALUES (1)');
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(pair, "UPDATE document SET documentno = 'no 1' WHERE id = 2", 'INSERT INTO other VALUES (2)');
  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', failed_tables: 1, completed_tables: 1 });
  expect(table('document')).toMatchObject({ error_code: 'constraint_violated' });
  expect(table('document').error_detail?.params).toMatchObject({
    table: 'document',
    constraint: 'document_no',
  });
  expect(await fromCentral(pair, `SELECT documentno FROM ${MIRROR}.document WHERE id IN (1, 2)`)).toEqual([
    ['no 1'],
    ['no 2'],
  ]);

  await work(pair, "UPDATE document SET documentno = 'no 2' WHERE id = 2");
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('a swap under a partial index arrives, too', async () => {
  await using pair = await freshDatabases();
  await onBoth(
    pair,
    DOCUMENT,
    "CREATE UNIQUE INDEX document_live ON document (documentno) WHERE note = 'note'",
  );
  await work(pair, ROWS);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(pair, ...swap(1, 900));

  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});

const BRANCHES_TABLE = [
  'SET ROLE branchline',
  `CREATE TABLE document (source_connection text COLLATE "C" NOT NULL
     DEFAULT current_setting('branchline.connection', true), id int NOT NULL, documentno text, note text,
     PRIMARY KEY (source_connection, id))`,
  UNIQUE,
];

test("layout stamp: a number that another branch has fails with the constraint named, and that branch's row stays", async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, DOCUMENT, ROWS);
  await settled(pair.source);
  await atCentral(pair, ...BRANCHES_TABLE, "INSERT INTO document VALUES ('pgsql_plg', 5, 'no 9', 'theirs')");
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('document').error_detail?.params).toMatchObject({
    table: 'document',
    constraint: 'document_no',
  });
  expect(await fromCentral(pair, 'SELECT source_connection, id, note FROM document')).toEqual([
    ['pgsql_plg', '5', 'theirs'],
  ]);
});

test("layout stamp: a branch's own rows swap their numbers", async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, DOCUMENT, ROWS);
  await settled(pair.source);
  await atCentral(pair, ...BRANCHES_TABLE, "INSERT INTO document VALUES ('pgsql_plg', 1, 'P1', 'theirs')");
  using home = makeHome(pair, { sync: { chunkRows: 100 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...swap(1, 900), 'DELETE FROM document WHERE id = 5');

  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(
    await fromCentral(pair, "SELECT documentno FROM document WHERE source_connection <> 'pgsql_lmp'"),
  ).toEqual([['P1']]);
});

test('layout merge: own rows swap their numbers; a row that only central has keeps its number, and is named', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, DOCUMENT, ROWS);
  await settled(pair.source);
  await atCentral(
    pair,
    'SET ROLE branchline',
    DOCUMENT,
    UNIQUE,
    "INSERT INTO document VALUES (5000, 'P1', 'theirs')",
  );
  using home = makeHome(pair, { sync: { chunkRows: 100 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...swap(1, 900));
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT documentno FROM document WHERE id IN (1, 900) ORDER BY id')).toEqual(
    [['no 900'], ['no 1']],
  );

  await work(pair, "UPDATE document SET documentno = 'P1' WHERE id = 2");
  const { table } = await sync(engine);

  expect(table('document').error_detail?.params).toMatchObject({ constraint: 'document_no' });
  expect(await fromCentral(pair, 'SELECT note FROM document WHERE id = 5000')).toEqual([['theirs']]);
});
