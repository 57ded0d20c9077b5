import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { markCrashed } from '../../../src/core/journal/batches.ts';
import { tryAcquireLease } from '../../../src/core/journal/lease.ts';
import { openJournal, openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { startChild } from './support/child.ts';
import { freshFolder, realPorts } from './support/world.ts';

/** On a busy machine a child may take its time to begin. */
async function hasWritten(folder: string, batches: number): Promise<void> {
  for (;;) {
    const journal = openJournalToRead(folder, realPorts);
    const found = journal.batches(batches).length;
    journal.close();
    if (found >= batches) return;
    await sleep(10);
  }
}

test('a process killed while it writes leaves a whole journal, ten times over', async () => {
  const folder = freshFolder();
  let known = 0;
  for (let round = 0; round < 10; round += 1) {
    const child = await startChild();
    await child.ask({ do: 'write', folder });
    await hasWritten(folder, known + 2);
    // The moment of death is the point of the test: somewhere in its writing.
    await sleep(Math.random() * 120);
    await child.kill();

    const { journal, setAside } = openJournal(folder, realPorts);
    expect(setAside).toBeNull();
    const lease = tryAcquireLease(folder);
    if (!lease) throw new Error('the dead hold no lease');
    markCrashed(journal, lease);
    lease.release();
    const batches = journal.batches(100_000);
    expect(batches.length).toBeGreaterThanOrEqual(known);
    known = batches.length;
    expect(journal.runningBatch()).toBeNull();
    expect(journal.interruptedBatches().length).toBeLessThanOrEqual(round + 1);
    for (const batch of batches) {
      const completed = journal.tables(batch.batch_id).filter((one) => one.status === 'completed');
      expect(batch.completed_tables).toBe(completed.length);
      if (batch.status === 'completed') expect(completed).toHaveLength(3);
    }
    journal.close();
  }
  expect(known).toBeGreaterThan(10);
  const db = new Database(join(folder, 'journal.db'), { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});
