import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { difference } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { strategyOf } from './support/strategyOf.ts';

// A server of its own: see changes.test.ts.
let sourceServer: TestServer;
beforeAll(async () => {
  sourceServer = await startServer();
});
afterAll(() => sourceServer.remove());

/** Something that changes what a reader of `item` sees while every row version stays as it was. */
interface Case {
  readonly name: string;
  /** Where head office has made the table itself. */
  readonly central?: readonly string[];
  readonly before: readonly string[];
  readonly change: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a column with a constant default is added',
    before: ['CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)'],
    change: ["ALTER TABLE item ADD COLUMN city text DEFAULT 'Metro'"],
  },
  {
    name: 'a column is dropped and added again with another default',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY)',
      'INSERT INTO item VALUES (1), (2)',
      "ALTER TABLE item ADD COLUMN city text DEFAULT 'Metro'",
    ],
    change: ['ALTER TABLE item DROP COLUMN city', "ALTER TABLE item ADD COLUMN city text DEFAULT 'Kotabumi'"],
  },
  {
    name: 'two columns swap their names',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY, a text, b text)',
      "INSERT INTO item VALUES (1, 'a', 'b'), (2, 'A', 'B')",
    ],
    change: [
      'ALTER TABLE item RENAME a TO c',
      'ALTER TABLE item RENAME b TO a',
      'ALTER TABLE item RENAME c TO b',
    ],
  },
  {
    name: 'a partition with old rows is attached',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)',
      'CREATE TABLE item_1 PARTITION OF item FOR VALUES FROM (1) TO (10)',
      'CREATE TABLE kept (LIKE item)',
      "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
      "INSERT INTO kept VALUES (11, 'old'), (12, 'old')",
    ],
    change: ['ALTER TABLE item ATTACH PARTITION kept FOR VALUES FROM (10) TO (20)'],
  },
  {
    name: 'a partition is detached',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)',
      'CREATE TABLE item_1 PARTITION OF item FOR VALUES FROM (1) TO (10)',
      'CREATE TABLE item_2 PARTITION OF item FOR VALUES FROM (10) TO (20)',
      "INSERT INTO item VALUES (1, 'a'), (11, 'b')",
    ],
    change: ['ALTER TABLE item DETACH PARTITION item_2', 'DROP TABLE item_2'],
  },
  {
    name: 'a partition is replaced by one with as many other rows',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)',
      'CREATE TABLE item_1 PARTITION OF item FOR VALUES FROM (1) TO (10)',
      'CREATE TABLE kept (LIKE item)',
      "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
      "INSERT INTO kept VALUES (1, 'old'), (3, 'old')",
    ],
    change: [
      'ALTER TABLE item DETACH PARTITION item_1',
      'DROP TABLE item_1',
      'ALTER TABLE item ATTACH PARTITION kept FOR VALUES FROM (1) TO (10)',
    ],
  },
  {
    name: 'the label of an enum is renamed',
    before: [
      "CREATE TYPE mood AS ENUM ('calm', 'busy')",
      'CREATE TABLE item (id int PRIMARY KEY, m mood)',
      "INSERT INTO item VALUES (1, 'calm'), (2, 'busy')",
    ],
    change: ["ALTER TYPE mood RENAME VALUE 'busy' TO 'full'"],
  },
  {
    name: 'the label of an enum is renamed, inside a domain, an array and a composite type',
    before: [
      "CREATE TYPE mood AS ENUM ('calm', 'busy')",
      'CREATE DOMAIN mood_now AS mood',
      'CREATE TYPE felt AS (m mood, n int)',
      'CREATE TABLE item (id int PRIMARY KEY, d mood_now, a mood[], f felt)',
      "INSERT INTO item VALUES (1, 'calm', '{busy}', '(busy,1)'), (2, 'busy', '{calm}', '(calm,1)')",
    ],
    change: ["ALTER TYPE mood RENAME VALUE 'busy' TO 'full'"],
  },
  {
    name: 'the label of an enum is renamed, three types deep',
    before: [
      "CREATE TYPE mood AS ENUM ('calm', 'busy')",
      'CREATE DOMAIN mood_now AS mood',
      'CREATE TYPE felt AS (m mood_now[], n int)',
      'CREATE TYPE day AS (f felt)',
      'CREATE DOMAIN today AS day',
      'CREATE TABLE item (id int PRIMARY KEY, t today[])',
      "INSERT INTO item VALUES (1, ARRAY[ROW(ROW(ARRAY['busy'::mood_now], 1)::felt)::day]::today[])",
    ],
    change: ["ALTER TYPE mood RENAME VALUE 'busy' TO 'full'"],
  },
  {
    name: 'the label of an enum is renamed that a multirange is over',
    central: [
      'CREATE TABLE item (source_connection text, id int, m text, PRIMARY KEY (source_connection, id))',
      'ALTER TABLE item OWNER TO branchline',
    ],
    before: [
      "CREATE TYPE mood AS ENUM ('calm', 'busy')",
      'CREATE TYPE moods AS RANGE (subtype = mood, multirange_type_name = many_moods)',
      'CREATE TABLE item (id int PRIMARY KEY, m many_moods)',
      "INSERT INTO item VALUES (1, '{[calm,busy]}')",
    ],
    change: ["ALTER TYPE mood RENAME VALUE 'busy' TO 'full'"],
  },
  {
    name: 'a type without a rewrite follows: varchar(10) becomes text',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY, note varchar(10))',
      "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
    ],
    change: ['ALTER TABLE item ALTER note TYPE text'],
  },
  {
    name: 'a virtual column has another expression',
    before: [
      'CREATE TABLE item (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) VIRTUAL)',
      'INSERT INTO item VALUES (1, 1), (2, 2)',
    ],
    change: ['ALTER TABLE item ALTER COLUMN twice SET EXPRESSION AS (n * 3)'],
  },
  {
    name: 'a composite type gets one more attribute',
    before: [
      'CREATE TYPE size AS (wide int, high int)',
      'CREATE TABLE item (id int PRIMARY KEY, s size)',
      "INSERT INTO item VALUES (1, '(1,2)'), (2, '(3,4)')",
    ],
    change: ['ALTER TYPE size ADD ATTRIBUTE deep int'],
  },
  {
    name: 'the table is dropped, and one with other rows takes its name',
    before: [
      'CREATE TABLE item_new (id int PRIMARY KEY, note text)',
      "INSERT INTO item_new VALUES (1, 'x'), (2, 'y')",
      'CREATE TABLE item (id int PRIMARY KEY, note text)',
      "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
    ],
    change: ['DROP TABLE item', 'ALTER TABLE item_new RENAME TO item'],
  },
];

describe('what leaves every row version as it was is seen all the same', () => {
  for (const { name, before, change, central = [] } of CASES) {
    test(name, async () => {
      await using pair = await freshDatabases({ sourceServer });
      await atBranch(pair, ...before);
      await atCentral(pair, ...central);
      using home = makeHome(pair, { connection: { tables: ['item'] } });
      await using engine = home.open();
      await sync(engine);
      const quiet = await sync(engine);
      expect(strategyOf(engine, quiet.batch.batch_id, 'item')).toEqual(['changes', 'row_versions']);
      const next = await atSource(pair, 'SELECT pg_snapshot_xmax(pg_current_snapshot())');
      await atBranch(pair, ...change);
      const newer = `SELECT count(*) FROM item WHERE age(xmin) BETWEEN 0 AND age('${next[0]?.[0]}'::xid)`;
      expect(await atSource(pair, newer)).toEqual([['0']]);

      const { batch, table } = await sync(engine);

      expect(table('item')).toMatchObject({ error_message: null, status: 'completed' });
      expect(strategyOf(engine, batch.batch_id, 'item')[1]).toBe('shape_changed');
      expect(await differenceOfItem(pair)).toMatchObject({ onlySource: 0, onlyCentral: 0 });
      // Generated columns, which that comparison leaves out, too.
      const images = (rows: readonly (readonly (string | null)[])[]) =>
        rows.map(([row]) => JSON.parse(row ?? ''));
      const query = "SELECT to_jsonb(i) - 'source_connection' FROM item i ORDER BY id";
      expect(images(await fromCentral(pair, query))).toEqual(images(await atSource(pair, query)));
    });
  }
});

test('an object whose name is a value is renamed: such a table is compared at every run', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    "CREATE TYPE kinds AS ENUM ('a')",
    'CREATE TABLE named (id int PRIMARY KEY)',
    'CREATE TYPE pointer AS (relation regclass)',
    'CREATE TABLE item (id int PRIMARY KEY, r regclass, t regtype[], p pointer)',
    "INSERT INTO item VALUES (1, 'named', ARRAY['kinds'::regtype], ROW('named'))",
  );
  using home = makeHome(pair, { connection: { tables: ['item'] } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE named RENAME TO renamed', 'ALTER TYPE kinds RENAME TO sorts');

  const { batch, table } = await sync(engine);

  expect(table('item')).toMatchObject({ error_message: null, status: 'completed', records_processed: 1 });
  expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['compare', 'no_row_versions']);
  expect(await fromCentral(pair, 'SELECT r, t::text, p::text FROM item')).toEqual([
    ['adempiere.renamed', '{adempiere.sorts}', '(adempiere.renamed)'],
  ]);
});

test('an attribute of a composite type that is renamed fails its table, clearly, until it has its name again', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TYPE size AS (wide int, high int)',
    'CREATE TABLE item (id int PRIMARY KEY, s size)',
    "INSERT INTO item VALUES (1, '(1,2)')",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TYPE size RENAME ATTRIBUTE wide TO broad');
  const renamed = await sync(engine);
  await atBranch(pair, 'ALTER TYPE size RENAME ATTRIBUTE broad TO wide');
  const asBefore = await sync(engine);

  expect(renamed.table('item')).toMatchObject({ status: 'failed', error_code: 'attributes_differ' });
  expect(asBefore.table('item')).toMatchObject({ status: 'completed', records_processed: 0 });
  expect(await differenceOfItem(pair)).toMatchObject({ onlySource: 0, onlyCentral: 0 });
});

test('another expression of a stored column rewrites the rows, and they arrive anew', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)',
    'INSERT INTO item VALUES (1, 1), (2, 2)',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE item ALTER COLUMN twice SET EXPRESSION AS (n * 3)');

  expect((await sync(engine)).table('item').status).toBe('completed');

  expect(await fromCentral(pair, 'SELECT id, twice FROM item ORDER BY id')).toEqual([
    ['1', '3'],
    ['2', '6'],
  ]);
});

test('a table that is dropped and restored with the same rows is read again, and nothing is written', async () => {
  await using pair = await freshDatabases({ sourceServer });
  const restore = [
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'note ' || n FROM generate_series(1, 50) n",
  ];
  await atBranch(pair, ...restore);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DROP TABLE item', ...restore);

  const { batch, table } = await sync(engine);

  expect(strategyOf(engine, batch.batch_id, 'item')[1]).toBe('shape_changed');
  expect(table('item')).toMatchObject({ records_processed: 0, records_deleted: 0, status: 'completed' });
  expect(await differenceOfItem(pair)).toMatchObject({ rows: 50, onlySource: 0, onlyCentral: 0 });
});

test('rows that were frozen as they came, or by a rewrite, are told apart as ever', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 50) n",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    `BEGIN; TRUNCATE item; COPY item FROM PROGRAM 'printf "1\\tnew\\n60\\tnew\\n"' WITH (FREEZE); COMMIT`,
  );

  const loaded = await sync(engine);
  await atBranch(pair, 'VACUUM (FULL, FREEZE) item', "UPDATE item SET note = 'newer' WHERE id = 60");
  const rewritten = await sync(engine);

  expect(loaded.table('item')).toMatchObject({
    strategy: 'changes',
    records_processed: 2,
    records_deleted: 49,
  });
  expect(rewritten.table('item')).toMatchObject({ strategy: 'changes', records_processed: 1 });
  expect(await differenceOfItem(pair)).toMatchObject({ onlySource: 0, onlyCentral: 0 });
});

async function differenceOfItem(pair: DatabasePair) {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    return await difference(source, central, { table: 'item', connection: CONNECTION });
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}

const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: string | Buffer) => String(value) };

async function atSource(pair: DatabasePair, query: string): Promise<readonly (readonly string[])[]> {
  const client = await pair.source.connectAdmin();
  try {
    await client.query('SET search_path = adempiere');
    return (await client.query<string[]>({ text: query, rowMode: 'array', types: AS_TEXT })).rows;
  } finally {
    await client.end();
  }
}
