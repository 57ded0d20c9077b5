import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VerifyResult } from '../../src/shared/verify.ts';
import { atBranch, atCentral, fromCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { changeSettings, HOUR_MS, type Watched, watchService } from './support.ts';

const WEEK_MS = 8 * 24 * HOUR_MS;
const TABLES = [
  'CREATE TABLE c_invoice (id integer PRIMARY KEY, total numeric)',
  'INSERT INTO c_invoice SELECT g, g FROM generate_series(1, 20) g',
  'CREATE TABLE c_order (id integer PRIMARY KEY, total numeric)',
  'INSERT INTO c_order SELECT g, g FROM generate_series(1, 20) g',
];

/** Two branches `a` and `b` with the same tables, each mirrored into a schema of its own. */
async function twoBranches(sync: Readonly<Record<string, unknown>> = {}) {
  const pair = await freshDatabases();
  await atBranch(pair, ...TABLES);
  // Else another test's open transaction makes these rows newer than the first run, and no edit is told.
  await settled(pair.source);
  const home = makeHome(pair, { central: { layout: 'schema' }, sync });
  const { connections } = JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  changeSettings(home.folder, { connections: ['a', 'b'].map((id) => ({ ...connections[0], id })) });
  return {
    pair,
    home,
    async [Symbol.asyncDispose]() {
      home[Symbol.dispose]();
      await pair.drop();
    },
  };
}

/** Somebody at head office edits rows, and puts one in the place of another: the counts stay as they are. */
const editAtCentral = (pair: DatabasePair): Promise<void> =>
  atCentral(
    pair,
    'UPDATE a.c_invoice SET total = 99 WHERE id = 2',
    'UPDATE a.c_invoice SET id = 999 WHERE id = 3',
    'UPDATE b.c_order SET total = 99 WHERE id = 5',
  );

const differing = ({ service }: Watched): readonly string[] =>
  service.status().differing.map((one) => `${one.connection}/${one.table}`);

async function aWeekLater(watched: Watched): Promise<void> {
  watched.clock.jump(WEEK_MS);
  await watched.service.runNow();
  await watched.quiet();
}

test('what head office changed is found by the weekly verify, reported until it is repaired, and repaired by one call (A10)', async () => {
  await using world = await twoBranches();
  const { pair, home } = world;
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await editAtCentral(pair);
  await aWeekLater(watched);
  expect(differing(watched)).toEqual(['a/c_invoice', 'b/c_order']);

  // Batches that look at what the branch has changed say nothing of it.
  await watched.service.runNow();
  await watched.quiet();
  expect(differing(watched)).toEqual(['a/c_invoice', 'b/c_order']);

  const only = [{ connection: 'b', table: 'c_order' }];
  const mended = await watched.service.verifyNow({ only, repair: true });
  expect(mended.tables.map((row) => [row.connection, row.table_name, row.result])).toEqual([
    ['b', 'c_order', VerifyResult.Repaired],
  ]);
  expect(differing(watched)).toEqual(['a/c_invoice']);
  expect(await fromCentral(pair, 'SELECT total FROM a.c_invoice WHERE id = 2')).toEqual([['99']]);
  await watched.service.verifyNow({ only: [{ connection: 'a', table: 'c_invoice' }], repair: true });
  expect(differing(watched)).toEqual([]);
  expect(await fromCentral(pair, 'SELECT total FROM a.c_invoice WHERE id IN (2, 3) ORDER BY id')).toEqual([
    ['2'],
    ['3'],
  ]);
});

test('with "onDifference": "repair" the verify repairs what it finds, and says so once (A10)', async () => {
  await using world = await twoBranches({ onDifference: 'repair' });
  const { pair, home } = world;
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await editAtCentral(pair);
  const told: string[][] = [];
  watched.service.on((event) => {
    if (event.type === 'status' && event.status.activity.kind === 'idle') told.push([...differing(watched)]);
  });
  await aWeekLater(watched);
  await watched.quiet();
  expect(watched.events.filter((one) => one.type === 'differences_mended')).toMatchObject([
    { tables: [{ connection: 'a', table: 'c_invoice' }] },
    { tables: [{ connection: 'b', table: 'c_order' }] },
  ]);
  expect(differing(watched)).toEqual([]);
  // Nobody was asked for what was being mended.
  expect(told.flat()).not.toContain('a/c_invoice');
  expect(await fromCentral(pair, 'SELECT total FROM b.c_order WHERE id = 5')).toEqual([['5']]);
});

test('a pass that compares or sends all rows repairs it too, and ends the difference (A10)', async () => {
  await using world = await twoBranches();
  const { pair, home } = world;
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await editAtCentral(pair);
  await watched.service.verifyNow();
  expect(differing(watched)).toEqual(['a/c_invoice', 'b/c_order']);
  await watched.service.runNow({ connections: ['a'], strategy: 'compare' });
  expect(differing(watched)).toEqual(['b/c_order']);
  await watched.service.runNow({ connections: ['b'], tables: ['c_order'], strategy: 'full' });
  expect(differing(watched)).toEqual([]);
  const after = await watched.service.verifyNow();
  expect(new Set(after.tables.map((row) => row.result))).toEqual(new Set([VerifyResult.Equal]));
});

test('a repair that would delete too many rows asks, and continues with consent (A10)', async () => {
  await using world = await twoBranches();
  const { pair, home } = world;
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await atCentral(pair, 'INSERT INTO a.c_invoice SELECT g, 1 FROM generate_series(1000, 5000) g');
  await watched.service.verifyNow();
  const only = [{ connection: 'a', table: 'c_invoice' }];
  await watched.service.verifyNow({ only, repair: true });
  expect(watched.service.status().differing).toMatchObject([
    { connection: 'a', table: 'c_invoice', failure: { code: 'too_many_deletes' } },
  ]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM a.c_invoice')).toEqual([['4021']]);
  await watched.service.verifyNow({ only, repair: true, allowDeletes: true });
  expect(differing(watched)).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM a.c_invoice')).toEqual([['20']]);
});
