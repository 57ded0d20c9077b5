import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { atBranch, atCentral } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { bringAll, cutTable, insert, keyOf, makeTable, unequal } from './support/keyTables.ts';
import { KEY_TYPES, type KeyType } from './support/keyTypes.ts';

/**
 * A table for each type of key, in layout `schema`, with one row a chunk. The tests are one story: each goes on with
 * what the one before has left.
 *
 * The branch's database sorts by ICU's English, head office's by bytes: what has no collation may sort by it too.
 */
const BY_ICU = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8' ENCODING 'UTF8'";
const BY_BYTES = "TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'";

const tables = KEY_TYPES.map((type) => type.name);
const withImage = KEY_TYPES.filter((type) => type.image !== undefined);

let pair: DatabasePair;
let home: Home;
let engine: Engine;

beforeAll(async () => {
  pair = await freshDatabases({ sourceDatabase: BY_ICU, centralDatabase: BY_BYTES });
  home = makeHome(pair, { central: { layout: 'schema' }, sync: { chunkRows: 1, parallelTables: 4 } });
  engine = home.open();
  for (const type of KEY_TYPES) {
    await makeTable(pair, type);
    const loaded = type.values.slice(0, -2);
    await atBranch(pair, ...loaded.map((value, index) => insert(type.name, value, index)));
  }
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  home[Symbol.dispose]();
  await pair.drop();
});

test.each(tables)(
  'a first load that is cut off twice is whole with a key of type %s (A1, A2)',
  async (table) => {
    await cutTable(engine, table, 2);
    expect(await unequal(pair, [table])).toEqual([]);
  },
);

test('changes, new rows and a deleted one arrive whatever the type of the key', async () => {
  for (const { name, values } of KEY_TYPES) {
    const late = values.slice(-2).map((value, index) => insert(name, value, 100 + index));
    const changes = [`UPDATE ${name} SET v = v + 1000 WHERE v = 1`, `DELETE FROM ${name} WHERE v = 2`];
    await atBranch(pair, ...late, ...changes);
  }
  await bringAll(engine);
  expect(await unequal(pair, tables)).toEqual([]);
});

test.each(['once', 'twice'])(
  'everything read %s removes nothing, whatever the order of the two sides (A8)',
  async () => {
    const rows = await bringAll(engine, 'full');
    expect(await unequal(pair, tables)).toEqual([]);
    expect(rows.filter((one) => one.records_deleted > 0).map((one) => one.table_name)).toEqual([]);
  },
);

const BY: readonly (readonly [string, (type: KeyType) => string | undefined, () => Promise<unknown>])[] = [
  ['changes', (type) => type.image, () => bringAll(engine)],
  ['full', (type) => type.values[0], () => bringAll(engine, 'full')],
  ['compare', (type) => type.image, () => bringAll(engine, 'compare')],
  ['repair', (type) => type.values[0], () => engine.verify({ trigger: 'cli', tables: [], repair: true })],
];

test.each(BY)(
  'a key that equals what it was and looks otherwise arrives by %s (A6)',
  async (_by, value, bring) => {
    const changed = withImage.map(({ name }) => name);
    for (const type of withImage) {
      await atBranch(pair, `UPDATE ${type.name} SET ${keyOf(type)} = ROW(${value(type)}) WHERE v = 0`);
    }
    expect(await unequal(pair, changed)).toEqual(changed);
    await bring();
    expect(await unequal(pair, changed)).toEqual([]);
  },
);

test('rows deleted before everything is read, cut off several times, are removed', async () => {
  for (const table of tables) await atBranch(pair, `DELETE FROM ${table} WHERE v IN (0, 100)`);
  await cutTable(engine, null, 5, 'full');
  expect(await unequal(pair, tables)).toEqual([]);
});

test('rows that head office has lost come back by compare, and verify proves all equal', async () => {
  for (const table of tables) await atCentral(pair, `DELETE FROM ${CONNECTION}.${table} WHERE v = 101`);
  await bringAll(engine, 'compare');
  expect(await unequal(pair, tables)).toEqual([]);
  const { tables: verified } = await engine.verify({ trigger: 'cli', tables: [], repair: false });
  expect(verified.filter((one) => one.result !== 'equal').map((one) => [one.table_name, one.result])).toEqual(
    [],
  );
});
