import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { atMirror, expectMirrored, mirrorHome } from '../constraints/support/both.ts';
import { atHeadOffice, expectSame, work } from '../proof/support.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'a'), (2, NULL)",
];

function dropped(engine: Engine): readonly unknown[] {
  const log = engine.log({ limit: 10_000 });
  return log.flatMap(({ detail }) => (detail.code === 'not_null_dropped' ? [detail.columns] : []));
}

test('NOT NULL that head office has set on columns of a mirror is taken back, which is said once', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...ITEM);
  await atMirror(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, own int NOT NULL, filled int NOT NULL DEFAULT 1)',
  );
  using home = mirrorHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('item')).toMatchObject({ status: 'completed', records_processed: 2 });

  expect(dropped(engine)).toEqual(['pgsql_lmp.item.name, pgsql_lmp.item.own']);
  await sync(engine);
  expect(dropped(engine)).toHaveLength(1);
});

test('NOT NULL that the branch has given up is given up at head office, which is said', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL)',
    "INSERT INTO item VALUES (1, 'a')",
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  expect(dropped(engine)).toEqual([]);
  await work(pair, 'ALTER TABLE item ALTER name DROP NOT NULL', 'INSERT INTO item VALUES (2, NULL)');

  await sync(engine);

  expect(dropped(engine)).toEqual(['pgsql_lmp.item.name']);
  await expectMirrored(pair);
});

for (const [what, columns, column] of [
  ["a column of head office's own", 'id int PRIMARY KEY, name text, "Own one" int NOT NULL', 'Own one'],
  ['a column of the branch', 'id int PRIMARY KEY, name text NOT NULL', 'name'],
  ['a key of its own', 'id int UNIQUE NOT NULL, name text, own int PRIMARY KEY', 'own'],
] as const) {
  test(`in a table that branches share, ${what} that is NOT NULL fails the table with SQL that runs`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...ITEM);
    await atHeadOffice(pair, `CREATE TABLE item (${columns})`);
    using home = makeHome(pair, { central: { layout: 'merge' } });
    await using engine = home.open();

    const { table } = await sync(engine);

    expect(table('item')).toMatchObject({ status: 'failed', error_code: 'central_needs_value' });
    const params = table('item').error_detail?.params ?? {};
    expect(params).toMatchObject({ schema: 'public', table: 'item', column });
    const failure = { code: 'central_needs_value', params } as const;
    expect(createTranslator('id').failure(failure).sentence).toContain(`kolom ${column} pada public.item`);
    await atHeadOffice(pair, String(params.sql));
    expect((await sync(engine)).table('item').status).toBe('completed');
    await expectSame(pair, 'id, name', 'item');
  });
}

test('a column of head office’s own that a trigger fills stays NOT NULL', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...ITEM);
  await atHeadOffice(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, name text, own int NOT NULL)',
    'CREATE FUNCTION public.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.own := 1; RETURN NEW; END $$',
    'CREATE TRIGGER fill BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION public.fill()',
  );
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();
  expect((await sync(engine)).table('item').status).toBe('completed');
});
