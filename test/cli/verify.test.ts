import { expect, test } from 'vitest';
import type { VerifyReport } from '../../src/shared/verify.ts';
import { atBranch, atCentral } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

test('verify reports differences with exit code 1, and repairs them with --repair', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE c_tax (id integer PRIMARY KEY, rate numeric)',
    'CREATE TABLE c_uom (id integer PRIMARY KEY)',
    'INSERT INTO c_tax VALUES (1, 11.0), (2, 12)',
  );
  using home = makeHome(pair);
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);
  await branchline('sync-all');
  expect(await branchline('verify')).toMatchObject({ code: 0 });
  await atCentral(pair, 'UPDATE c_tax SET rate = 11.00 WHERE id = 1');

  const found = await branchline('verify');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/c_tax\s+✗ differs|c_tax\s+◐ not synced yet/);
  const json = await branchline('verify', '--tables', 'CTax', '--json');
  expect(json.code).toBe(1);
  expect((JSON.parse(json.stdout) as VerifyReport).tables).toMatchObject([
    { table_name: 'c_tax', different_rows: 1, source_rows: 2, central_rows: 2 },
  ]);

  const mended = await branchline('verify', '--repair');
  expect(mended.code).toBe(0);
  expect(mended.stdout).toMatch(/c_tax\s+✓ repaired/);
  expect((await branchline('verify')).code).toBe(0);
});

test('verify in Bahasa Indonesia names a table that has not been synced yet', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE c_tax (id integer PRIMARY KEY)');
  using home = makeHome(pair);

  const { code, stdout } = await runCli(['--data-dir', home.folder, '--language', 'id', 'verify']);

  expect(code).toBe(1);
  expect(stdout).toContain('belum pernah disinkronkan');
});

test('verify of an unknown table is wrong use', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair);
  const { code } = await runCli(['--data-dir', home.folder, 'verify', '--tables', 'nothing']);
  expect(code).toBe(2);
});
