import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import { InterruptionReason } from '../../../src/shared/status.ts';
import { illegalMoves } from '../../faults/support/legalMoves.ts';
import { startChild } from './support/child.ts';
import { fillJournal } from './support/fillJournal.ts';
import { counts, freshFolder, handClock, journalIn, planOf, realPorts, refusal } from './support/world.ts';

const LONG_AGO = '2025-01-01T00:00:00.000Z';
const NOW = new Date('2025-11-08T00:00:00.000Z');
const ALL = { days: 30, batches: 500, now: NOW, dryRun: false } as const;

test('old batches go with their tables and log; the last success of each table stays with its own lines', async () => {
  const { journal, clock } = oldJournal();
  const first = runBatch(journal, { ad_org: 'completed', c_order: 'completed', c_tax: 'failed' });
  const second = runBatch(journal, { ad_org: 'completed', c_order: 'failed', c_tax: 'failed' });
  journal.logEvent('table_run_alone', { connection: 'pgsql_lmp', table: 'ad_org' });
  clock.set(NOW.toISOString());
  const young = runBatch(journal, { ad_org: 'completed' });

  const report = await journal.prune(ALL);

  expect(report).toMatchObject({ dryRun: false, batches: 1, tableRuns: 5 });
  expect(journal.batches(10).map((one) => one.batch_id)).toEqual([young, first]);
  // c_order succeeded last in the first batch; c_tax never did.
  expect(journal.tables(first).map((one) => one.table_name)).toEqual(['c_order']);
  expect(journal.batch(second)).toBeNull();
  expect(journal.log({ batchId: second })).toEqual([]);
  expect(journal.log({ batchId: first }).map((line) => [line.event, line.table_name])).toEqual([
    ['batch_started', null],
    ['table_started', 'c_order'],
    ['table_completed', 'c_order'],
    ['batch_failed', null],
  ]);
  expect(illegalMoves(journal.log({ batchId: first }))).toEqual([]);
  expect(journal.log().filter((line) => line.batch_id === null)).toEqual([
    expect.objectContaining({
      event: 'pruned',
      detail: { batches: 1, table_runs: 5, log_lines: report.logLines },
    }),
  ]);
  expect(await journal.prune(ALL)).toMatchObject({ batches: 0, tableRuns: 0, logLines: 0 });
});

test('a dry run says the same and removes nothing', async () => {
  const { journal, clock } = oldJournal();
  for (let batch = 0; batch < 12; batch += 1) runBatch(journal, { ad_org: 'completed', c_tax: 'failed' });
  journal.logEvent('table_run_alone', { connection: 'pgsql_lmp', table: 'ad_org' });
  clock.set(NOW.toISOString());
  const before = journal.log();
  const looked = await journal.prune({ ...ALL, dryRun: true });
  expect(journal.log()).toEqual(before);
  expect(looked.bytesAfter).toBeLessThan(looked.bytesBefore);
  const { batches, tableRuns, logLines } = await journal.prune(ALL);
  expect(looked).toMatchObject({ dryRun: true, batches, tableRuns, logLines });
  expect({ batches, tableRuns }).toEqual({ batches: 11, tableRuns: 23 });
});

test('of young batches only so many stay as are asked for', async () => {
  const { journal, clock } = oldJournal();
  clock.set(NOW.toISOString());
  const ids = Array.from({ length: 5 }, () => runBatch(journal, { ad_org: 'completed' }));
  expect(await journal.prune({ ...ALL, batches: 3 })).toMatchObject({ batches: 2 });
  expect(journal.batches(10).map((one) => one.batch_id)).toEqual(ids.slice(2).reverse());
});

test('what runs and what can go on stays, whatever its age; what was superseded goes', async () => {
  const { journal } = oldJournal();
  const kept = [InterruptionReason.Crash, InterruptionReason.User, InterruptionReason.LostLease].map(
    (reason) => interrupted(journal, reason),
  );
  const superseded = interrupted(journal, InterruptionReason.Shutdown);
  journal.interruptBatch(superseded, InterruptionReason.Superseded);
  const running = journal.beginBatch(planOf('ad_org')).batch_id;
  await journal.prune({ ...ALL, batches: 1 });
  expect(journal.batches(10).map((one) => one.batch_id)).toEqual([running, ...kept.reverse()]);
});

test('a table that an old batch completed after a newer one keeps that success', async () => {
  const { journal, clock } = oldJournal();
  const old = journal.beginBatch(planOf('ad_org')).batch_id;
  journal.interruptBatch(old, InterruptionReason.User);
  const newer = runBatch(journal, { ad_org: 'completed' });
  clock.pass(3600);
  journal.resumeBatch(old);
  runTables(journal, old, { ad_org: 'completed' });
  journal.endBatch(old);
  clock.set(NOW.toISOString());
  await journal.prune(ALL);
  // Either may be meant by "the last success": the one that ended last, or that of the batch begun last.
  expect(journal.batches(10).map((one) => one.batch_id)).toEqual([newer, old]);
});

test('the space is given back, while another connection reads and writes', async () => {
  const folder = freshFolder();
  fillJournal(folder, { batches: 150, tables: 60, until: LONG_AGO, everyHours: 24 });
  const file = join(folder, 'journal.db');
  const before = statSync(file).size;
  const journal = journalIn(folder);
  const other = journalIn(folder);
  const running = other.beginBatch(planOf('ad_org')).batch_id;
  const pruning = journal.prune({ ...ALL, now: new Date() });
  let written = 0;
  let over = false;
  void pruning.finally(() => {
    over = true;
  });
  while (!over) {
    other.logEvent('beside', { batchId: running });
    expect(other.runningBatch()?.batch_id).toBe(running);
    written += 1;
    await sleep(1);
  }
  const report = await pruning;
  expect(report).toMatchObject({ batches: 149, bytesBefore: expect.any(Number) });
  expect(report.bytesAfter).toBeLessThan(before / 5);
  expect(statSync(file).size).toBeLessThan(before / 5);
  expect(
    other.log({ batchId: running, limit: 100_000 }).filter((line) => line.event === 'beside'),
  ).toHaveLength(written);
  expect(written).toBeGreaterThan(10);
});

test('a pruning without time does a part, and the next one goes on', async () => {
  const folder = freshFolder();
  fillJournal(folder, { batches: 300, tables: 40, until: LONG_AGO, everyHours: 24 });
  const journal = journalIn(folder);
  const parts = [await journal.prune({ ...ALL, seconds: 0.02 })];
  while ((parts.at(-1)?.tableRuns ?? 0) > 0) parts.push(await journal.prune({ ...ALL, seconds: 0.02 }));
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.reduce((sum, one) => sum + one.batches, 0)).toBe(299);
});

test('a pruning killed in the middle, ten times over, leaves whole batches and every last success', async () => {
  const folder = freshFolder();
  fillJournal(folder, { batches: 1500, tables: 20, until: LONG_AGO, everyHours: 24 });
  let left = 1500;
  // On a busy machine ten may all die before their first step.
  for (let round = 0; round < 10 || left === 1500; round += 1) {
    const child = await startChild();
    await child.ask({ do: 'prune', folder });
    // The moment of death is the point of the test: somewhere in its pruning.
    await sleep(Math.random() * 40);
    await child.kill();
    const { journal, setAside } = openJournal(folder, realPorts);
    expect(setAside).toBeNull();
    const batches = journal.batches(2000);
    for (const { batch_id } of batches) expect(journal.tables(batch_id)).toHaveLength(20);
    expect(journal.log({ limit: 1_000_000 }).filter((line) => line.batch_id !== null)).toHaveLength(
      batches.length * 60,
    );
    expect(batches.length).toBeLessThanOrEqual(left);
    left = batches.length;
    journal.close();
  }
  expect(left).toBeLessThan(1500);
  const journal = journalIn(folder);
  await journal.prune(ALL);
  expect(journal.batches(10)).toHaveLength(1);
  expect(journal.tables(journal.batches(1)[0]?.batch_id ?? '')).toHaveLength(20);
  const db = new Database(join(folder, 'journal.db'), { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('foreign_key_check')).toEqual([]);
  db.close();
});

function oldJournal() {
  const clock = handClock(LONG_AGO);
  return { clock, journal: journalIn(freshFolder(), { ...realPorts, clock }) };
}

type Ends = Readonly<Record<string, 'completed' | 'failed'>>;

function runBatch(journal: WritableJournal, ends: Ends): string {
  const { batch_id } = journal.beginBatch(planOf(...Object.keys(ends)));
  runTables(journal, batch_id, ends);
  journal.endBatch(batch_id);
  return batch_id;
}

function runTables(journal: WritableJournal, batchId: string, ends: Ends): void {
  for (const [table, end] of Object.entries(ends)) {
    const ref = { batchId, connection: 'pgsql_lmp', table };
    journal.startTable(ref, { strategy: 'full', estimatedRows: 1 });
    if (end === 'completed') journal.completeTable(ref, counts);
    else journal.failTable(ref, refusal);
  }
}

function interrupted(journal: WritableJournal, reason: InterruptionReason): string {
  const { batch_id } = journal.beginBatch(planOf('ad_org'));
  journal.interruptBatch(batch_id, reason);
  return batch_id;
}
