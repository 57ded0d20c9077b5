import { expect, test } from 'vitest';
import { atBranch, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';
import { binWithResetWal, freezeAll, moveNextId, nextId, useIds } from './support/moveIds.ts';
import { strategyOf } from './support/strategyOf.ts';

/** Below 2³¹ − 10⁷ by half a million, and the beginning of a file of pg_xact. */
const JUST_BELOW = 0x7f60_0000;
/** A quarter of the circle: as far as the server lets ids go between two freezes, with room to spare. */
const QUARTER = 0x4000_0000;
const LAST_IDS = 0xffff_f000;

test('marks hold up to half of the 32-bit circle and not beyond, and across its end', async ({ skip }) => {
  const bin = binWithResetWal();
  if (bin === null)
    skip('there is no pg_resetwal: install the Debian package postgresql (apt-get install postgresql)');
  if (bin === null) return;
  await using sourceServer = await startServer({ bin, settings: { autovacuum: 'off' } });
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 1000) n",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  const syncItem = async () => {
    const { batch, table } = await sync(engine);
    expect(table('item').status).toBe('completed');
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
    const [strategy, reason] = strategyOf(engine, batch.batch_id, 'item');
    const { records_processed: processed, records_deleted: deleted } = table('item');
    return { strategy, reason, processed, deleted };
  };
  await syncItem();

  await moveNextId(sourceServer, bin, JUST_BELOW);
  await atBranch(pair, "UPDATE item SET note = 'just below' WHERE id = 1", 'DELETE FROM item WHERE id = 2');
  expect(await syncItem()).toEqual({ strategy: 'changes', reason: 'row_versions', processed: 1, deleted: 1 });

  const marked = await nextId(sourceServer);
  await freezeAll(sourceServer);
  await moveNextId(sourceServer, bin, JUST_BELOW + QUARTER);
  await atBranch(pair, "UPDATE item SET note = 'far' WHERE id = 3", 'DELETE FROM item WHERE id = 4');
  await freezeAll(sourceServer);
  await moveNextId(sourceServer, bin, JUST_BELOW + 2 * QUARTER);
  await atBranch(pair, "UPDATE item SET note = 'farther' WHERE id = 5");
  expect((await nextId(sourceServer)) - marked).toBeGreaterThan(2n ** 31n - 10n ** 7n);
  expect(await syncItem()).toMatchObject({ reason: 'too_old', processed: 2, deleted: 1 });

  await freezeAll(sourceServer);
  await moveNextId(sourceServer, bin, LAST_IDS);
  await atBranch(pair, "UPDATE item SET note = 'before the end of the circle' WHERE id = 6");
  await useIds(sourceServer, 2 ** 32 - LAST_IDS + 1000);
  await atBranch(pair, "UPDATE item SET note = 'behind it' WHERE id = 7", 'DELETE FROM item WHERE id = 8');
  expect(await nextId(sourceServer)).toBeGreaterThan(2n ** 32n);
  expect(await syncItem()).toEqual({ strategy: 'changes', reason: 'row_versions', processed: 2, deleted: 1 });

  await atBranch(pair, "UPDATE item SET note = 'in the next round' WHERE id = 9");
  expect(await syncItem()).toEqual({ strategy: 'changes', reason: 'row_versions', processed: 1, deleted: 0 });
});
