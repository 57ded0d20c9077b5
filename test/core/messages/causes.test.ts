import { describe, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { holes, outcome, paste, printed, sqlIn } from './support/printed.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
];
const AT_CENTRAL = ['SET ROLE branchline', 'CREATE TABLE item (id int PRIMARY KEY, name text)'];

/** A trigger at head office, with the body of its function. */
function trigger(body: string, before = true): readonly string[] {
  return [
    ...AT_CENTRAL,
    'RESET ROLE',
    'CREATE TABLE audit (id int PRIMARY KEY)',
    'CREATE SCHEMA "Theirs"',
    'GRANT USAGE ON SCHEMA "Theirs" TO PUBLIC',
    `CREATE FUNCTION "Theirs"."Check it"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$`,
    `CREATE TRIGGER "their check" ${before ? 'BEFORE' : 'AFTER'} INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION "Theirs"."Check it"()`,
  ];
}

describe('a trigger of head office that fails is named, with its function', () => {
  test.each([
    ['raises', "RAISE EXCEPTION 'no % here', NEW.name;", 'no a here'],
    ['may not write', 'INSERT INTO audit VALUES (NEW.id);', 'permission denied for table audit'],
    ['misses a table', 'INSERT INTO nowhere VALUES (NEW.id);', 'relation "nowhere" does not exist'],
    ['misses a function', 'PERFORM nothing(NEW.id);', 'function nothing(integer) does not exist'],
    ['misses a column', 'PERFORM NEW.nothing;', 'record "new" has no field "nothing"'],
    ['divides by zero', 'PERFORM 1 / 0;', 'division by zero'],
  ])('that %s', async (_, body, message) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM, 'CREATE TABLE other (id int PRIMARY KEY)');
    await atCentral(pair, ...trigger(body));
    using home = makeHome(pair, { central: { layout: 'merge' } });
    await using engine = home.open();

    const { batch, table } = await sync(engine);

    expect(table('other').status).toBe('completed');
    expect(table('item')).toMatchObject({ error_code: 'central_trigger_failed', retry_count: 0 });
    expect(table('item').error_message).toContain(message);
    expect(printed(engine, batch.batch_id)).toContain(
      'The trigger their check on public.item at head office failed or refused rows (its function is "Theirs"."Check it"()).',
    );
    expect(holes(engine, batch.batch_id)).toEqual([]);
    await atCentral(pair, 'DROP TRIGGER "their check" ON item');
    expect(await outcome(engine)).toBe('completed');
  });
});

describe('a view of the branch that fails is told as one, with the function that failed', () => {
  test.each([
    ['raises', "RAISE EXCEPTION 'closed';", 'source_query_failed', 'closed · in adempiere.openamt(integer)'],
    ['misses a table', 'PERFORM 1 FROM nowhere;', 'source_query_failed', 'relation "nowhere" does not exist'],
    [
      'misses a function',
      'PERFORM nothing(5);',
      'source_query_failed',
      'function nothing(integer) does not exist',
    ],
    ['divides by zero', 'PERFORM 1 / (n - 1);', 'source_query_failed', 'division by zero'],
    ['cannot convert', "PERFORM 'x'::int;", 'source_query_failed', 'invalid input syntax'],
  ])('that %s', async (_, body, code, message) => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      ...ITEM,
      `CREATE FUNCTION openamt(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN n; END $$`,
      'CREATE VIEW rv_open AS SELECT id, openamt(id) AS o FROM item',
      'GRANT SELECT ON rv_open TO branchline_read',
    );
    using home = makeHome(pair, { connection: { tables: ['item', 'rv_open'] } });
    await using engine = home.open();

    const { batch, table } = await sync(engine);

    expect(table('item').status).toBe('completed');
    expect(table('rv_open')).toMatchObject({ error_code: code, retry_count: 0 });
    expect(table('rv_open').error_message).toContain(message);
    const text = printed(engine, batch.batch_id);
    expect(text).toContain('The branch database pgsql_lmp could not read adempiere.rv_open');
    expect(text).not.toContain('head office');
    expect(holes(engine, batch.batch_id)).toEqual([]);
  });
});

test('a materialized view that was never filled: the SQL fills it', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE MATERIALIZED VIEW "Item list" AS SELECT * FROM item WITH NO DATA',
    'GRANT SELECT ON "Item list" TO branchline_read',
  );
  using home = makeHome(pair, { connection: { tables: ['Item list'] } });
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(table('Item list').error_code).toBe('source_not_populated');
  expect(holes(engine, batch.batch_id)).toEqual([]);
  await paste(pair.source, sqlIn(printed(engine, batch.batch_id)));
  expect(await outcome(engine)).toBe('completed');
});

test('a foreign table whose server is away fails alone, and the branch is not taken for unreachable', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE EXTENSION postgres_fdw',
    "CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1', dbname 'x')",
    "CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'x', password 'x')",
    'CREATE FOREIGN TABLE far_away (id int) SERVER elsewhere',
    'GRANT SELECT ON far_away TO branchline_read',
  );
  using home = makeHome(pair, { connection: { tables: ['far_away', 'item'] }, sync: { parallelTables: 1 } });
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(table('item').status).toBe('completed');
  expect(table('far_away').error_code).toBe('source_query_failed');
  expect(holes(engine, batch.batch_id)).toEqual([]);
});

describe('what head office has is in the way of a change', () => {
  test.each([
    [
      'a view on a column that has to be wider',
      'CREATE VIEW theirs AS SELECT code FROM item',
      'ALTER TABLE item ALTER COLUMN code TYPE varchar(20)',
      'view pgsql_lmp.theirs',
      'DROP VIEW theirs',
    ],
    [
      'a foreign key on a key that has to go',
      'CREATE TABLE line (item int REFERENCES item)',
      'ALTER TABLE item DROP CONSTRAINT item_pkey, ADD PRIMARY KEY (code)',
      'constraint line_item_fkey on table pgsql_lmp.line',
      'DROP TABLE line',
    ],
  ])('%s', async (_, theirs, change, named, drop) => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, code varchar(5) NOT NULL)',
      "INSERT INTO item VALUES (1, 'a')",
    );
    using home = makeHome(pair, { central: { layout: 'schema' } });
    await using engine = home.open();
    await sync(engine);
    await atCentral(pair, 'SET search_path = pgsql_lmp; SET ROLE branchline', theirs);
    await atBranch(pair, change);

    const { batch, table } = await sync(engine);

    expect(table('item')).toMatchObject({ error_code: 'central_shape_refused', retry_count: 0 });
    expect(table('item').error_message).toContain(named);
    expect(printed(engine, batch.batch_id)).toContain(
      'A change at the branch has to be followed in pgsql_lmp.item at head office',
    );
    expect(holes(engine, batch.batch_id)).toEqual([]);
    await atCentral(pair, 'SET search_path = pgsql_lmp', drop);
    expect(await outcome(engine)).toBe('completed');
  });
});

describe('a rule of head office without a name of its own', () => {
  test.each([
    [
      'NOT NULL',
      ['CREATE TABLE item (id int PRIMARY KEY, name text, must int NOT NULL)'],
      'Head office demands a value in the column must of public.item (NOT NULL)',
    ],
    [
      'a missing partition',
      [
        'CREATE TABLE item (id int PRIMARY KEY, name text) PARTITION BY RANGE (id)',
        'CREATE TABLE item_1 PARTITION OF item FOR VALUES FROM (1) TO (2)',
      ],
      'Head office refused rows of public.item: they break its rule PARTITION BY',
    ],
  ])('%s', async (_, statements, sentence) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    await atCentral(pair, 'SET ROLE branchline', ...statements);
    using home = makeHome(pair, { central: { layout: 'merge' } });
    await using engine = home.open();

    const { batch } = await sync(engine);

    expect(printed(engine, batch.batch_id)).toContain(sentence);
    expect(holes(engine, batch.batch_id)).toEqual([]);
  });
});

test('a table of head office that is dropped while its rows are on their way comes again', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, "INSERT INTO item VALUES (3, 'c')");
  engine.on((event) => {
    if (event.type === 'batch_started') void atCentral(pair, 'DROP TABLE IF EXISTS item');
  });

  const { batch } = await sync(engine, { strategy: 'full' });

  expect(['completed', 'failed']).toContain(batch.status);
  expect(await outcome(engine)).toBe('completed');
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['3']]);
});
