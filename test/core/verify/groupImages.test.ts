import { afterAll, beforeAll, expect, test } from 'vitest';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import type { TestServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';
import { PAIRS, TYPES } from '../compare/imagePairs.ts';
import { all, verifyAll, watchedHome } from './support.ts';

const TABLES = PAIRS.map(([name]) => `of_${name}`);

/** A table for each type, and one more that has all of them: all are compared by a few queries. */
const CREATE = [
  ...PAIRS.map(([name, type]) => `CREATE TABLE of_${name} (id integer PRIMARY KEY, value ${type})`),
  `CREATE TABLE of_all (id integer PRIMARY KEY, ${PAIRS.map(([name, type]) => `${name} ${type}`).join(', ')})`,
  ...PAIRS.flatMap(([name, , value]) =>
    [1, 2, 3].map((id) => `INSERT INTO of_${name} VALUES (${id}, ${value})`),
  ),
  `INSERT INTO of_all VALUES (1, ${PAIRS.map((one) => one[2]).join(', ')})`,
];

async function findsEachImage(pair: DatabasePair): Promise<void> {
  await atBranch(pair, ...TYPES, ...CREATE);
  await settled(pair.source);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  expect((await sync(engine)).batch.status).toBe('completed');

  const equal = await verifyAll(engine, watched);

  expect(equal.results).toEqual(all([...TABLES, 'of_all'], 'equal'));
  expect(equal.row('of_scale')).toMatchObject({ source_rows: 3, central_rows: 3, left_out: [] });
  expect(equal.trips.central).toBeLessThanOrEqual(4);

  await atCentral(
    pair,
    ...PAIRS.map(([name, , , other]) => `UPDATE of_${name} SET value = ${other} WHERE id = 2`),
    `UPDATE of_all SET ${PAIRS[0]?.[0]} = ${PAIRS[0]?.[3]}`,
  );

  const differs = await verifyAll(engine, watched);

  expect(differs.results).toEqual(all([...TABLES, 'of_all'], 'differs'));
  for (const table of TABLES) expect(differs.row(table).examples).toEqual([['2']]);
}

test('a change of one sign, scale, blank or unit is found where many tables are compared together', async () => {
  await using pair = await freshDatabases();
  await findsEachImage(pair);
});

let older: TestServer;
beforeAll(async () => {
  older = await serverOf(15, { timezone: 'Asia/Jakarta' });
});
afterAll(() => older.remove());

test.each(['source', 'central'] as const)(
  'PostgreSQL 15 as %s and 18 at the other end have the same digests of many tables',
  async (side) => {
    await using pair = await freshDatabases(
      side === 'source' ? { sourceServer: older } : { centralServer: older },
    );
    await findsEachImage(pair);
  },
);
