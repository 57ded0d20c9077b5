import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { sayNotice } from '../../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { runCli } from '../../cli/run.ts';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, listen, makeHome } from '../../support/home.ts';

const TABLES = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')",
  'CREATE TABLE good (id int PRIMARY KEY)',
  'INSERT INTO good VALUES (1)',
];

/** The notices of a batch about tables that are gone, as sentences. */
async function told(engine: Engine, request: Parameters<typeof sync>[1] = {}): Promise<readonly string[]> {
  const events = listen(engine);
  const { batch } = await sync(engine, request);
  expect(batch.status).toBe('completed');
  return events.flatMap((event) =>
    event.type === 'notice' && event.notice.code === 'left_behind'
      ? [sayNotice('Lampung', event.notice, createTranslator('en'))]
      : [],
  );
}

function standing(engine: Engine): readonly string[] {
  return engine.standing().leftBehind.map((one) => `${one.connection}/${one.table}`);
}

function change(home: Home, part: Readonly<Record<string, unknown>>): void {
  const file = join(home.folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  const [connection] = settings.connections;
  writeFileSync(file, JSON.stringify({ ...settings, connections: [{ ...connection, ...part }] }));
}

const GONE: Readonly<Record<string, string>> = {
  dropped: 'DROP TABLE item',
  renamed: 'ALTER TABLE item RENAME TO items',
  'moved to another schema': 'CREATE SCHEMA archive; ALTER TABLE item SET SCHEMA archive',
};

for (const layout of ['stamp', 'schema', 'auto'] as const) {
  for (const [what, statement] of Object.entries(GONE)) {
    test(`a table that is ${what} at the branch is told in each batch and in the standing, layout ${layout}`, async () => {
      await using pair = await freshDatabases();
      await atBranch(pair, ...TABLES);
      using home = makeHome(pair, { central: { layout } });
      await using engine = home.open();
      expect(await told(engine)).toEqual([]);
      await atBranch(pair, statement);

      for (const _ of [1, 2]) {
        const [sentence, ...more] = await told(engine);
        expect(more).toEqual([]);
        expect(sentence).toContain('no longer at the branch');
        expect(sentence).toContain('nothing was removed: item.');
        expect(standing(engine)).toEqual([`${CONNECTION}/item`]);
      }

      const place = layout === 'schema' ? CONNECTION : 'public';
      expect(await fromCentral(pair, `SELECT count(*) FROM ${place}.item`)).toEqual([['2']]);
      expect(engine.standing().attention).toEqual([]);
    });
  }
}

async function withGone(pair: DatabasePair, home: Home): Promise<Engine> {
  await atBranch(pair, ...TABLES);
  const engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DROP TABLE item');
  expect(await told(engine)).toHaveLength(1);
  return engine;
}

test.each([
  ['dropped the table', 'DROP TABLE item'],
  ['removed its rows', `DELETE FROM item WHERE source_connection = '${CONNECTION}'`],
])('a table that is gone is told no more once head office has %s', async (_what, statement) => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await using engine = await withGone(pair, home);
  await atCentral(pair, "INSERT INTO item VALUES ('another_branch', 1, 'gula')", statement);

  expect(await told(engine)).toEqual([]);
  expect(standing(engine)).toEqual([]);
});

test('a table that is gone is told no more once a person has taken it out of the settings', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await (await withGone(pair, home))[Symbol.asyncDispose]();
  change(home, { exclude: ['item'] });

  await using engine = home.open();
  // At once, and not after the next batch.
  expect(standing(engine)).toEqual([]);
  expect(await told(engine)).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);
});

test('a table that comes back goes on, and is told no more', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await using engine = await withGone(pair, home);
  await atBranch(pair, ...TABLES.slice(0, 1), "INSERT INTO item VALUES (2, 'teh'), (3, 'susu')");

  expect(await told(engine)).toEqual([]);
  expect(standing(engine)).toEqual([]);
  expect(await fromCentral(pair, 'SELECT id, name FROM item ORDER BY id')).toEqual([
    ['2', 'teh'],
    ['3', 'susu'],
  ]);
});

test('a table that comes back and is copied alone is told no more', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await using engine = await withGone(pair, home);
  await atBranch(pair, ...TABLES.slice(0, 2));

  await sync(engine, { tables: ['good'] });
  expect(standing(engine)).toEqual([`${CONNECTION}/item`]);
  await sync(engine, { tables: ['item'] });
  expect(standing(engine)).toEqual([]);
});

test('a table that the settings name is told like one of a pattern', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair, { connection: { tables: ['item', 'good'] } });
  await using engine = await withGone(pair, home);
  expect(standing(engine)).toEqual([`${CONNECTION}/item`]);
});

test('where all tables of a pattern are gone, and others are left, they are told', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...TABLES,
    'CREATE TABLE item_line (id int PRIMARY KEY)',
    'INSERT INTO item_line VALUES (1)',
  );
  using home = makeHome(pair, { connection: { tables: ['item*', 'good'] } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DROP TABLE item, item_line');

  const [sentence] = await told(engine);
  expect(sentence).toContain('item, item_line.');
});

test('tables that other connections copy, and those that were never copied, are not told', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...TABLES);
  await run(
    pair.central,
    'CREATE TABLE theirs (source_connection text, id int)',
    "INSERT INTO theirs VALUES ('x', 1)",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await run(
    pair.central,
    "INSERT INTO branchline.sources (connection, installation, host) VALUES ('x', gen_random_uuid(), 'h')",
    "INSERT INTO branchline.checkpoints (connection, table_name, state) VALUES ('x', 'theirs', 'done')",
  );
  expect(await told(engine)).toEqual([]);
  expect(standing(engine)).toEqual([]);
});

test('a table whose journal was lost is told all the same', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await (await withGone(pair, home))[Symbol.asyncDispose]();
  using later = makeHome(pair);
  writeFileSync(
    join(later.folder, 'installation.json'),
    readFileSync(join(home.folder, 'installation.json')),
  );
  await using engine = later.open();

  expect(await told(engine)).toHaveLength(1);
  expect(standing(engine)).toEqual([`${CONNECTION}/item`]);
});

test('sync-status names what is gone, with what to do', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await (await withGone(pair, home))[Symbol.asyncDispose]();

  const { stdout } = await runCli(['--data-dir', home.folder, 'sync-status']);
  expect(stdout).toContain(`${CONNECTION}/item is no longer at the branch since`);
  expect(stdout).toContain('"exclude"');
  expect(stdout).not.toContain('All tables are up to date');
  const json = await runCli(['--data-dir', home.folder, 'sync-status', '--json']);
  expect(JSON.parse(json.stdout).open.left_behind).toMatchObject([
    { connection: CONNECTION, table_name: 'item' },
  ]);
});
