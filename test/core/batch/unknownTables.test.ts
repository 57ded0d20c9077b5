import { expect, test } from 'vitest';
import { badPlace, openImpatient } from '../../faults/support/place.ts';
import { atBranch } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { startProxy } from '../../support/proxy.ts';

test('a branch that cannot be read fails as one row, which its tables replace when the batch goes on', async () => {
  await using pair = await freshDatabases();
  await using source = await startProxy(pair.source);
  await atBranch(pair, 'CREATE TABLE "*" (id int PRIMARY KEY)', 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = badPlace(pair, { source, connection: { tables: ['*'] } });
  await using engine = openImpatient(home, {}, { unreachable: 0 });
  source.refuse();

  const failed = await engine.syncAll({ trigger: 'cli' });
  expect(failed).toMatchObject({ status: 'failed', total_tables: 1 });
  expect(engine.batch(failed.batch_id).tables).toMatchObject([
    { all_tables: true, error_code: 'source_unreachable' },
  ]);
  expect(engine.standing().attention).toMatchObject([
    { retrying: [{ connection: 'pgsql_lmp', allTables: true }] },
  ]);
  expect((await engine.verify({ trigger: 'cli' })).tables).toMatchObject([
    { all_tables: true, result: 'failed' },
  ]);
  expect(engine.verifications()).toEqual([]);

  await source.accept();
  expect(await engine.resume(failed.batch_id, { trigger: 'cli' })).toMatchObject({
    batch: { status: 'completed' },
  });
  const { tables } = engine.batch(failed.batch_id);
  expect(tables.map((row) => [row.table_name, row.all_tables, row.status]).sort()).toEqual([
    ['*', false, 'completed'],
    ['item', false, 'completed'],
  ]);
});
