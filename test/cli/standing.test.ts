import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changeSettings } from '../service/support.ts';
import { atBranch, atCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

/** Two connections that read the same tables, and mirror them into the schemas `a` and `b` of head office. */
function homeOfTwo(pair: DatabasePair) {
  const home = makeHome(pair, { central: { layout: 'schema' } });
  const { connections } = JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  changeSettings(home.folder, { connections: ['a', 'b'].map((id) => ({ ...connections[0], id })) });
  return { home, branchline: (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]) };
}

const INVOICES = [
  'CREATE TABLE c_invoice (id integer PRIMARY KEY, total numeric)',
  'INSERT INTO c_invoice VALUES (1, 11), (2, 12), (3, 13)',
];

test('sync-status shows a table of an earlier batch that still fails at another branch (D1)', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...INVOICES);
  const { home, branchline } = homeOfTwo(pair);
  using _home = home;
  await atCentral(
    pair,
    `CREATE SCHEMA b AUTHORIZATION ${pair.central.user}`,
    'CREATE VIEW b.c_invoice AS SELECT 1 AS id',
  );
  expect((await branchline('sync-all')).code).toBe(1);

  const one = await branchline('sync-all', '--connection', 'a');
  expect(one.code).toBe(0);
  for (const { stdout, code } of [one, await branchline('sync-status')]) {
    expect(code).toBe(0);
    expect(stdout).toContain('1 table of an earlier batch still fails: b/c_invoice');
    expect(stdout).not.toContain('All tables are up to date.');
  }
  const { stdout } = await branchline('sync-status', '--json');
  expect(JSON.parse(stdout).open).toMatchObject({
    failed: [{ connection: 'b', table_name: 'c_invoice' }],
    differing: [],
    never_copied: ['b'],
  });

  await atCentral(pair, 'DROP VIEW b.c_invoice');
  expect((await branchline('sync-table', 'c_invoice', '--connection', 'b')).code).toBe(0);
  expect((await branchline('sync-status')).stdout).toContain('All tables are up to date.');
});

test('sync-status names a connection that was never copied, and a table that differs (A10, A18)', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...INVOICES);
  const { home, branchline } = homeOfTwo(pair);
  using _home = home;

  const first = await branchline('sync-all', '--connection', 'a');
  expect(first.stdout).toContain('b has not been copied yet.');
  expect(first.stdout).not.toContain('All tables are up to date.');
  await branchline('sync-all');
  await atCentral(
    pair,
    'UPDATE a.c_invoice SET total = 99 WHERE id = 2',
    'UPDATE b.c_invoice SET total = 99 WHERE id = 3',
  );
  expect((await branchline('verify')).code).toBe(1);

  await branchline('sync-all');
  const { stdout } = await branchline('sync-status');
  expect(stdout).toMatch(/2 tables are known to differ at head office since .*: a\/c_invoice, b\/c_invoice/);
  expect(stdout).not.toContain('All tables are up to date.');
  const commands = [...stdout.matchAll(/verify (--connection .*)$/gm)].map(
    ([, args]) => args?.split(' ') ?? [],
  );
  expect(commands).toHaveLength(2);
  // What it offers is run as printed.
  for (const args of commands) expect((await branchline('verify', ...args)).code).toBe(0);
  expect((await branchline('sync-status')).stdout).toContain('All tables are up to date.');
});

test('a batch of many unchanged tables is a few lines (E8)', async () => {
  await using pair = await freshDatabases();
  const tables = Array.from({ length: 30 }, (_, i) => `CREATE TABLE t_${i} (id integer PRIMARY KEY)`);
  await atBranch(pair, ...tables, ...INVOICES);
  using home = makeHome(pair);
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);
  await branchline('sync-all');
  const quiet = await branchline('sync-all');
  expect(quiet.code).toBe(0);
  expect(quiet.stdout.trim().split('\n')).toEqual([
    expect.stringContaining('31 tables'),
    '31 tables had not changed.',
    expect.stringContaining('completed'),
    'All tables are up to date.',
  ]);
  await atBranch(pair, 'INSERT INTO c_invoice VALUES (4, 14)');
  const { stdout } = await branchline('sync-all');
  expect(stdout).toContain('30 tables had not changed.');
  expect(stdout).toMatch(/c_invoice .*1 rows checked, 1 written/);
  expect(stdout).not.toContain('t_7');
  expect((await branchline('sync-status')).stdout).not.toContain('t_7');
  expect((await branchline('sync-status', '--verbose')).stdout).toContain('t_7');
});
