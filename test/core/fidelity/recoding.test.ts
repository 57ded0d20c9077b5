import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEngine } from '../../../src/core/engine.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { cutTable } from '../keys/support/keyTables.ts';
import { encode } from './support/encode.ts';

/** A text as SQL for a database that takes any bytes: what `iconv` makes of it, in hexadecimal digits. */
function bytes(hex: string, declared = 'SQL_ASCII'): string {
  return `convert_from('\\x${hex}', '${declared}')`;
}

/** `é`, `€` and `é€ ½` in WIN1252. */
const [E, EURO, MIXED] = ['e9', '80', 'e98020bd'];

async function pairOf(declared: string): Promise<DatabasePair> {
  const pair = await freshDatabases();
  await encode(pair, declared);
  return pair;
}

/** Writes another encoding of the branch into the settings. */
function say({ folder }: Home, encoding: string) {
  const file = join(folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { connections: Record<string, unknown>[] };
  for (const one of settings.connections) one.encoding = encoding;
  writeFileSync(file, JSON.stringify(settings));
  return openEngine(systemPorts({ log: () => {} }), { folder, settings: loadSettings(folder) });
}

test.each([
  ['SQL_ASCII', 'WIN1252'],
  ['LATIN1', 'WIN1252'],
  ['LATIN1', 'UTF8'],
  ['SQL_ASCII', 'UTF8'],
])(
  'a %s branch whose texts are in %s: keys, rows, resumes, deletes and verify',
  async (declared, encoding) => {
    await using pair = await pairOf(declared);
    const utf8 = encoding === 'UTF8';
    const [e, euro, mixed] = (utf8 ? ['c3a9', 'e282ac', 'c3a9e282ac20c2bd'] : [E, EURO, MIXED]).map((one) =>
      bytes(one, declared),
    );
    const values = `(${e}, 1, ${mixed}), (${euro}, 2, 'plain'), ('a', 3, NULL), (${mixed}, 4, E'tab\\there')`;
    await atBranch(
      pair,
      'CREATE TABLE item (code text PRIMARY KEY, v int, note varchar(40))',
      `INSERT INTO item VALUES ${values}`,
      'CREATE TABLE loose (note text, pad char(6))',
      `INSERT INTO loose VALUES (${mixed}, ${e}), ('x', 'y')`,
    );
    await settled(pair.source);
    using home = makeHome(pair, { connection: { encoding }, sync: { chunkRows: 1 } });
    await using engine = home.open();

    await cutTable(engine, 'item', 2, 'full');
    await sync(engine);

    const items = () => fromCentral(pair, 'SELECT code, v, note FROM item ORDER BY v');
    expect(await items()).toEqual([
      ['é', '1', 'é€ ½'],
      ['€', '2', 'plain'],
      ['a', '3', null],
      ['é€ ½', '4', 'tab\there'],
    ]);
    expect(await fromCentral(pair, 'SELECT note, pad FROM loose ORDER BY pad')).toEqual([
      ['x', 'y     '],
      ['é€ ½', 'é     '],
    ]);
    for (const table of ['item', 'loose'])
      expect(await verifyTable(engine, table)).toMatchObject({ result: 'equal', left_out: [] });

    await atCentral(pair, "UPDATE item SET note = 'other' WHERE v = 1");
    expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'differs', examples: [['é']] });
    expect(await verifyTable(engine, 'item', true)).toMatchObject({ result: 'repaired', repaired_rows: 1 });

    await atBranch(
      pair,
      `DELETE FROM item WHERE code = ${e}`,
      `UPDATE item SET note = ${e} WHERE v = 2`,
      `INSERT INTO item VALUES (${bytes(utf8 ? 'c3a9c3a9' : 'e9e9', declared)}, 5, 'new')`,
    );
    expect((await sync(engine)).batch.status).toBe('completed');
    expect(await items()).toEqual([
      ['€', '2', 'é'],
      ['a', '3', null],
      ['é€ ½', '4', 'tab\there'],
      ['éé', '5', 'new'],
    ]);
    expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal', source_rows: 4 });
  },
);

test.each(['SQL_ASCII', 'LATIN1'])(
  'types that hold texts arrive from a %s branch in WIN1252, and are compared',
  async (declared) => {
    await using pair = await pairOf(declared);
    const e = bytes(E, declared);
    await atBranch(
      pair,
      `DO $do$ BEGIN EXECUTE format('CREATE TYPE mood AS ENUM (%L, ''plain'')', ${e}); END $do$`,
      'CREATE DOMAIN word AS text',
      'CREATE TYPE two AS (a text, n numeric)',
      `CREATE TABLE every (id int PRIMARY KEY, w word, list text[], doc json, docb jsonb, x xml, m mood, t two,
         c char(4), n numeric(10,2), d date, b bytea, f float8, at timestamptz, mine name)`,
      `INSERT INTO every SELECT g, ${e}, ARRAY[${e}, NULL, 'a"b'], to_json(${e}::text), to_jsonb(${e}::text),
         xmlelement(name a, ${e}), enum_first(NULL::mood), ROW(${e}, 1.50)::two, ${e}, 1.5, '2025-01-31', '\\x8100',
         0.1, '2025-01-31 10:00+07', ${e}::name FROM generate_series(1, 3) g`,
    );
    using home = makeHome(pair, { connection: { encoding: 'WIN1252' } });
    await using engine = home.open();

    expect((await sync(engine)).table('every')).toMatchObject({ error_message: null, status: 'completed' });

    expect(
      await fromCentral(
        pair,
        'SELECT w, list::text, doc::text, docb::text, x::text, m::text, t::text, c, n::text, b::text, mine::text FROM every WHERE id = 1',
      ),
    ).toEqual([
      ['é', '{é,NULL,"a\\"b"}', '"é"', '"é"', '<a>é</a>', 'é', '(é,1.50)', 'é   ', '1.50', '\\x8100', 'é'],
    ]);
    expect(await verifyTable(engine, 'every')).toMatchObject({ result: 'equal', left_out: [] });
    for (const change of ["list[1] = 'e'", "c = 'e'", `docb = '"e"'`, "m = 'plain'", 't.a = NULL']) {
      await atCentral(pair, `UPDATE every SET ${change} WHERE id = 2`);
      expect([change, (await verifyTable(engine, 'every', true)).repaired_rows]).toEqual([change, 1]);
    }
  },
);

test.each(['SQL_ASCII', 'LATIN1'])(
  'a byte that stands for nothing in WIN1252 is named with its row, at a %s branch',
  async (declared) => {
    await using pair = await pairOf(declared);
    const [e, bad] = [bytes(E, declared), bytes('4181', declared)];
    await atBranch(
      pair,
      'CREATE TABLE item (code text PRIMARY KEY, name text, remark text)',
      `INSERT INTO item VALUES ('A', ${e}, 'ok'), (${e}, ${e}, ${bad})`,
      'CREATE TABLE odd_key (code text, n int, PRIMARY KEY (code, n))',
      `INSERT INTO odd_key VALUES (${e}, 1), (${bad}, 2)`,
    );
    using home = makeHome(pair, { connection: { encoding: 'WIN1252' } });
    await using engine = home.open();

    const { table } = await sync(engine);

    const common = { encoding: 'WIN1252', schema: 'adempiere' };
    expect(table('item')).toMatchObject({ status: 'failed', error_code: 'source_encoding' });
    expect(table('item').error_detail?.params).toMatchObject({
      ...common,
      column: 'remark',
      key: 'code = é',
    });
    expect(table('odd_key').error_detail?.params).toMatchObject({
      ...common,
      column: 'code',
      key: 'code = A\\201, n = 2',
    });
    expect(await fromCentral(pair, 'SELECT count(*) FROM odd_key')).toEqual([['0']]);
  },
);

test('without the setting, a key whose own bytes are no text is shown with them', async () => {
  await using pair = await pairOf('SQL_ASCII');
  await atBranch(
    pair,
    'CREATE TABLE item (code text PRIMARY KEY)',
    `INSERT INTO item VALUES ('A'), (${bytes(E)})`,
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { error_code, error_detail } = (await sync(engine)).table('item');
  expect(error_code).toBe('source_encoding');
  expect(error_detail?.params).toMatchObject({ column: 'code', key: 'code = \\351' });
});

test('another encoding in the settings brings all texts again', async () => {
  await using pair = await pairOf('SQL_ASCII');
  await atBranch(
    pair,
    'CREATE TABLE item (code text PRIMARY KEY, note text)',
    `INSERT INTO item VALUES ('A', ${bytes(EURO)}), (${bytes(EURO)}, 'x')`,
  );
  await settled(pair.source);
  using home = makeHome(pair, { connection: { encoding: 'LATIN1' } });
  {
    await using engine = home.open();
    await sync(engine);
    expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal' });
  }
  expect(await fromCentral(pair, "SELECT note FROM item WHERE code = 'A'")).toEqual([['\u0080']]);

  await using engine = say(home, 'WIN1252');
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT code, note FROM item ORDER BY note COLLATE "C"')).toEqual([
    ['€', 'x'],
    ['A', '€'],
  ]);
  expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal' });
});

test('a database that looks at its texts is not believed to have others: the connection is refused by name', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair, { connection: { encoding: 'WIN1252' } });
  await using engine = home.open();

  const { error_code, error_detail } = (await sync(engine)).table('*');
  expect(error_code).toBe('source_encoding_setting');
  expect(error_detail?.params).toMatchObject({ encoding: 'WIN1252', declared: 'UTF8' });
});

test('a default that is no text: without the setting the catalogue is named, with it the tables arrive', async () => {
  await using pair = await pairOf('SQL_ASCII');
  await atBranch(
    pair,
    `DO $do$ BEGIN EXECUTE format('CREATE TABLE item (id int PRIMARY KEY, note text DEFAULT %L)', ${bytes(E)}); END $do$`,
    'INSERT INTO item VALUES (1)',
  );
  using home = makeHome(pair);
  {
    await using engine = home.open();
    expect((await sync(engine)).table('*').error_code).toBe('source_catalogue_encoding');
  }
  await using engine = say(home, 'WIN1252');
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT note FROM item')).toEqual([['é']]);
});

test('a table whose name is no ASCII is refused by name where no statement can say it; others arrive', async () => {
  await using pair = await pairOf('SQL_ASCII');
  await atBranch(
    pair,
    `DO $do$ BEGIN EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY)', ${bytes('636166e9')}); END $do$`,
    'CREATE TABLE item (id int PRIMARY KEY)',
  );
  using home = makeHome(pair, { connection: { encoding: 'WIN1252' } });
  await using engine = home.open();

  const { table } = await sync(engine);
  expect(table('item').status).toBe('completed');
  expect(table('café')).toMatchObject({ status: 'failed', error_code: 'source_name_encoding' });
});
