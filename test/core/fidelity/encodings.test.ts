import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { encode, encodeCentral } from './support/encode.ts';

test('texts of a LATIN1 branch arrive as UTF-8, keys and names included', async () => {
  await using pair = await freshDatabases();
  await encode(pair, 'LATIN1');
  await atBranch(
    pair,
    'CREATE TABLE "Größe" ("Schlüssel" text PRIMARY KEY, wert text)',
    "INSERT INTO \"Größe\" VALUES ('é', 'Ünï ½'), ('z', E'\\n')",
  );
  using home = makeHome(pair, { sync: { chunkRows: 1 } });
  await using engine = home.open();

  expect((await sync(engine)).table('Größe')).toMatchObject({ error_message: null, status: 'completed' });
  expect(
    await fromCentral(pair, 'SELECT "Schlüssel", wert FROM "Größe" ORDER BY "Schlüssel" COLLATE "C"'),
  ).toEqual([
    ['z', '\n'],
    ['é', 'Ünï ½'],
  ]);
});

test('a SQL_ASCII branch that holds UTF-8 arrives; other bytes fail their table with the value', async () => {
  await using pair = await freshDatabases();
  await encode(pair, 'SQL_ASCII');
  await atBranch(
    pair,
    'CREATE TABLE good (id int PRIMARY KEY, note text)',
    "INSERT INTO good VALUES (1, 'suhu 27 °C 🔥')",
    'CREATE TABLE bad (id int PRIMARY KEY, note text)',
    // The same byte begins a valid character in the first row, and stands alone in the second.
    "INSERT INTO bad VALUES (1, convert_from('\\xe9ab8f', 'SQL_ASCII')), (2, convert_from('\\xe9', 'SQL_ASCII'))",
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('good')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT note FROM good')).toEqual([['suhu 27 °C 🔥']]);
  // D12: the branch has it, and not head office.
  expect(table('bad')).toMatchObject({ status: 'failed', error_code: 'source_encoding' });
  expect(table('bad').error_message).toContain('0xe9');
  expect(table('bad').error_detail?.params).toMatchObject({
    encoding: 'SQL_ASCII',
    schema: 'adempiere',
    table: 'bad',
    column: 'note',
    key: 'id = 2',
  });
});

test('a WIN1252 branch with a byte that stands for no character: its row and column are named (D12)', async () => {
  await using pair = await freshDatabases();
  await encode(pair, 'WIN1252');
  await atBranch(
    pair,
    'CREATE TABLE item (code text, line int, name text, remark text, PRIMARY KEY (code, line))',
    "INSERT INTO item VALUES ('A', 1, 'é', 'ok'), ('B', 7, 'ok', convert_from('\\x4181', 'WIN1252'))",
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ status: 'failed', error_code: 'source_encoding' });
  expect(table('item').error_detail?.params).toMatchObject({
    encoding: 'WIN1252',
    column: 'remark',
    key: 'code = B, line = 7',
  });
});

test('a head office whose encoding lacks a character is named as such, with the row and column (D12)', async () => {
  await using pair = await freshDatabases();
  await encodeCentral(pair, 'LATIN1');
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, name text)',
    "INSERT INTO item VALUES (1, 'Ünï'), (2, '5 €')",
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ status: 'failed', error_code: 'central_encoding' });
  expect(table('item').error_detail?.params).toMatchObject({
    encoding: 'LATIN1',
    column: 'name',
    key: 'id = 2',
  });
});
