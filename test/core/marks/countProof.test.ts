import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

// A server of its own: see changes.test.ts.
let sourceServer: TestServer;
beforeAll(async () => {
  sourceServer = await startServer();
});
afterAll(() => sourceServer.remove());

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 2000) n",
];

/** Behind where the pass was stopped: one row more, one row fewer, so that the counts are as they were. */
const CANCEL_OUT = ['DELETE FROM item WHERE id = 300', "INSERT INTO item VALUES (-1, 'behind')"];

/** What the pass that is cut off does. */
const PASSES: Readonly<Record<string, (pair: DatabasePair, engine: Engine) => Promise<void>>> = {
  'a first load': async () => {},
  'a pass over what changed': async (pair, engine) => {
    await sync(engine);
    await atBranch(pair, "UPDATE item SET note = 'new'");
  },
};

/** How it goes on. */
const ENDS: Readonly<Record<string, (engine: Engine, batchId: string) => Promise<unknown>>> = {
  'resumed under its id': (engine, batchId) => engine.resume(batchId, { trigger: 'cli' }),
  'gone on with by the next batch': (engine) => sync(engine),
};

describe('a row inserted behind the checkpoint and one deleted there cancel out, and are both seen', () => {
  for (const [pass, prepare] of Object.entries(PASSES)) {
    for (const [end, goOn] of Object.entries(ENDS)) {
      test(`in ${pass} that is cut off and ${end}`, async () => {
        await using pair = await freshDatabases({ sourceServer });
        await atBranch(pair, ...ITEM);
        using home = makeHome(pair, { sync: { chunkRows: 200 } });
        await using engine = home.open();
        await prepare(pair, engine);
        const batchId = await cutOffAt(engine, 1000);
        await atBranch(pair, ...CANCEL_OUT);

        await goOn(engine, batchId);

        expect(await fromCentral(pair, 'SELECT id FROM item WHERE id IN (-1, 300)')).toEqual([['-1']]);
        expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
        // What central counted by itself, on which the next proof stands, is right as well.
        expect(await fromCentral(pair, 'SELECT central_rows FROM branchline.checkpoints')).toEqual([
          ['2000'],
        ]);
      });
    }
  }
});

async function cutOffAt(engine: Engine, rows: number): Promise<string> {
  const stop = new AbortController();
  const off = engine.on((event) => {
    if (event.type === 'table_progress' && event.processed + event.skipped === rows) stop.abort('user');
  });
  const batch = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  off();
  expect(batch.status).toBe('interrupted');
  return batch.batch_id;
}
