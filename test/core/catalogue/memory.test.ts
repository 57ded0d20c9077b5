import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_MEMORY } from '../../../src/core/catalogue/memory.ts';
import { readTables, type TableChoice } from '../../../src/core/catalogue/read.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { SOURCE_GRANTS } from '../../../src/demo/endpoint.ts';
import { atBranch, run } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { connectTo, startServer, type TestServer } from '../../support/servers.ts';
import { OTHER_VERSIONS, serverOf } from '../../support/versions.ts';
import { type OpenMemory, openMemory } from './support/memory.ts';

async function read(pair: DatabasePair, memory = NO_MEMORY, choice?: TableChoice) {
  using home = makeHome(pair);
  const [endpoint] = loadSettings(home.folder).connections;
  if (endpoint === undefined) throw new Error('the home has a connection');
  const about = { side: 'source', connection: endpoint.id, applicationName: 'test' } as const;
  const options = { ...about, endpoint, folder: home.folder, timeouts: DEFAULT_TIMEOUTS };
  await using session = await Session.open(options);
  return await readTables(session, session.version(), 'adempiere', choice, memory);
}

const TABLES = [
  'CREATE DOMAIN sum AS numeric(12,2)',
  "CREATE TYPE mood AS ENUM ('good', 'bad')",
  'CREATE TABLE item (id int PRIMARY KEY, code varchar(20) NOT NULL, price sum, mood mood, note text)',
  'CREATE TABLE calm (id int PRIMARY KEY, note text)',
  'CREATE VIEW seen AS SELECT id FROM item',
];

/** Each changes what a reader of the catalogue has to know of `item`. */
const CHANGES: readonly (readonly [string, ...string[]])[] = [
  ['a new column', 'ALTER TABLE item ADD COLUMN city text'],
  ['a renamed column', 'ALTER TABLE item RENAME note TO remark'],
  ['a dropped column', 'ALTER TABLE item DROP COLUMN note'],
  [
    'a column dropped and added again',
    'ALTER TABLE item DROP COLUMN note',
    'ALTER TABLE item ADD COLUMN note text',
  ],
  ['another type', 'ALTER TABLE item ALTER note TYPE varchar(90)'],
  ['another length', 'ALTER TABLE item ALTER code TYPE varchar(21)'],
  ['a default', "ALTER TABLE item ALTER note SET DEFAULT 'none'"],
  ['an identity', 'ALTER TABLE item ALTER id ADD GENERATED ALWAYS AS IDENTITY'],
  ['a constraint NOT NULL', 'ALTER TABLE item ALTER note SET NOT NULL'],
  ['a constraint NOT NULL less', 'ALTER TABLE item ALTER code DROP NOT NULL'],
  ['a unique key more', 'ALTER TABLE item ADD UNIQUE (code)'],
  ['another primary key', 'ALTER TABLE item DROP CONSTRAINT item_pkey, ADD PRIMARY KEY (id, code)'],
  ['another name of the primary key', 'ALTER TABLE item RENAME CONSTRAINT item_pkey TO item_key'],
  ['a foreign key', 'ALTER TABLE item ADD FOREIGN KEY (id) REFERENCES calm'],
  ['another collation', 'ALTER TABLE item ALTER code TYPE varchar(20) COLLATE "C"'],
  [
    'swapped names',
    'ALTER TABLE calm RENAME TO was',
    'ALTER TABLE item RENAME TO calm',
    'ALTER TABLE was RENAME TO item',
  ],
  ['a table made anew', 'DROP TABLE item CASCADE', TABLES[2] ?? ''],
  ['a label more', "ALTER TYPE mood ADD VALUE 'fair' BEFORE 'bad'"],
  ['a label renamed', "ALTER TYPE mood RENAME VALUE 'bad' TO 'ill'"],
];

describe.each([18, ...OTHER_VERSIONS])('on PostgreSQL %i', (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = major === 18 ? await startServer() : await serverOf(major);
  });
  afterAll(() => server.remove());

  /** A branch whose catalogue is remembered as it is. */
  async function remembered(): Promise<{ pair: DatabasePair; memory: OpenMemory }> {
    const pair = await freshDatabases({ sourceServer: server });
    await atBranch(pair, ...TABLES);
    const memory = openMemory();
    await read(pair, memory);
    expect(memory.fresh).toEqual(['calm', 'item', 'seen', 'types']);
    memory.fresh.length = 0;
    return { pair, memory };
  }

  test('what is known already is not sent again, be it read whole or in part', async () => {
    const { pair, memory } = await remembered();
    await using _ = pair;
    const whole = await read(pair);

    expect(await read(pair, memory)).toEqual(whole);
    expect(await read(pair, memory, ['item'])).toEqual(whole.filter((one) => one.name === 'item'));
    expect(await read(pair, memory, { typed: ['Calm'] })).toEqual(whole.filter((one) => one.name === 'calm'));

    // The types of one table alone are remembered apart from those of all, unless they are the same.
    expect(memory.fresh).toEqual([]);
  });

  test.each(CHANGES)('%s is seen, whatever is remembered', async (_name, ...statements) => {
    const { pair, memory } = await remembered();
    await using _ = pair;
    const before = await read(pair);
    await atBranch(pair, ...statements);

    const after = await read(pair, memory);

    expect(after).toEqual(await read(pair));
    expect(after).not.toEqual(before);
    expect(memory.fresh.length).toBeGreaterThan(0);
    memory.fresh.length = 0;
    await read(pair, memory);
    expect(memory.fresh).toEqual([]);
  });

  test('comments, rights and rows leave a shape as it is; its size is always today’s', async () => {
    const { pair, memory } = await remembered();
    await using _ = pair;
    await atBranch(
      pair,
      "COMMENT ON TABLE item IS 'goods'",
      'REVOKE SELECT ON item FROM branchline_read',
      "INSERT INTO calm SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n",
      'ANALYZE calm',
    );

    const after = await read(pair, memory);

    expect(memory.fresh).toEqual([]);
    expect(after).toEqual(await read(pair));
    expect(after.find((one) => one.name === 'calm')).toMatchObject({ estimatedRows: 5000 });
  });

  test('texts that are damaged, of another table or of another database are not believed', async () => {
    const { pair, memory } = await remembered();
    await using _ = pair;
    const whole = await read(pair);
    const { table, types } = memory.texts;
    const [item = '', calm = ''] = [table.get('item'), table.get('calm')];
    const damages: readonly (readonly [string, string])[] = [
      ['item', item.slice(0, -1)],
      ['item', item.replace('"id"', '"di"')],
      ['item', ''],
      ['item', 'null'],
      ['item', calm],
    ];
    for (const [name, text] of damages) {
      table.set(name, text);
      memory.fresh.length = 0;
      expect(await read(pair, memory)).toEqual(whole);
      expect(memory.fresh).toEqual([name]);
    }
    for (const name of types.keys()) types.set(name, '[]');
    expect(await read(pair, memory)).toEqual(whole);

    await using other = await freshDatabases({ sourceServer: server });
    await atBranch(other, ...TABLES, 'ALTER TABLE item ADD COLUMN city text');
    expect(await read(other, memory)).toEqual(await read(other));
  });

  test('a table that is gone is forgotten by the next reading of all', async () => {
    const { pair, memory } = await remembered();
    await using _ = pair;
    await atBranch(pair, 'DROP TABLE calm');

    await read(pair, memory, ['item']);
    expect([...memory.texts.table.keys()]).toContain('calm');
    await read(pair, memory);
    expect([...memory.texts.table.keys()]).toEqual(['item', 'seen']);
  });
});

test('names beyond ASCII are remembered in a database of any encoding', async () => {
  await using pair = await freshDatabases();
  const { database } = pair.source;
  const owner = await connectTo(pair.source);
  await owner.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await owner.query(`CREATE DATABASE ${database} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
  await owner.end();
  await run(pair.source, ...SOURCE_GRANTS);
  await atBranch(pair, `CREATE TABLE "Größe" ("Schlüssel" text PRIMARY KEY, wert text DEFAULT 'ä')`);
  const memory = openMemory();
  const whole = await read(pair, memory);
  expect(memory.fresh).toEqual(['Größe']);

  expect(await read(pair, memory)).toEqual(whole);
  expect(await read(pair, memory, { typed: ['größe'] })).toEqual(whole);
  expect(memory.fresh).toEqual(['Größe']);
});
