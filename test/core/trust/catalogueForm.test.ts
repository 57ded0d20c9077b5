import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { typeFit } from '../../../src/core/catalogue/compat.ts';
import { NO_MEMORY } from '../../../src/core/catalogue/memory.ts';
import { readTables } from '../../../src/core/catalogue/read.ts';
import type { TableShape } from '../../../src/core/catalogue/shape.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { type FakePostgres, nextStatement, startFakePostgres, welcome } from '../../support/fakePostgres.ts';
import { complete, description, ready, row } from '../../support/fakePostgresMessages.ts';
import { makeHome } from '../../support/home.ts';

let fake: FakePostgres;
beforeAll(async () => {
  fake = await startFakePostgres(async () => undefined);
});
afterAll(() => fake[Symbol.asyncDispose]());

interface Said {
  readonly facts: string | null;
  readonly bytes?: string | null;
  readonly rows?: string | null;
  readonly types?: string | null;
}

/** The tables of a server that says this of its one table, and then of the types in it. */
async function tablesOf({
  facts,
  bytes = '8192',
  rows = '1',
  types = null,
}: Said): Promise<readonly TableShape[]> {
  fake.script = async (client) => {
    await welcome(client);
    for (;;) {
      const about = (await nextStatement(client)).includes('estimated_rows')
        ? [description('relname', 'bytes', 'estimated_rows', 'facts'), row('item', bytes, rows, facts)]
        : [description('facts'), row(types)];
      await client.send(...about, complete('SELECT 1'), ready());
    }
  };
  const { host, port } = fake;
  await using session = await Session.open({
    side: 'source',
    endpoint: { host, port, database: 'erp', user: 'reader', sslmode: 'disable', connectTimeoutSeconds: 2 },
    connection: 'pgsql_lmp',
    folder: tmpdir(),
    applicationName: 'form',
    timeouts: DEFAULT_TIMEOUTS,
    password: 'x',
  });
  return await readTables(session, 180001, 'adempiere', undefined, NO_MEMORY);
}

const FACTS = {
  oid: 20000,
  kind: 'r',
  columns: [
    ['id', 'integer', 23, 1, 'n'],
    ['name', 'text', 25, 2, ''],
  ],
  defaults: { 2: "'none'::text" },
  keys: [[true, [1], null, null, null]],
  primary_key: 'item_pkey',
  triggers: null,
  children: null,
  digest: '20000/abc',
};
const OWN_TYPE = { ...FACTS, columns: [['id', 'mood', 20001, 1, 'n']] };

async function refusal(said: Said): Promise<SyncFailure> {
  const error = await tablesOf(said).catch((thrown: unknown) => thrown);
  if (!(error instanceof SyncFailure)) throw new Error(`no failure: ${String(error)}`, { cause: error });
  return error;
}

test('facts of the right form are a table', async () => {
  const [table] = await tablesOf({ facts: JSON.stringify(FACTS) });
  expect(table).toMatchObject({ name: 'item', key: ['id'], bytes: 8192, estimatedRows: 1 });
});

const WRONG: Readonly<Record<string, unknown>> = {
  'nothing at all': null,
  'a number': 1,
  'an empty object': {},
  'a list': [],
  'no oid': { ...FACTS, oid: undefined },
  'an oid that is no number': { ...FACTS, oid: '1; DROP TABLE x' },
  'an oid with a fraction': { ...FACTS, oid: 1.5 },
  'columns that are no list': { ...FACTS, columns: 'id' },
  'a column that is no list': { ...FACTS, columns: [1] },
  'a column without a name': { ...FACTS, columns: [[null, 'integer', 23, 1, 'n']] },
  'a column whose name has a NUL': { ...FACTS, columns: [['a\0b', 'integer', 23, 1, 'n']] },
  'a column whose type is an object': { ...FACTS, columns: [['id', {}, 23, 1, 'n']] },
  'a column whose number is a text': { ...FACTS, columns: [['id', 'integer', 23, '1', 'n']] },
  'flags that are a list': { ...FACTS, columns: [['id', 'integer', 23, 1, ['n']]] },
  'two columns of one name': { ...FACTS, columns: [FACTS.columns[0], ['id', 'text', 25, 2, '']] },
  'two columns of one number': { ...FACTS, columns: [FACTS.columns[0], ['x', 'text', 25, 1, '']] },
  'a default that is no text': { ...FACTS, defaults: { 1: 7 } },
  'keys that are an object': { ...FACTS, keys: {} },
  'a key whose columns are texts': { ...FACTS, keys: [[true, ['id'], null, null, null]] },
  'a key that says yes as a text': { ...FACTS, keys: [['true', [1], null, null, null]] },
  'a primary key that is a list': { ...FACTS, primary_key: ['a'] },
  'triggers that are a text': { ...FACTS, triggers: 't' },
  'children that are texts': { ...FACTS, children: ['a'] },
  'no digest': { ...FACTS, digest: undefined },
  'a kind that is a number': { ...FACTS, kind: 7 },
};

describe('a catalogue of another form is refused by name', () => {
  test.each(Object.entries(WRONG))('%s', async (_what, facts) => {
    const { detail } = await refusal({ facts: JSON.stringify(facts) });
    expect(detail).toMatchObject({ code: 'catalogue_unreadable', kind: 'permanent' });
    expect(detail.params).toMatchObject({ connection: 'pgsql_lmp', side: 'source' });
    const { sentence } = createTranslator('en').failure(detail);
    expect(sentence).toBe(
      'What the branch database pgsql_lmp says of its tables has a form that PostgreSQL does not use, so none of them could be read.',
    );
  });

  test.each(['', '{', 'x', '['.repeat(5000)])('facts %#', async (facts) => {
    expect((await refusal({ facts })).detail.code).toBe('catalogue_unreadable');
  });

  test('no facts where none are remembered', async () => {
    expect((await refusal({ facts: null })).detail.code).toBe('catalogue_unreadable');
  });

  test.each(['x', '-1', '1.5', '"1"', ''])('a size of %j', async (size) => {
    const facts = JSON.stringify(FACTS);
    expect((await refusal({ facts, bytes: size })).detail.code).toBe('catalogue_unreadable');
    expect((await refusal({ facts, rows: size })).detail.code).toBe('catalogue_unreadable');
  });

  test.each<readonly [string, unknown]>([
    ['an object', {}],
    ['a list of numbers', [1]],
    ['a type without a name', [{ oid: 20001, nspname: 'a', typtype: 'e' }]],
    ['labels that are numbers', [{ oid: 20001, nspname: 'a', typname: 'm', typtype: 'e', labels: [1] }]],
    ['a label with a NUL', [{ oid: 20001, nspname: 'a', typname: 'm', typtype: 'e', labels: ['\0'] }]],
    [
      'a field without a type',
      [{ oid: 20001, nspname: 'a', typname: 'm', typtype: 'c', relkind: 'c', fields: [{ name: 'x' }] }],
    ],
    ['an element that is a text', [{ oid: 20001, nspname: 'a', typname: 'm', typtype: 'b', element: 'int' }]],
  ])('types that are %s', async (_what, types) => {
    const said = { facts: JSON.stringify(OWN_TYPE), types: JSON.stringify(types) };
    expect((await refusal(said)).detail.code).toBe('catalogue_unreadable');
  });
});

test.each<readonly [string, readonly unknown[]]>([
  ['no columns', [true, [], null, null, null]],
  ['columns that the table does not have', [true, [1, 99], null, null, null]],
])('a unique index over %s tells no rows apart', async (_what, key) => {
  const [table] = await tablesOf({ facts: JSON.stringify({ ...FACTS, keys: [key] }) });
  expect(table).toMatchObject({ key: null, uniqueKeys: [] });
});

/** A composite type of two fields of the next one, and so on: each level doubles what it holds. */
function nested(levels: number): readonly unknown[] {
  return Array.from({ length: levels }, (_, level) => {
    const inner =
      level + 1 < levels ? { type: `t${level + 1}`, oid: 20002 + level } : { type: 'integer', oid: 23 };
    const fields = ['a', 'b'].map((name) => ({ name, ...inner }));
    return { oid: 20001 + level, nspname: 'a', typname: `t${level}`, typtype: 'c', relkind: 'c', fields };
  });
}

test.each<readonly [string, readonly unknown[]]>([
  [
    'holds itself',
    [{ oid: 20001, nspname: 'a', typname: 'm', typtype: 'b', element: { type: 'm', oid: 20001 } }],
  ],
  ['doubles what it holds 60 times', nested(60)],
])('a type that %s is carried as its text', async (_what, types) => {
  const [table] = await tablesOf({ facts: JSON.stringify(OWN_TYPE), types: JSON.stringify(types) });
  const [column] = table?.columns ?? [];
  expect(column?.own?.kind).toBe('opaque');
  expect(typeFit(column ?? { type: '', own: null }, { type: 'text', own: null })).toBe('lossless');
});

test('a branch whose type doubles what it holds 16 times is copied', async () => {
  await using pair = await freshDatabases();
  const types = Array.from({ length: 16 }, (_, level) => {
    const inner = level === 0 ? 'int' : `t${level - 1}`;
    return `CREATE TYPE t${level} AS (a ${inner}, b ${inner})`;
  });
  await atBranch(
    pair,
    ...types,
    'CREATE TABLE item (id int PRIMARY KEY, v t15)',
    'INSERT INTO item VALUES (1, NULL)',
  );
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();

  expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });
});
