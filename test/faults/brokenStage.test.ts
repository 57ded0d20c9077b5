import { expect, test } from 'vitest';
import { stageTable } from '../../src/core/target/apply.ts';
import { atCentral } from '../support/branch.ts';
import { freshDatabases, type TestDatabase } from '../support/databases.ts';
import { CONNECTION } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { startRunner } from '../support/runner.ts';
import { startServer } from '../support/servers.ts';
import { changeEveryLine, differencesOfFew, FEW, LINES } from './support/few.ts';
import { rowInto } from './support/moments.ts';
import { badPlace } from './support/place.ts';

/** What no commit waits for stays off the disk for the length of the test. */
const LAZY = { wal_writer_delay: '10s' };
const CHUNK_ROWS = 500;

test.each([
  { stage: 'made', after: 100 },
  { stage: 'emptied', after: CHUNK_ROWS + 100 },
])(
  'central starts again after it died behind a chunk that broke when its staging table was $stage',
  async ({ after }) => {
    await using central = await startServer({ settings: LAZY });
    await using pair = await freshDatabases({ scale: 0.05, centralServer: central });
    await using proxy = await startProxy(central);
    using home = badPlace(pair, {
      central: proxy,
      connection: { tables: FEW },
      sync: { chunkRows: CHUNK_ROWS, parallelTables: 1 },
    });
    {
      await using engine = home.open();
      await engine.syncAll({ trigger: 'cli' });
    }
    await changeEveryLine(pair);

    const frozen = proxy.trap(rowInto(stageTable(CONNECTION, LINES), after), 'freeze');
    const runner = await startRunner(home.folder);
    const { batch } = await runner.event('batch_started');
    await frozen;
    // Takes all that was done before to the disk, but not the end of the chunk.
    await atCentral(pair, 'CREATE TABLE somebody_else (n int)');
    await runner.kill();
    proxy.cutAll();
    await untilAlone(pair.central);
    await central.kill();
    await central.restart();

    await using engine = home.open();
    await engine.resume(batch.batch_id, { trigger: 'cli' });
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  },
);

/** Waits until no session of ours is left: what they had open is rolled back. */
async function untilAlone(central: TestDatabase): Promise<void> {
  const admin = await central.connectAdmin();
  try {
    const query = "SELECT FROM pg_stat_activity WHERE application_name LIKE 'branchline/%'";
    while ((await admin.query(query)).rowCount !== 0);
  } finally {
    await admin.end();
  }
}
