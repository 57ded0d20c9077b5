import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { withCentralOf } from './support.ts';

/** Head office's tables, as the branch `good` or head office itself has made them. */
const AT_HEAD_OFFICE: Readonly<Record<string, readonly string[]>> = {
  'made by hand': [
    'CREATE TABLE item (source_connection text NOT NULL, id int, note text, PRIMARY KEY (source_connection, id))',
    'ALTER TABLE item OWNER TO branchline',
  ],
  'made by hand, with a default of its own': [
    "CREATE TABLE item (source_connection text NOT NULL DEFAULT 'somebody', id int, note text, PRIMARY KEY (id, source_connection))",
    'ALTER TABLE item OWNER TO branchline',
  ],
  'made by the first branch': [],
};

/** How the other branch brings a column of the stamp's name. */
const COLUMNS: Readonly<Record<string, string>> = {
  plain: "source_connection text DEFAULT 'good'",
  generated: "source_connection text GENERATED ALWAYS AS ('good') STORED",
  'of another type': "source_connection varchar(20) DEFAULT 'good'",
};

const CASES = ['auto', 'stamp'].flatMap((layout) =>
  Object.keys(AT_HEAD_OFFICE).flatMap((made) =>
    Object.keys(COLUMNS).map((column) => ({ layout, made, column })),
  ),
);

/** Rows of a table at head office, by branch. */
function byBranch(pair: DatabasePair): ReturnType<typeof fromCentral> {
  return fromCentral(pair, 'SELECT source_connection, count(*) FROM item GROUP BY 1 ORDER BY 1');
}

test.each(CASES)(
  'no branch writes rows in the name of another by a column of the stamp’s name ($layout, table $made, column $column)',
  async ({ layout, made, column }) => {
    await using pair = await freshDatabases();
    await using second = await freshDatabases();
    const evil = withCentralOf(second, pair);
    await atCentral(pair, ...(AT_HEAD_OFFICE[made] ?? []));
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, note text)',
      "INSERT INTO item VALUES (1, 'kopi')",
    );
    await atBranch(
      evil,
      `CREATE TABLE item (id int PRIMARY KEY, note text, ${COLUMNS[column]})`,
      "INSERT INTO item (id, note) VALUES (5001, 'planted')",
    );
    using goodHome = makeHome(pair, { connection: { id: 'good' }, central: { layout } });
    using evilHome = makeHome(evil, { connection: { id: 'evil' }, central: { layout } });
    await using good = goodHome.open();
    await using other = evilHome.open();
    await sync(good);

    const { table } = await sync(other);

    expect(table('item')).toMatchObject({ status: 'failed', error_code: 'stamp_column_taken' });
    expect(await byBranch(pair)).toEqual([['good', '1']]);
  },
);

test('a table that gets a column of the stamp’s name later stops, and keeps the rows that it has', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item VALUES (1, 'kopi')",
  );
  using home = makeHome(pair, { connection: { id: 'evil' } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    "ALTER TABLE item ADD source_connection text DEFAULT 'good'",
    "INSERT INTO item VALUES (2, 'planted')",
  );

  const { table } = await sync(engine);
  const verified = await verifyTable(engine, 'item', true);

  expect(table('item')).toMatchObject({ status: 'failed', error_code: 'stamp_column_taken' });
  expect(verified).toMatchObject({ result: 'failed', failure: { code: 'stamp_column_taken' } });
  expect(await byBranch(pair)).toEqual([['evil', '1']]);
});

test('a view and a table without a key are refused alike', async () => {
  await using pair = await freshDatabases();
  await atCentral(
    pair,
    ...['item', 'list'].flatMap((name) => [
      `CREATE TABLE ${name} (source_connection text NOT NULL, id int)`,
      `ALTER TABLE ${name} OWNER TO branchline`,
    ]),
  );
  await atBranch(
    pair,
    "CREATE TABLE item (id int, source_connection text DEFAULT 'good')",
    'INSERT INTO item VALUES (1)',
    'CREATE VIEW list AS SELECT * FROM item',
    'GRANT SELECT ON list TO branchline_read',
  );
  using home = makeHome(pair, { connection: { id: 'evil', tables: ['*', 'list'] } });
  await using engine = home.open();

  const { table } = await sync(engine);

  for (const name of ['item', 'list'])
    expect(table(name)).toMatchObject({ status: 'failed', error_code: 'stamp_column_taken' });
  expect(await byBranch(pair)).toEqual([]);
});

test.each(['merge', 'auto'])(
  'in a merged table (layout %s) the column would change the layout for all branches, so it is not added',
  async (layout) => {
    await using pair = await freshDatabases();
    await using second = await freshDatabases();
    const evil = withCentralOf(second, pair);
    await atCentral(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, note text)',
      'ALTER TABLE item OWNER TO branchline',
    );
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, note text)',
      "INSERT INTO item VALUES (1, 'kopi')",
    );
    await atBranch(evil, "CREATE TABLE item (id int PRIMARY KEY, source_connection text DEFAULT 'good')");
    using goodHome = makeHome(pair, { connection: { id: 'good' }, central: { layout } });
    using evilHome = makeHome(evil, { connection: { id: 'evil' }, central: { layout } });
    await using good = goodHome.open();
    await using other = evilHome.open();

    const refused = await sync(other);
    const { table } = await sync(good);

    expect(refused.table('item')).toMatchObject({ status: 'failed', error_code: 'stamp_column_taken' });
    expect(table('item').status).toBe('completed');
    expect(await fromCentral(pair, 'SELECT * FROM item')).toEqual([['1', 'kopi']]);
  },
);

test('in layout merge a table with such a column is not made', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY, source_connection text)');
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ status: 'failed', error_code: 'stamp_column_taken' });
  expect(await fromCentral(pair, "SELECT to_regclass('item')")).toEqual([[null]]);
});

test('a column that differs from the stamp in its letter case alone is an ordinary column', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, "Source_Connection" text)',
    "INSERT INTO item VALUES (1, 'good')",
  );
  using home = makeHome(pair, { connection: { id: 'evil' } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('item').status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT * FROM item')).toEqual([['evil', '1', 'good']]);
});
