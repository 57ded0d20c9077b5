import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { watchService, withJournal } from '../../service/support.ts';
import { atBranch, fromCentral, run, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { type Backup, baseBackup, coldCopy, diskSnapshot } from './support/backups.ts';
import { nextId } from './support/moveIds.ts';
import { strategyOf } from './support/strategyOf.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 1000) n",
  'CREATE TABLE other (id int PRIMARY KEY)',
  'INSERT INTO other VALUES (1)',
];
/** What head office gets, and the restored server never had. */
const LOST = [
  "UPDATE item SET note = 'lost' WHERE id <= 5",
  "INSERT INTO item VALUES (2000, 'lost')",
  'DELETE FROM item WHERE id = 7',
];
/** A server that is checkpointed only when a test says so. */
const SETTINGS = { checkpoint_timeout: '1h', autovacuum: 'off' };

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ settings: SETTINGS });
});
afterAll(() => server.remove());

/** A branch, copied once; then backed up, changed, and copied again. */
async function story(
  back: (server: TestServer) => Promise<Backup>,
  body: (pair: DatabasePair, engine: Engine, backup: Backup, home: Home) => Promise<void>,
): Promise<void> {
  await using pair = await freshDatabases({ sourceServer: server });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const backup = await back(server);
  await atBranch(pair, ...LOST);
  await sync(engine);
  // The mark is of a moment when all WAL was on the disk: reading for the first time may write some.
  await syncFlushed(pair, engine);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  await body(pair, engine, backup, home);
}

/** Syncs until no WAL of the server waits for the disk as it does: what a mark does not survive else is tested elsewhere. */
async function syncFlushed(pair: DatabasePair, engine: Engine): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    await atBranch(pair, 'INSERT INTO other SELECT max(id) + 1 FROM other');
    await sync(engine);
    const marks = await fromCentral(pair, "SELECT mark->>'flushed' FROM branchline.checkpoints");
    if (marks.every(([flushed]) => flushed === 'true')) return;
  }
  throw new Error('There was WAL that waited for the disk in each of ten syncs');
}

/** Transactions on another table, until ids and WAL are both beyond what a pass has seen. */
async function overtake(pair: DatabasePair, lsn: string, id: bigint): Promise<void> {
  const client = await pair.source.connectAdmin();
  try {
    for (;;) {
      await client.query('INSERT INTO adempiere.other SELECT max(id) + 1 FROM adempiere.other');
      const { rows } = await client.query<{ beyond: boolean }>(
        'SELECT pg_current_wal_flush_lsn() > $1::pg_lsn AND pg_snapshot_xmax(pg_current_snapshot())::text::int8 > $2 AS beyond',
        [lsn, id + 10n],
      );
      if (rows[0]?.beyond === true) return;
    }
  } finally {
    await client.end();
  }
}

async function lsnOf(pair: DatabasePair): Promise<string> {
  const client = await pair.source.connectAdmin();
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  await client.end();
  return rows[0]?.lsn ?? '';
}

const BACKUPS = {
  'a base backup': baseBackup,
  'a cold copy': coldCopy,
  'a snapshot of its disk': diskSnapshot,
};

/** What happens to a restored server until the next sync, beside overtaking the mark. */
const AFTERWARDS: Readonly<Record<string, { does: (pair: DatabasePair) => Promise<void>; reason: string }>> =
  {
    'nothing else': { does: async () => {}, reason: 'server_changed' },
    'a checkpoint': { does: (pair) => run(pair.source, 'CHECKPOINT'), reason: 'restart_unproved' },
  };

describe('a source that was restored on the same timeline is compared, although it has overtaken the mark', () => {
  // A14
  for (const [name, back] of Object.entries(BACKUPS))
    for (const [then, { does, reason }] of Object.entries(AFTERWARDS))
      test(`from ${name}, then ${then}`, async () => {
        await story(back, async (pair, engine, backup) => {
          const [lsn, id] = [await lsnOf(pair), await nextId(server)];
          await backup.restore();
          await overtake(pair, lsn, id);
          await does(pair);

          const { batch } = await sync(engine);

          expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
          // A base backup ends a WAL file: where the first record of a file is a checkpoint, no run's begin shows.
          const told = back === baseBackup ? 'restart_unproved' : reason;
          expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['compare', told]);
        });
      });
});

describe('a source that went on where it was is not compared', () => {
  const RESTARTS: Readonly<Record<string, () => Promise<void>>> = {
    'was stopped and started': async () => {
      await server.stop();
      await server.restart();
    },
    'lost its power': async () => {
      await server.kill();
      await server.restart();
    },
  };
  for (const [name, restart] of Object.entries(RESTARTS))
    test(`it ${name}, several times, and was looked at each time`, async () => {
      await story(noBackup, async (pair, engine) => {
        for (let time = 1; time <= 3; time++) {
          await restart();
          await atBranch(pair, `UPDATE item SET note = 'time ${time}' WHERE id = ${10 * time}`);

          const { batch, table } = await sync(engine);

          expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['changes', 'row_versions']);
          expect(table('item').records_processed).toBe(1);
          // A checkpoint that comes after somebody has looked hides nothing any more.
          await run(pair.source, 'CHECKPOINT');
          await syncFlushed(pair, engine);
        }
        expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
      });
    });

  test('statistics of the background writer that a person has emptied are no restart', async () => {
    await story(noBackup, async (pair, engine) => {
      await run(pair.source, "SELECT pg_stat_reset_shared('bgwriter')", 'CHECKPOINT');
      const { batch } = await sync(engine);
      expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['changes', 'row_versions']);
    });
  });
});

test('a source that was restored, was beyond the mark, and was started anew before anybody looked, is compared where its run was seen', async () => {
  await story(coldCopy, async (pair, engine, backup) => {
    const [lsn, id] = [await lsnOf(pair), await nextId(server)];
    await backup.restore();
    // Another table's batch sees the run that was restored, and that it does not follow on the one before it.
    await sync(engine, { tables: ['other'] });
    await overtake(pair, lsn, id);
    await server.stop();
    await server.restart();

    const { batch } = await sync(engine);

    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
    expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['compare', 'server_changed']);
  });
});

async function noBackup(): Promise<Backup> {
  return { restore: () => Promise.reject(new Error('There is no backup')) };
}

test('the service looks at a server as it begins, so that a restart proves nothing to be wrong hours later', async () => {
  await story(noBackup, async (pair, engine, _, home) => {
    await server.stop();
    await server.restart();
    const watched = watchService(home.folder);
    await vi.waitFor(() => expect(runsSeen(home)).toHaveLength(2), { timeout: 20_000 });
    await watched.service.stop();
    await run(pair.source, 'CHECKPOINT');

    const { batch } = await sync(engine);

    expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['changes', 'row_versions']);
  });
});

function runsSeen({ folder }: Home): unknown {
  return withJournal(folder, (journal) => journal.serviceNote(`server_runs/${CONNECTION}`));
}
