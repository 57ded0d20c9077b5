import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PruneReport } from '../../src/core/journal/prune.ts';
import { fillJournal } from '../core/journal/support/fillJournal.ts';
import { atBranch } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { type Home, makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

const PAST = { batches: 40, tables: 30, until: '2025-01-31T00:00:00.000Z', everyHours: 24 };

test('prune says what it would remove, then removes it', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  fillJournal(home.folder, PAST);
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);

  const looked = await branchline('prune', '--dry-run');
  expect(looked.code).toBe(0);
  expect(looked.stdout).toContain('Would remove: 39 batches, 1,170 table runs, 3,510 lines of the log.');
  expect(looked.stdout).toMatch(/take [\d.]+ MB and would take about [\d.]+ [kM]B/);
  const report = JSON.parse((await branchline('prune', '--dry-run', '--json')).stdout) as PruneReport;
  expect(report).toMatchObject({ dryRun: true, batches: 39, tableRuns: 1170, logLines: 3510 });

  const pruned = await branchline('--language', 'id', 'prune');
  expect(pruned.stdout).toContain('Dihapus: 39 pengiriman, 1.170 proses tabel');
  expect((await branchline('prune')).stdout).toContain('There is nothing old to remove.');
  const all = JSON.parse((await branchline('sync-status', '--all', '--json')).stdout) as {
    readonly batches: readonly unknown[];
  };
  expect(all.batches).toHaveLength(1);
});

test('a run prunes at its end, by the limits of the settings', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE c_tax (id integer PRIMARY KEY)');
  using home = makeHome(pair);
  keep(home, { days: 3650, batches: 5 });
  fillJournal(home.folder, PAST);
  await using engine = home.open();

  const { batch_id } = await engine.syncAll({ trigger: 'cli' });

  expect(engine.batches(100)).toHaveLength(5);
  expect(engine.latestBatch()?.batch.batch_id).toBe(batch_id);
  // The newest of the filled batches has the last success of its 30 tables.
  expect(engine.pastRuns('pgsql_lmp', 'c_table_001', 100)).toHaveLength(4);
  expect(engine.log({ limit: 1 })[0]).toMatchObject({ event: 'pruned', detail: { batches: 36 } });
});

function keep(home: Home, retention: { readonly days: number; readonly batches: number }): void {
  const file = join(home.folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), retention }));
}
