import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import { startChild } from './support/child.ts';
import { overwriteTablePages } from './support/damage.ts';
import { fillJournal } from './support/fillJournal.ts';
import { freshFolder, journalIn, realPorts } from './support/world.ts';

// More than is checked whole after a death: 100,000 table runs and 300,000 lines, about 90 MB.
const PAST = { batches: 1000, tables: 100, until: '2025-11-08T00:00:00.000Z', everyHours: 1 };

test('a long history answers every question in under 20 ms', () => {
  const journal = journalIn(longHistory());
  const middle = journal.batches(500).at(-1)?.batch_id ?? '';
  journal.logEvent('verified', { connection: 'pgsql_lmp', table: 'c_table_007' });
  const questions: Readonly<Record<string, (journal: WritableJournal) => unknown>> = {
    latest: (one) => one.latestBatch(),
    list: (one) => one.batches(100),
    batch: (one) => [one.batch(middle), one.tables(middle)],
    log: (one) => one.log({ batchId: middle }),
    wholeLog: (one) => one.log(),
    past: (one) => one.pastRuns('pgsql_lmp', 'c_table_007', 100),
    known: (one) => one.knownTables('pgsql_lmp'),
    unknown: (one) => one.knownTables('pgsql_jkt'),
    verifications: (one) => one.verifications(),
    interrupted: (one) => [one.interruptedBatches(), one.runningBatch()],
    nearest: (one) => one.nearestBatchId(`${middle}x`),
    history: (one) => one.history({}, 500, 100),
    historyOfConnection: (one) => one.history({ connection: 'pgsql_lmp' }, 0, 100),
    historyWithTable: (one) => one.history({ text: 'table_042' }, 0, 100),
    historyOfDay: (one) => one.history({ begun: { from: '2025-10-01', to: '2025-10-02' } }, 0, 100),
    begun: (one) => one.begunBetween('2020-01-01', '2100-01-01'),
    tablesPast: (one) => one.tablesPast(),
    completedRuns: (one) => one.completedRuns(middle, 9),
    unresolved: (one) => one.unresolved(),
    freshness: (one) => [one.freshness('pgsql_lmp'), one.freshness('pgsql_jkt')],
    hasSucceeded: (one) => [one.hasSucceeded('pgsql_lmp'), one.hasSucceeded('pgsql_jkt')],
    lastSuccess: (one) => [one.lastSuccessAt('pgsql_lmp'), one.lastSuccessAt('pgsql_jkt')],
    differing: (one) => one.differing(),
    lines: (one) => one.linesAfter(one.lastLine() - 100),
  };
  const slow = Object.entries(questions).flatMap(([name, ask]) => {
    const took = Math.min(...[1, 2, 3].map(() => millisecondsOf(() => ask(journal))));
    return took < 20 ? [] : [`${name}: ${took} ms`];
  });
  expect(slow).toEqual([]);
  expect(journal.pastRuns('pgsql_lmp', 'c_table_007', 3)).toHaveLength(3);
  expect(journal.knownTables('pgsql_lmp')).toHaveLength(100);
  expect(journal.knownTables('pgsql_jkt')).toEqual([]);
  expect(journal.history({ text: 'table_042' }, 0, 1)).toMatchObject({
    total: 1000,
    batches: [{ records_processed: 1200, bytes: 456_700 }],
  });
  expect(journal.tablesPast()).toHaveLength(100);
  expect(journal.completedRuns(middle, 9)).toHaveLength(900);
});

test('after a death it opens without a whole check, which is made later', async () => {
  const folder = await died(longHistory());
  let opened = openJournal(folder, realPorts);
  expect(opened.setAside).toBeNull();
  expect(existsSync(join(folder, 'journal.unchecked'))).toBe(true);
  opened.journal.close();
  // Closed in peace now, yet not forgotten.
  opened = openJournal(folder, realPorts);
  expect(existsSync(join(folder, 'journal.unchecked'))).toBe(true);
  await opened.journal.checkIfDue();
  expect(existsSync(join(folder, 'journal.unchecked'))).toBe(false);
  expect(existsSync(join(folder, 'journal.suspect'))).toBe(false);
  opened.journal.close();
});

test('damage in what was not checked at once is found by the later check, and set aside at the next opening', async () => {
  const folder = await died(longHistory());
  overwriteTablePages(join(folder, 'journal.db'), 'event_log');
  // What a dead process leaves behind.
  writeFileSync(join(folder, 'journal.db-wal'), '');
  const first = openJournal(folder, realPorts);
  expect(first.setAside).toBeNull();
  await first.journal.checkIfDue();
  first.journal.close();
  const second = openJournal(folder, realPorts);
  expect(second.setAside).toMatch(/^journal\.corrupt-/);
  expect(second.journal.latestBatch()).toBeNull();
  second.journal.close();
  expect(existsSync(join(folder, 'journal.unchecked'))).toBe(false);
});

test('damage in the list of batches is found at once after a death', () => {
  const folder = longHistory();
  overwriteTablePages(join(folder, 'journal.db'), 'sync_batches');
  writeFileSync(join(folder, 'journal.db-wal'), '');
  const { journal, setAside } = openJournal(folder, realPorts);
  expect(setAside).toMatch(/^journal\.corrupt-/);
  journal.close();
});

let template: string | null = null;
afterAll(() => {
  if (template !== null) rmSync(template, { recursive: true });
});

/** A copy of one filled journal: filling takes a second. */
function longHistory(): string {
  if (template === null) {
    template = mkdtempSync(join(tmpdir(), 'branchline-journal-'));
    fillJournal(template, PAST);
    expect(statSync(join(template, 'journal.db')).size).toBeGreaterThan(64 * 1024 * 1024);
  }
  const folder = freshFolder();
  cpSync(template, folder, { recursive: true });
  return folder;
}

/** Kills a process while it writes there. */
async function died(folder: string): Promise<string> {
  const child = await startChild();
  await child.ask({ do: 'write', folder });
  const db = new Database(join(folder, 'journal.db'), { readonly: true });
  const written = db.prepare<[], number>(`SELECT count(*) FROM sync_batches WHERE "trigger" = 'cli'`).pluck();
  await expect.poll(() => written.get()).toBeGreaterThan(0);
  db.close();
  await child.kill();
  expect(existsSync(join(folder, 'journal.db-wal'))).toBe(true);
  return folder;
}

function millisecondsOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
