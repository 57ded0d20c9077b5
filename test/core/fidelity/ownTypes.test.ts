import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { typesOf } from './support/images.ts';

const TYPES = [
  `CREATE TYPE mood AS ENUM ('sedih', 'senang')`,
  'CREATE DOMAIN percentage AS numeric(6,3) CHECK (VALUE BETWEEN 0 AND 100)',
  'CREATE TYPE address AS (street text, feels mood, share percentage)',
  'CREATE TYPE score AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = float8mi, MULTIRANGE_TYPE_NAME = scores)',
];

test("the branch's own types are made at head office, in the schema of its tables", async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...TYPES,
    'CREATE TABLE everything (id int PRIMARY KEY, m mood, ms mood[], d percentage, ds percentage[], c address, cs address[], r score, mr scores)',
  );
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();

  expect((await sync(engine)).batch.status).toBe('completed');

  expect(await typesOf(pair.central, CONNECTION, 'everything')).toEqual({
    id: 'integer',
    m: 'pgsql_lmp.mood',
    ms: 'pgsql_lmp.mood[]',
    d: 'numeric(6,3)',
    ds: 'numeric(6,3)[]',
    c: 'pgsql_lmp.address',
    cs: 'pgsql_lmp.address[]',
    r: 'pgsql_lmp.score',
    mr: 'pgsql_lmp.scores',
  });
});

test('a type of an extension is used where head office has the extension, and becomes text where not', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE EXTENSION citext',
    'CREATE EXTENSION hstore',
    'CREATE TABLE extended (id int PRIMARY KEY, c citext, cs citext[], h hstore)',
    `INSERT INTO extended VALUES (1, 'Kopi', '{A,b}', '"a b"=>"1", c=>NULL')`,
  );
  await atCentral(
    pair,
    'CREATE SCHEMA shared_extensions',
    'CREATE EXTENSION citext SCHEMA shared_extensions',
  );
  await atCentral(pair, 'GRANT USAGE ON SCHEMA shared_extensions TO branchline');
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('extended')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await typesOf(pair.central, 'public', 'extended')).toMatchObject({
    c: 'shared_extensions.citext',
    cs: 'shared_extensions.citext[]',
    h: 'text',
  });
  expect(await fromCentral(pair, 'SELECT c, cs, h FROM extended')).toEqual([
    ['Kopi', '{A,b}', '"c"=>NULL, "a b"=>"1"'],
  ]);
});

test('what needs functions of the branch, or is a row of a table, arrives as its text', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, name text)',
    'CREATE TABLE item_log (id int PRIMARY KEY, was item)',
    `INSERT INTO item_log VALUES (1, ROW(7, 'kopi, "susu"'))`,
    'CREATE TYPE own_words AS RANGE (SUBTYPE = text)',
    'CREATE TABLE own_range (id int PRIMARY KEY, w own_words)',
    `INSERT INTO own_range VALUES (1, '[a,b]')`,
  );
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).batch.status).toBe('completed');

  expect(await typesOf(pair.central, 'public', 'item_log')).toMatchObject({ was: 'text' });
  expect(await fromCentral(pair, 'SELECT was FROM item_log')).toEqual([['(7,"kopi, ""susu""")']]);
  expect(await fromCentral(pair, 'SELECT w FROM own_range')).toEqual([['[a,b]']]);
});

test('a type whose name is taken by another shape gets the name of its schema before its own', async () => {
  await using pair = await freshDatabases();
  await atCentral(
    pair,
    'CREATE TYPE address AS (town text)',
    'CREATE TYPE mood AS (level int)',
    "CREATE TYPE size AS ENUM ('small')",
    'ALTER TYPE size OWNER TO branchline',
  );
  await atBranch(
    pair,
    ...TYPES,
    `CREATE TYPE size AS ENUM ('tiny', 'small', 'large')`,
    'CREATE TABLE house (id int PRIMARY KEY, at address, m mood, s size)',
    `INSERT INTO house VALUES (1, ROW('Jl. A', 'senang', 1), 'sedih', 'tiny')`,
  );
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('house')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await typesOf(pair.central, 'public', 'house')).toMatchObject({
    at: 'public.adempiere_address',
    m: 'public.adempiere_mood',
    s: 'public.size',
  });
  expect(await fromCentral(pair, 'SELECT at, m, s FROM house')).toEqual([
    ['("Jl. A",senang,1.000)', 'sedih', 'tiny'],
  ]);
  expect(await fromCentral(pair, 'SELECT enum_range(NULL::size)')).toEqual([['{tiny,small,large}']]);
});

test('two branches whose enums differ share one that has the labels of both', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  const table = 'CREATE TABLE note (id int PRIMARY KEY, m mood)';
  await atBranch(lampung, `CREATE TYPE mood AS ENUM ('a', 'c')`, table, `INSERT INTO note VALUES (1, 'c')`);
  await atBranch(
    bandung,
    `CREATE TYPE mood AS ENUM ('a', 'b', 'd')`,
    table,
    `INSERT INTO note VALUES (1, 'b')`,
  );
  using first = makeHome(lampung);
  using second = makeHome(
    { source: bandung.source, central: lampung.central },
    { connection: { id: 'pgsql_bdg' } },
  );
  await using one = first.open();
  await using other = second.open();

  await sync(one);
  await sync(other);
  const again = await sync(one);

  expect(again.batch.status).toBe('completed');
  expect(await fromCentral(lampung, 'SELECT source_connection, m FROM note ORDER BY 1')).toEqual([
    ['pgsql_bdg', 'b'],
    [CONNECTION, 'c'],
  ]);
});
