import { expect, test } from 'vitest';
import { BatchStatus } from '../../../src/shared/status.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';

test('a batch brings every row of every table to central, and says how many', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair);
  await using engine = home.open();
  const events = listen(engine);

  const batch = await engine.syncAll({ trigger: 'cli' });

  const { tables } = engine.batch(batch.batch_id);
  expect(
    tables.filter((row) => row.status !== 'completed').map((row) => [row.table_name, row.error_detail]),
  ).toEqual([]);
  expect(batch.status).toBe(BatchStatus.Completed);
  expect(batch.completed_tables).toBe(batch.total_tables);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(events.at(0)?.type).toBe('batch_started');
  expect(events.at(-1)?.type).toBe('batch_ended');
});
