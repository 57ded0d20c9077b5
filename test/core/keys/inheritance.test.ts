import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';

/** Children of INHERITS may have the same keys as their parent. */
const FAMILY = [
  'CREATE TABLE par (id int PRIMARY KEY, n text)',
  'CREATE TABLE chi () INHERITS (par)',
  'CREATE TABLE gra (PRIMARY KEY (id)) INHERITS (chi)',
  "INSERT INTO par VALUES (1, 'p'), (3, 'p')",
  "INSERT INTO chi VALUES (1, 'c'), (2, 'c'), (5, 'c')",
  "INSERT INTO gra VALUES (1, 'g'), (9, 'g')",
];
const MIRROR = { layout: 'schema' };

const at = (table: string) => `SELECT id, n FROM ${CONNECTION}.${table} ORDER BY id`;

test.each([1, 1000])(
  'a table that others inherit from is copied without their rows, %i rows a chunk (A4, E2)',
  async (chunkRows) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...FAMILY);
    using home = makeHome(pair, { central: MIRROR, sync: { chunkRows } });
    await using engine = home.open();
    const heard = listen(engine);

    const first = await sync(engine);
    await settled(pair.source);
    await atBranch(
      pair,
      "INSERT INTO par VALUES (7, 'p')",
      'DELETE FROM ONLY par WHERE id = 3',
      "INSERT INTO chi VALUES (7, 'c')",
    );
    const second = await sync(engine);
    await settled(pair.source);
    await atBranch(pair, "UPDATE chi SET n = 'new' WHERE id = 2");
    const third = await sync(engine);

    expect([first, second, third].map(({ batch }) => batch.status)).toEqual([
      'completed',
      'completed',
      'completed',
    ]);
    expect(await fromCentral(pair, at('par'))).toEqual([
      ['1', 'p'],
      ['7', 'p'],
    ]);
    expect(await fromCentral(pair, at('chi'))).toEqual([
      ['1', 'c'],
      ['2', 'new'],
      ['5', 'c'],
      ['7', 'c'],
    ]);
    expect(await fromCentral(pair, at('gra'))).toEqual([
      ['1', 'g'],
      ['9', 'g'],
    ]);
    // What changed in a child is no change of its parent.
    expect(third.table('par')).toMatchObject({ strategy: 'changes', records_processed: 0 });
    for (const table of ['par', 'chi', 'gra'])
      expect(await verifyTable(engine, table)).toMatchObject({ table_name: table, result: 'equal' });
    expect(heard.filter((event) => event.type === 'notice')).toEqual([]);
  },
);

test('a table that is selected without those that inherit from it says which they are', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...FAMILY);
  using home = makeHome(pair, { central: MIRROR, connection: { tables: ['par', 'gra'] } });
  await using engine = home.open();
  const heard = listen(engine);

  const { batch } = await sync(engine);

  const notices = heard.filter((event) => event.type === 'notice');
  expect(notices).toEqual([
    {
      type: 'notice',
      connection: CONNECTION,
      table: 'par',
      notice: { code: 'children_left_out', params: { tables: 'chi' } },
    },
  ]);
  const logged = engine.log({ batchId: batch.batch_id }).filter((one) => one.event === 'notice');
  expect(logged).toHaveLength(1);
});

test('rows of tables that head office has made inherit from ours are neither counted nor removed', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, n text)',
    "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  );
  using home = makeHome(pair, { central: MIRROR });
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    `CREATE TABLE public.theirs () INHERITS (${CONNECTION}.item)`,
    "INSERT INTO public.theirs VALUES (1, 'theirs'), (70, 'theirs')",
  );
  await settled(pair.source);
  await atBranch(pair, 'DELETE FROM item WHERE id = 2', "INSERT INTO item VALUES (3, 'c')");

  const heard = listen(engine);
  for (const strategy of ['changes', 'full', 'compare'] as const)
    expect((await sync(engine, { strategy })).table('item')).toMatchObject({ error_message: null });
  // Once, and not in each batch.
  expect(heard.filter((event) => event.type === 'notice')).toEqual([
    {
      type: 'notice',
      connection: CONNECTION,
      table: 'item',
      notice: {
        code: 'central_children',
        params: { schema: CONNECTION, table: 'item', tables: 'public.theirs' },
      },
    },
  ]);

  expect(await fromCentral(pair, `SELECT id, n FROM ONLY ${CONNECTION}.item ORDER BY id`)).toEqual([
    ['1', 'a'],
    ['3', 'c'],
  ]);
  expect(await fromCentral(pair, 'SELECT id, n FROM public.theirs ORDER BY id')).toEqual([
    ['1', 'theirs'],
    ['70', 'theirs'],
  ]);
  expect((await verifyTable(engine, 'item')).result).toBe('equal');
});

test('a table of ours that head office has made inherit as it does at the branch is no news', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...FAMILY);
  using home = makeHome(pair, { central: MIRROR });
  await using engine = home.open();
  await sync(engine);
  const heard = listen(engine);
  await atCentral(pair, `ALTER TABLE ${CONNECTION}.chi INHERIT ${CONNECTION}.par`);
  await sync(engine);
  expect(heard.filter((event) => event.type === 'notice')).toEqual([]);
  for (const table of ['par', 'chi', 'gra']) expect((await verifyTable(engine, table)).result).toBe('equal');

  await atCentral(
    pair,
    `ALTER TABLE ${CONNECTION}.gra INHERIT ${CONNECTION}.par`,
    `CREATE TABLE public.more () INHERITS (${CONNECTION}.gra)`,
  );
  await sync(engine);
  const notices = heard.flatMap((event) =>
    event.type === 'notice' ? [[event.table, event.notice.params.tables]] : [],
  );
  expect(notices).toEqual([
    ['gra', 'public.more'],
    ['par', 'public.more'],
  ]);
});

test('a partitioned table stays whole', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE sale (id int PRIMARY KEY, n text) PARTITION BY RANGE (id)',
    'CREATE TABLE sale_low PARTITION OF sale FOR VALUES FROM (0) TO (10)',
    'CREATE TABLE sale_high PARTITION OF sale FOR VALUES FROM (10) TO (20)',
    "INSERT INTO sale VALUES (1, 'a'), (11, 'b')",
  );
  using home = makeHome(pair, { central: MIRROR, sync: { chunkRows: 1 } });
  await using engine = home.open();
  const { batch } = await sync(engine);
  await settled(pair.source);
  await atBranch(pair, 'DELETE FROM sale WHERE id = 1', "INSERT INTO sale VALUES (12, 'c')");
  await sync(engine);

  expect(batch.total_tables).toBe(1);
  expect(await fromCentral(pair, at('sale'))).toEqual([
    ['11', 'b'],
    ['12', 'c'],
  ]);
});
