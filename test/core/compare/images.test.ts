import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';
import { PAIRS, TYPES } from './imagePairs.ts';
import { verifyTable } from './support.ts';

const TABLE = `CREATE TABLE every (id integer PRIMARY KEY, ${PAIRS.map(([name, type]) => `${name} ${type}`).join(', ')})`;
/** A row for each pair, and one that nothing happens to. */
const ROWS = [...PAIRS, 'untouched'].map(
  (_, id) => `INSERT INTO every VALUES (${[id, ...PAIRS.map((one) => one[2])].join(', ')})`,
);

/** In one pass over all: a change that is not found is one row less in what differs, and stays. */
async function findsEachImage(pair: DatabasePair): Promise<void> {
  await atBranch(pair, ...TYPES, TABLE, ...ROWS);
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await verifyTable(engine, 'every')).toMatchObject({
    result: 'equal',
    left_out: [],
    source_rows: ROWS.length,
  });
  const untouched = await imagesOf(pair);
  expect(new Set(untouched).size).toBe(1);

  await atCentral(
    pair,
    ...PAIRS.map(([name, , , other], id) => `UPDATE every SET ${name} = ${other} WHERE id = ${id}`),
  );
  expect(await verifyTable(engine, 'every')).toMatchObject({
    result: 'differs',
    different_rows: PAIRS.length,
  });
  const mended = await verifyTable(engine, 'every', true);
  const images = await imagesOf(pair);
  expect(PAIRS.map(([name]) => name).filter((_, id) => images[id] !== untouched[id])).toEqual([]);
  expect(mended).toMatchObject({ result: 'repaired', repaired_rows: PAIRS.length });
}

/** Each row at head office without its key, as text. */
async function imagesOf(pair: DatabasePair): Promise<readonly (string | null)[]> {
  const names = PAIRS.map(([name]) => name).join(', ');
  const rows = await fromCentral(pair, `SELECT ROW(${names})::text FROM every ORDER BY id`);
  return rows.map(([image = null]) => image);
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
