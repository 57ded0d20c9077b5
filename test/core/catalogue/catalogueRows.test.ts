import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_MEMORY } from '../../../src/core/catalogue/memory.ts';
import { readTables, type TableChoice } from '../../../src/core/catalogue/read.ts';
import type { TableShape } from '../../../src/core/catalogue/shape.ts';
import { DEFAULT_TIMEOUTS, Session, type SessionOptions } from '../../../src/core/postgres/session.ts';
import type { Side } from '../../../src/core/postgres/sqlstates.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { CENTRAL_ROLE } from '../../../src/demo/endpoint.ts';
import { run } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { textOf } from '../../support/proxyFraming.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { OTHER_VERSIONS, serverOf } from '../../support/versions.ts';
import { openMemory } from './support/memory.ts';

/** Reads tables at one side of a pair. @returns what was read, and the statements that asked for it */
async function ask(
  pair: DatabasePair,
  side: Side,
  memory = NO_MEMORY,
  choice?: TableChoice,
): Promise<{ readonly tables: readonly TableShape[]; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const observer = {
    passed: (message: Parameters<typeof textOf>[0]): void => {
      if (message.from !== 'client' || message.type !== 'P') return;
      // The session's own first statement is none of a reading's.
      if (!textOf(message).includes('set_config')) asked.push(textOf(message));
    },
    ended: (): void => {},
  };
  await using proxy = await startProxy(pair[side], () => observer);
  using home = makeHome(pair, { connection: { port: proxy.port }, central: { port: proxy.port } });
  const settings = loadSettings(home.folder);
  const endpoint = side === 'central' ? settings.central : settings.connections[0];
  if (endpoint === undefined) throw new Error('the home has a connection');
  const about = { side, endpoint, connection: 'pgsql_lmp', applicationName: 'test' };
  const options: SessionOptions = { ...about, folder: home.folder, timeouts: DEFAULT_TIMEOUTS };
  await using session = await Session.open(options);
  const schema = side === 'central' ? 'public' : 'adempiere';
  const tables = await readTables(session, session.version(), schema, choice, memory);
  return { tables, asked };
}

async function read(...args: Parameters<typeof ask>): Promise<readonly TableShape[]> {
  return (await ask(...args)).tables;
}

/** As the owner of the database, where unqualified names mean the schema of the tables. */
function at(pair: DatabasePair, side: Side, ...statements: readonly string[]): Promise<void> {
  const path = side === 'central' ? 'public' : 'adempiere';
  return run(pair[side], `SET search_path = ${path}`, ...statements);
}

const TABLES = [
  "CREATE TABLE item (id int PRIMARY KEY, code varchar(20) NOT NULL, note text DEFAULT 'none')",
  'CREATE TABLE calm (id int PRIMARY KEY, note text)',
  'CREATE FUNCTION changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
  'CREATE TRIGGER changes BEFORE INSERT ON calm FOR EACH ROW EXECUTE FUNCTION changes()',
];

/** Each changes what a reader of the catalogue has to know. */
const CHANGES: readonly (readonly [string, ...string[]])[] = [
  ['a new column', 'ALTER TABLE item ADD COLUMN city text'],
  ['a renamed column', 'ALTER TABLE item RENAME note TO remark'],
  ['another type', 'ALTER TABLE item ALTER note TYPE varchar(90)'],
  ['a default less', 'ALTER TABLE item ALTER note DROP DEFAULT'],
  ['a constraint NOT NULL', 'ALTER TABLE item ALTER note SET NOT NULL'],
  ['a unique key more', 'ALTER TABLE item ADD UNIQUE (code)'],
  ['a unique key that is deferrable', 'ALTER TABLE item ADD UNIQUE (code) DEFERRABLE'],
  ['a unique key over an expression', 'CREATE UNIQUE INDEX ON item (lower(code))'],
  ['a unique key of another operator class', 'CREATE UNIQUE INDEX ON item (code varchar_pattern_ops)'],
  ['another name of the primary key', 'ALTER TABLE item RENAME CONSTRAINT item_pkey TO item_key'],
  ['a trigger', 'CREATE TRIGGER more BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION changes()'],
  ['a trigger that is switched off', 'ALTER TABLE calm DISABLE TRIGGER changes'],
  ['a rule', 'CREATE RULE nothing AS ON INSERT TO item DO ALSO NOTHING'],
  ['a foreign key', 'ALTER TABLE item ADD FOREIGN KEY (id) REFERENCES calm'],
  [
    'swapped names',
    'ALTER TABLE calm RENAME TO was',
    'ALTER TABLE item RENAME TO calm',
    'ALTER TABLE was RENAME TO item',
  ],
  ['a table more', 'CREATE TABLE more (id int PRIMARY KEY)'],
  ['a table less', 'DROP TABLE calm'],
  ['a table made anew', 'DROP TABLE item', TABLES[0] ?? ''],
  ['a table that went to another schema', 'CREATE SCHEMA away', 'ALTER TABLE item SET SCHEMA away'],
];

const CHANGES_OF_SIDE: Readonly<Record<Side, typeof CHANGES>> = {
  source: [['a child', 'CREATE SCHEMA away', 'CREATE TABLE away.child () INHERITS (item)']],
  central: [
    ['a table that a crash empties', 'ALTER TABLE item SET UNLOGGED'],
    ['policies', 'ALTER TABLE item ENABLE ROW LEVEL SECURITY', 'CREATE POLICY few ON item USING (id > 7)'],
  ],
};

const SIDES = ['source', 'central'] as const;

describe.each([18, ...OTHER_VERSIONS])('on PostgreSQL %i', (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = major === 18 ? await startServer() : await serverOf(major);
  });
  afterAll(() => server.remove());

  const pairHere = (): Promise<DatabasePair> =>
    freshDatabases({ sourceServer: server, centralServer: server });

  describe.each(SIDES)('at the %s', (side) => {
    test('of tables that are as they were one short query asks', async () => {
      await using pair = await pairHere();
      await at(pair, side, ...TABLES);
      const memory = openMemory();
      const first = await ask(pair, side, memory);

      const again = await ask(pair, side, memory);
      const one = await ask(pair, side, memory, ['item']);
      const typed = await ask(pair, side, memory, { typed: ['Item'] });

      expect(again.tables).toEqual(first.tables);
      expect(one.tables).toEqual(first.tables.filter(({ name }) => name === 'item'));
      expect(typed.tables).toEqual(one.tables);
      for (const { asked } of [again, one, typed]) {
        expect(asked).toHaveLength(1);
        expect(asked[0]?.length).toBeLessThan(2000);
        expect(asked[0]?.length).toBeLessThan((first.asked[0]?.length ?? 0) / 3);
      }
    });

    test.each([...CHANGES, ...CHANGES_OF_SIDE[side]])('%s is seen', async (_name, ...statements) => {
      await using pair = await pairHere();
      await at(pair, side, ...TABLES);
      const memory = openMemory();
      const before = await read(pair, side, memory);
      expect(await read(pair, side, memory)).toEqual(before);
      await at(pair, side, ...statements);

      const after = await read(pair, side, memory);

      expect(after).not.toEqual(before);
      expect(after).toEqual(await read(pair, side));
      // And is remembered itself.
      expect(await read(pair, side, memory)).toEqual(after);
    });
  });
});

/** What lies outside of a table's own rows in the catalogue, and changes what is known of it all the same. */
describe('what others are made of', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.remove());

  const OWN: Readonly<Record<string, readonly [side: Side, before: readonly string[], after: string]>> = {
    'a type that is renamed': [
      'source',
      ["CREATE TYPE mood AS ENUM ('good')", 'CREATE TABLE felt (id int PRIMARY KEY, mood mood)'],
      'ALTER TYPE mood RENAME TO temper',
    ],
    'a type that goes to another schema': [
      'source',
      [
        "CREATE TYPE mood AS ENUM ('good')",
        'CREATE TABLE felt (id int PRIMARY KEY, mood mood)',
        'CREATE SCHEMA away',
      ],
      'ALTER TYPE mood SET SCHEMA away',
    ],
    'a collation that is renamed': [
      'source',
      [`CREATE COLLATION own FROM "C"`, 'CREATE TABLE sorted (id text COLLATE own PRIMARY KEY)'],
      'ALTER COLLATION own RENAME TO other',
    ],
    'a child that is renamed': [
      'source',
      ['CREATE SCHEMA away', 'CREATE TABLE away.child () INHERITS (item)'],
      'ALTER TABLE away.child RENAME TO kid',
    ],
    'a partition that a crash empties': [
      'central',
      [
        'CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)',
        'CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (9)',
      ],
      'ALTER TABLE part SET UNLOGGED',
    ],
    'a role that policies bind from now on': [
      'central',
      [
        `ALTER ROLE ${CENTRAL_ROLE} BYPASSRLS`,
        'ALTER TABLE item ENABLE ROW LEVEL SECURITY',
        'CREATE POLICY few ON item USING (id > 7)',
      ],
      `ALTER ROLE ${CENTRAL_ROLE} NOBYPASSRLS`,
    ],
  };

  test.each(Object.entries(OWN))('%s is seen', async (_name, [side, before, after]) => {
    await using pair = await freshDatabases({ sourceServer: server, centralServer: server });
    await at(pair, side, ...TABLES, ...before);
    const memory = openMemory();
    const was = await read(pair, side, memory);
    expect(await read(pair, side, memory)).toEqual(was);
    await at(pair, side, after);

    const found = await read(pair, side, memory);

    expect(found).not.toEqual(was);
    expect(found).toEqual(await read(pair, side));
  });

  test('a table that somebody has locked is not waited for, and its defaults are read when it is free', async () => {
    await using pair = await freshDatabases({ sourceServer: server, centralServer: server });
    await at(pair, 'source', ...TABLES);
    const whole = await read(pair, 'source');
    const known = openMemory();
    await read(pair, 'source', known);
    const unknown = openMemory();
    const owner = await pair.source.connectAdmin();
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE adempiere.item');

    expect(await read(pair, 'source', known)).toEqual(whole);
    const [, item] = await read(pair, 'source', unknown);
    expect(item).toMatchObject({ name: 'item', columns: [{}, {}, { name: 'note', defaultExpression: '' }] });

    await owner.query('ROLLBACK');
    await owner.end();
    expect(await read(pair, 'source', unknown)).toEqual(whole);
  });

  test.each(['', 'null', '[]', '{"reading":1', '{"reading":"","rows":"","facts":"","size":{}}'])(
    'what is remembered of rows may be %j: all is read whole',
    async (text) => {
      await using pair = await freshDatabases({ sourceServer: server, centralServer: server });
      await at(pair, 'source', ...TABLES);
      const memory = openMemory();
      const whole = await read(pair, 'source', memory);
      for (const name of memory.texts.rows.keys()) memory.texts.rows.set(name, text);

      expect(await read(pair, 'source', memory)).toEqual(whole);
      expect((await ask(pair, 'source', memory)).asked).toHaveLength(1);
    },
  );
});
