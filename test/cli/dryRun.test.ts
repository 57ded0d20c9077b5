import { expect, test } from 'vitest';
import type { DryRunReport } from '../../src/shared/dryRun.ts';
import { atBranch } from '../support/branch.ts';
import { freshDatabases, settled } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

test('--dry-run shows what would be sent, as text and as JSON, and ends with 1 where the brake would stop a table', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE c_tax (id integer PRIMARY KEY, rate numeric)',
    'INSERT INTO c_tax SELECT n, n FROM generate_series(1, 3000) n',
  );
  using home = makeHome(pair);
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);

  const first = await branchline('sync-all', '--dry-run');
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/c_tax +pgsql_lmp +all rows +3,000 +~[\d.]+ kB +0/);
  expect(first.stdout).toContain('Would be made at head office: c_tax');
  expect(first.stdout).toMatch(/How long that takes is unknown until/);
  expect((await branchline('sync-status')).stdout).not.toContain('c_tax');

  expect((await branchline('sync-all')).code).toBe(0);
  await atBranch(pair, 'DELETE FROM c_tax WHERE id % 2 = 0');
  await settled(pair.source);
  const braked = await branchline('sync-table', 'CTax', '--connection', CONNECTION, '--dry-run');
  expect(braked.code).toBe(1);
  expect(braked.stdout).toContain('Would be stopped, because it deletes too many rows');
  const json = await branchline('sync-all', '--dry-run', '--allow-deletes', '--json');
  expect(json.code).toBe(0);
  expect(JSON.parse(json.stdout) as DryRunReport).toMatchObject({
    tables: [
      {
        table_name: 'c_tax',
        model_name: 'CTax',
        strategy: 'changes',
        deletes: { rows: 1500 },
        braked: false,
      },
    ],
    failures: [],
  });
  const indonesian = await branchline('--language', 'id', 'sync-all', '--dry-run');
  expect(indonesian.stdout).toContain('Tidak ada yang ditulis.');
});

test('--dry-run goes with no batch: not with --resume, nor with --batch-id', async () => {
  const resumed = await runCli(['sync-all', '--dry-run', '--resume', 'sync_1']);
  expect(resumed.code).toBe(2);
  const ofBatch = await runCli(['sync-table', 'x', '--connection', 'y', '--dry-run', '--batch-id', 'z']);
  expect(ofBatch.code).toBe(2);
});
