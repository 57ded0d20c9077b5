import { expect, test } from 'vitest';
import { simulateDay } from '../../../src/demo/erp/simulateDay.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

test('reading everything again writes nothing where nothing has changed', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair);
  await using engine = home.open();
  await engine.syncAll({ trigger: 'cli' });

  const again = await engine.syncAll({ trigger: 'cli', strategy: 'full' });

  const keyed = engine.batch(again.batch_id).tables.filter((row) => row.strategy === 'full');
  expect(keyed.length).toBeGreaterThan(20);
  expect(keyed.filter((row) => row.records_processed + row.records_deleted > 0)).toEqual([]);
  expect(keyed.reduce((sum, row) => sum + row.records_skipped, 0)).toBeGreaterThan(10_000);
});

test("a day's work at the branch, deletes included, arrives with the next sync", async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { sync: { chunkRows: 500 } });
  await using engine = home.open();
  await engine.syncAll({ trigger: 'cli' });
  const branch = await pair.source.connectAdmin();
  await simulateDay(async (sql) => void (await branch.query(sql)));
  await branch.end();

  const batch = await engine.syncAll({ trigger: 'cli' });

  expect(engine.batch(batch.batch_id).tables.filter((row) => row.status !== 'completed')).toEqual([]);
  expect(engine.batch(batch.batch_id).tables.some((row) => row.records_deleted > 0)).toBe(true);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});
