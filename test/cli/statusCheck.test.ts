import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { atBranch, sync } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

test('sync-status --check says in one line and an exit code how the branch stands', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'CREATE TABLE calm (id int PRIMARY KEY)');
  using home = makeHome(pair);
  const check = (...args: readonly string[]) =>
    runCli(['--data-dir', home.folder, ...args, 'sync-status', '--check']);
  expect(await check()).toMatchObject({ code: 3, stdout: 'BRANCHLINE UNKNOWN - no batch has run yet\n' });

  {
    await using engine = home.open();
    await sync(engine);
  }
  const fine = await check();
  expect(fine).toMatchObject({ code: 0, stderr: '' });
  expect(fine.stdout).toMatch(
    /^BRANCHLINE OK - head office has everything up to .* \| age=\d+s;;93600 failed=0 retrying=0 differing=0 stopped=0 running=0\n$/,
  );

  const db = new Database(join(home.folder, 'journal.db'));
  db.exec("UPDATE sync_progress SET source_snapshot_at = '2026-01-01T00:00:00.000Z'");
  db.close();
  const old = await check();
  expect(old.code).toBe(2);
  expect(old.stdout).toMatch(/^BRANCHLINE CRITICAL - head office’s data is .* old; /);
  const patient = await runCli(['--data-dir', home.folder, 'sync-status', '--check', '--max-age', '99999d']);
  expect(patient).toMatchObject({ code: 0 });

  await atBranch(pair, 'REVOKE SELECT ON calm FROM branchline_read');
  {
    await using engine = home.open();
    await sync(engine);
  }
  const failed = await check('--language', 'id');
  expect(failed.code).toBe(2);
  expect(failed.stdout).toMatch(/^BRANCHLINE CRITICAL - 1 tabel gagal; .*failed=1/);
  const wrong = await runCli(['--data-dir', home.folder, 'sync-status', '--check', '--max-age', 'soon']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('26h');
});

test('sync-status --check without usable settings is unknown', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-check-'));
  const { code, stdout } = await runCli(['--data-dir', folder.path, 'sync-status', '--check']);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^BRANCHLINE UNKNOWN - There are no settings yet/);
  expect(stdout.split('\n')).toHaveLength(2);
});
