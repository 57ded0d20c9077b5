import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { counts, freshFolder, journalIn, realPorts } from '../core/journal/support/world.ts';
import {
  beginBatch,
  completedBatch,
  failedBatch,
  startTable,
  writeSettings,
} from '../main/support/history.ts';
import { watchService } from '../service/support.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { startRunner } from '../support/runner.ts';
import { steppedClock, windowAppOn } from './support.ts';

const MANY_CHUNKS = { connection: { tables: ['c_invoiceline', 'c_order'] }, sync: { chunkRows: 50 } };
const SCALE = 0.05;

test('another process’s run is followed from its rows to its end', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, MANY_CHUNKS);
  const opened = windowAppOn(home.folder);
  opened.listen();
  const runner = await startRunner(home.folder);
  const { batch } = await runner.event('batch_started');
  await runner.chunks(3);
  runner.freeze();

  const seen = await opened.event('live', ({ live }) => (live.run?.checked ?? 0) > 0);
  expect(seen.live.status.activity).toMatchObject({ kind: 'waiting_lease', holder: { pid: runner.pid } });
  expect(seen.live.run).toMatchObject({ batchId: batch.batch_id, totalTables: 2, doneTables: 0 });
  // One of the two at least has a chunk behind it.
  expect(seen.live.run?.tables).toContainEqual(
    expect.objectContaining({ table: expect.any(String), rowsPerSecond: expect.any(Number) }),
  );
  expect(await opened.value('holder')).toMatchObject({ pid: runner.pid, batchId: batch.batch_id });

  runner.thaw();
  await runner.ended();
  await opened.event('live', ({ live }) => live.run === null && live.upTo !== null);
  await opened.event('tables', ({ rows }) => rows.some((row) => row.status === 'completed'));
  expect(opened.events.filter((one) => one.type === 'history').length).toBeGreaterThanOrEqual(1);
});

test('a run of the command line is shown next to an idle service', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, MANY_CHUNKS);
  const watched = watchService(home.folder);
  await watched.quiet();
  const opened = windowAppOn(home.folder, { service: watched.service });
  opened.listen();
  const runner = await startRunner(home.folder);
  await runner.chunks(2);
  runner.freeze();
  const { live } = await opened.event('live', (one) => one.live.run !== null);
  expect(live.status.activity).toMatchObject({ kind: 'waiting_lease', holder: { pid: runner.pid } });
  await runner.kill();
  await opened.event('live', (one) => one.live.run === null && one.live.status.activity.kind === 'idle');
});

test('changed settings send an event, and nothing is sent while nothing changes or nobody listens', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const clock = steppedClock();
  const opened = windowAppOn(folder, { ports: { ...realPorts, clock } });
  const off = opened.listen();
  await clock.pass(1000);
  expect(opened.events.map((one) => one.type)).toEqual(['live']);
  for (let look = 0; look < 5; look++) await clock.pass(1000);
  expect(opened.events).toHaveLength(1);

  writeFileSync(join(folder, 'settings.json'), '{}');
  await clock.pass(1000);
  await clock.pass(1000);
  expect(opened.events.slice(1)).toMatchObject([
    { type: 'settings' },
    { type: 'live', live: { status: { refusal: { code: 'settings_invalid' } } } },
  ]);
  completedBatch(journalIn(folder));
  await clock.pass(1000);
  expect(opened.events.slice(3).map((one) => one.type)).toEqual(['tables', 'history']);

  off();
  failedBatch(journalIn(folder));
  for (let look = 0; look < 5; look++) await clock.pass(1000);
  expect(opened.events).toHaveLength(5);
});

test('an error in the settings changes nothing of what central has', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const journal = journalIn(folder);
  const batchId = beginBatch(journal, ['ad_org']);
  const ref = startTable(journal, batchId, 'ad_org');
  const at = '2026-11-22T01:00:00.000Z';
  journal.progressTable(ref, { ...counts, checkpoint: null, sourceSnapshotAt: at });
  journal.completeTable(ref, counts);
  journal.endBatch(batchId);
  const opened = windowAppOn(folder);
  expect(await opened.value('live')).toMatchObject({ upTo: at });

  writeFileSync(join(folder, 'settings.json'), '{}');
  // Another line, so that it is looked up anew.
  journal.logEvent('verified', { connection: 'pgsql_lmp', table: 'ad_org' });
  expect(await opened.value('live')).toMatchObject({
    upTo: at,
    status: { refusal: { code: 'settings_invalid' } },
  });
});
