import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { unequal } from './support/keyTables.ts';

const MIRROR = { central: { layout: 'schema' } };
const ITEM = ['CREATE TABLE item (id int PRIMARY KEY, n text)', "INSERT INTO item VALUES (1, 'a'), (2, 'b')"];
const AT_MIRROR = [`CREATE SCHEMA ${CONNECTION}`, `GRANT ALL ON SCHEMA ${CONNECTION} TO branchline`];

test('head office’s deferrable key stays, and the SQL that is offered adds one that matches rows', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  await atCentral(
    pair,
    ...AT_MIRROR,
    `CREATE TABLE ${CONNECTION}.item (id int, n text, CONSTRAINT theirs PRIMARY KEY (id) DEFERRABLE)`,
    `GRANT ALL ON ${CONNECTION}.item TO branchline`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  const refused = (await sync(engine)).table('item').error_detail;
  const there = await fromCentral(pair, "SELECT condeferrable FROM pg_constraint WHERE conname = 'theirs'");
  await atCentral(pair, String(refused?.params.sql));
  const mended = await sync(engine);

  expect(refused).toMatchObject({ code: 'central_key_deferrable', params: { constraint: 'theirs' } });
  expect(there).toEqual([['t']]);
  expect(mended.table('item')).toMatchObject({ error_message: null, records_processed: 2 });
});

test('a key column that head office computes is named, and the SQL that is offered makes it take values', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  await atCentral(
    pair,
    ...AT_MIRROR,
    `CREATE TABLE ${CONNECTION}.item (n text, id int GENERATED ALWAYS AS (length(n)) STORED PRIMARY KEY)`,
    `GRANT ALL ON ${CONNECTION}.item TO branchline`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  const refused = (await sync(engine)).table('item').error_detail;
  await atCentral(pair, String(refused?.params.sql));
  const mended = await sync(engine);

  expect(refused).toMatchObject({ code: 'central_key_generated', params: { column: 'id' } });
  expect(mended.table('item')).toMatchObject({ error_message: null, records_processed: 2 });
});

test.each([
  ['schema', CONNECTION, ''],
  ['merge', 'public', ''],
  [
    'stamp',
    'public',
    `source_connection text DEFAULT pg_catalog.current_setting('branchline.connection', true), `,
  ],
] as const)(
  'a virtual column in place of a key column is named, and the SQL that is offered runs, layout %s',
  async (layout, schema, stamp) => {
    await using pair = await freshDatabases();
    expect(await fromCentral(pair, 'SHOW server_version')).toEqual([[expect.stringMatching(/^18/)]]);
    await atBranch(pair, ...ITEM);
    await atCentral(
      pair,
      ...(layout === 'schema' ? AT_MIRROR : []),
      `CREATE TABLE ${schema}.item (${stamp}n text, stored_values int, id int GENERATED ALWAYS AS (length(n) + 1) VIRTUAL)`,
      `INSERT INTO ${schema}.item (n) VALUES ('a')`,
      `ALTER TABLE ${schema}.item OWNER TO branchline`,
    );
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();

    const refused = (await sync(engine)).table('item').error_detail;
    expect(refused).toMatchObject({ code: 'central_key_generated', params: { column: 'id' } });
    await atCentral(pair, String(refused?.params.sql));
    expect(await fromCentral(pair, `SELECT id, n FROM ${schema}.item`)).toEqual([['2', 'a']]);
    const { error_detail } = (await sync(engine)).table('item');
    // A key of head office's own table in a place that branches share is head office's to add.
    if (layout === 'merge') await atCentral(pair, String(error_detail?.params.sql));
    const rest = layout === 'merge' ? (await sync(engine)).table('item').error_detail : error_detail;

    expect(rest).toBeNull();
    expect(await fromCentral(pair, `SELECT id, n FROM ${schema}.item WHERE id = 1`)).toEqual([['1', 'a']]);
  },
);

test('a deferrable key at the branch tells its rows apart', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, n text)',
    "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  const { table } = await sync(engine);
  await settled(pair.source);
  await atBranch(pair, 'UPDATE item SET id = 3 - id');

  expect(table('item').strategy).toBe('full');
  expect((await sync(engine)).table('item').strategy).toBe('changes');
  expect(await unequal(pair, ['item'])).toEqual([]);
});

test.each(['id int, slot int4range', 'id int, slot daterange'])(
  'a temporal key of PostgreSQL 18 tells rows apart (%s)',
  async (columns) => {
    await using pair = await freshDatabases();
    const day = columns.includes('date');
    const slot = (from: number, to: number): string =>
      day ? `'[2026-01-0${from},2026-01-0${to})'` : `'[${from},${to})'`;
    await atBranch(
      pair,
      'CREATE EXTENSION btree_gist SCHEMA public',
      `CREATE TABLE room (${columns}, n text, PRIMARY KEY (id, slot WITHOUT OVERLAPS))`,
      `INSERT INTO room VALUES (1, ${slot(1, 3)}, 'a'), (1, ${slot(3, 5)}, 'b'), (2, ${slot(1, 9)}, 'c')`,
    );
    using home = makeHome(pair, { ...MIRROR, sync: { chunkRows: 1 } });
    await using engine = home.open();
    await sync(engine);
    await settled(pair.source);
    await atBranch(
      pair,
      "UPDATE room SET n = 'new' WHERE id = 2",
      `DELETE FROM room WHERE slot = ${slot(1, 3)}`,
    );

    expect((await sync(engine)).table('room')).toMatchObject({ error_message: null, status: 'completed' });
    expect(await unequal(pair, ['room'])).toEqual([]);
  },
);

test('a column whose NOT NULL is not valid yet counts as nullable (A16)', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE old (a int UNIQUE, n text)',
    "INSERT INTO old VALUES (1, 'a'), (NULL, 'b'), (NULL, 'c')",
    'ALTER TABLE old ADD CONSTRAINT later NOT NULL a NOT VALID',
    'CREATE TABLE other (id int PRIMARY KEY, m text)',
    "INSERT INTO other VALUES (1, 'a'), (2, NULL)",
    'ALTER TABLE other ADD CONSTRAINT later_too NOT NULL m NOT VALID',
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('old')).toMatchObject({ error_message: null, strategy: 'replace', records_processed: 3 });
  expect(await unequal(pair, ['old', 'other'])).toEqual([]);
  expect(await verifyTable(engine, 'other')).toMatchObject({ result: 'equal' });
  await atCentral(pair, `DELETE FROM ${CONNECTION}.other WHERE m IS NULL`);
  expect(await verifyTable(engine, 'other')).toMatchObject({ result: 'differs' });
});

test('a char(n) of the branch is the same in head office’s varchar', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE code (k char(8) PRIMARY KEY, c char(8), v int)',
    "INSERT INTO code VALUES ('ab', 'x', 1), ('ABC', NULL, 2), ('zz  z', '', 3)",
  );
  await atCentral(
    pair,
    ...AT_MIRROR,
    `CREATE TABLE ${CONNECTION}.code (k varchar PRIMARY KEY, c varchar, v int)`,
    `GRANT ALL ON ${CONNECTION}.code TO branchline`,
  );
  using home = makeHome(pair, { ...MIRROR, sync: { chunkRows: 1 } });
  await using engine = home.open();
  const first = await sync(engine);
  const proof = await verifyTable(engine, 'code');
  await settled(pair.source);
  await atBranch(pair, "UPDATE code SET v = 9 WHERE k = 'ab'", "DELETE FROM code WHERE k = 'ABC'");
  const second = await sync(engine);

  expect(first.table('code')).toMatchObject({ error_message: null, records_processed: 3 });
  expect(proof).toMatchObject({ result: 'equal', left_out: [] });
  expect(second.table('code')).toMatchObject({
    error_message: null,
    records_processed: 1,
    records_deleted: 1,
  });
  expect(await verifyTable(engine, 'code')).toMatchObject({ result: 'equal' });
});

test('a char(n) of the branch that becomes a varchar is followed, and proved', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE code (k char(8) PRIMARY KEY, c char(4))',
    "INSERT INTO code VALUES ('ab', 'x'), ('ABC', NULL), ('zz  z', '')",
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE code ALTER k TYPE varchar(8), ALTER c TYPE varchar');
  const before = await verifyTable(engine, 'code');
  const { table } = await sync(engine);

  expect(before).toMatchObject({ result: 'equal', left_out: [] });
  expect(table('code')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await unequal(pair, ['code'])).toEqual([]);
  expect(await verifyTable(engine, 'code')).toMatchObject({ result: 'equal' });
});

test('a deferrable key that head office has put on other columns stays beside ours', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  await atCentral(
    pair,
    ...AT_MIRROR,
    `CREATE TABLE ${CONNECTION}.item (id int, n text, CONSTRAINT theirs PRIMARY KEY (n) DEFERRABLE)`,
    `ALTER TABLE ${CONNECTION}.item OWNER TO branchline`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, records_processed: 2 });

  const keys =
    "SELECT conname, condeferrable FROM pg_constraint WHERE conrelid = 'pgsql_lmp.item'::regclass AND contype IN ('p', 'u') ORDER BY 1";
  expect(await fromCentral(pair, keys)).toEqual([
    ['item_id_key', 'f'],
    ['theirs', 't'],
  ]);
});
