import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';
import { PAIRS, TYPES } from './imagePairs.ts';
import { verifyTable } from './support.ts';

const TABLE = `CREATE TABLE every (id integer PRIMARY KEY, ${PAIRS.map(([name, type]) => `${name} ${type}`).join(', ')})`;
const ROWS = [1, 2, 3].map(
  (id) => `INSERT INTO every VALUES (${[id, ...PAIRS.map((one) => one[2])].join(', ')})`,
);

async function findsEachImage(pair: DatabasePair): Promise<void> {
  await atBranch(pair, ...TYPES, TABLE, ...ROWS);
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await verifyTable(engine, 'every')).toMatchObject({ result: 'equal', left_out: [], source_rows: 3 });

  const found: Record<string, unknown> = {};
  for (const [name, , , other] of PAIRS) {
    await atCentral(pair, `UPDATE every SET ${name} = ${other} WHERE id = 2`);
    const { result, different_rows, examples } = await verifyTable(engine, 'every');
    found[name] = [result, different_rows, examples];
    const mended = await verifyTable(engine, 'every', true);
    expect([name, mended.result, mended.repaired_rows]).toEqual([name, 'repaired', 1]);
  }
  expect(found).toEqual(Object.fromEntries(PAIRS.map(([name]) => [name, ['differs', 1, [['2']]]])));
}

test('a change of one sign, scale, blank or unit is found in every type, and mended', async () => {
  await using pair = await freshDatabases();
  await findsEachImage(pair);
});

const BIN_15 = '/usr/lib/postgresql/15/bin';

test.skipIf(!existsSync(BIN_15)).each(['source', 'central'] as const)(
  'PostgreSQL 15 as %s and 18 at the other end have the same digests of every type',
  async (side) => {
    await using older = await startServer({
      bin: BIN_15,
      settings: { timezone: 'Asia/Jakarta', jit: 'off' },
    });
    await using pair = await freshDatabases(
      side === 'source' ? { sourceServer: older } : { centralServer: older },
    );
    await findsEachImage(pair);
  },
);
