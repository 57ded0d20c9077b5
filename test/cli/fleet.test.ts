import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atBranch, atCentral, run, sync } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { type Home, makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

/** Head office's own data folder: no connection, and a role that may only read. */
function headOffice(pair: DatabasePair, user: string): Home {
  const home = makeHome(pair, { central: { user } });
  const file = join(home.folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), connections: [] }));
  return home;
}

const branchline = ({ folder }: Home, ...args: readonly string[]) => runCli(['--data-dir', folder, ...args]);

test('fleet shows all branches to a role that may only read, and --check counts them for monitoring', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'CREATE TABLE calm (id int PRIMARY KEY)');
  using branch = makeHome(pair);
  await using engine = branch.open();
  const role = `reader_${randomBytes(4).toString('hex')}`;
  using office = headOffice(pair, role);
  const printed = await branchline(branch, 'central-sql', '--head-office', '--role', role, '--json');
  const { statements } = JSON.parse(printed.stdout) as { statements: readonly string[] };

  await sync(engine);
  await run(pair.central, ...statements, `ALTER ROLE ${role} PASSWORD '${pair.central.password}'`);
  await atCentral(pair, 'UPDATE branchline.installations SET retired_at = now()');
  const empty = await branchline(office, 'fleet');
  expect(empty).toMatchObject({ code: 0, stdout: 'No branch has reported yet.\n', stderr: '' });
  expect(await branchline(office, 'fleet', '--check')).toMatchObject({ code: 3 });

  await sync(engine);
  const fine = await branchline(office, 'fleet', '--check');
  expect(fine).toMatchObject({ code: 0, stderr: '' });
  expect(fine.stdout).toMatch(
    /^BRANCHLINE OK - 1 branch: 1 fine, 0 warning, 0 critical, 0 unknown \| branches=1 ok=1 warning=0 critical=0 unknown=0 late=0\n$/,
  );

  await atCentral(
    pair,
    `INSERT INTO branchline.installations SELECT 'planted', 'i', E'a|b=1\\n\\x1b[31m', 'h', '0.1', now(), now() - interval '3 hours',
       0, 26, now(), 2, 0, NULL, 0, NULL, NULL`,
    `INSERT INTO branchline.installations SELECT 'broken', 'i', 'Palembang', 'h', '0.1', now(), NULL, 0, 26, now(), 9, 3, now(), 0, NULL, NULL`,
    `INSERT INTO branchline.installations SELECT 'slow', 'i', 'Metro', 'h', '0.1', now(), NULL, 600, 26, now(), 9, 0, NULL, 0, NULL, NULL`,
  );
  const check = await branchline(office, 'fleet', '--check');
  expect(check.code).toBe(2);
  expect(check.stdout).toContain(
    'BRANCHLINE CRITICAL - 4 branches: 1 fine, 1 warning, 2 critical, 0 unknown; ',
  );
  expect(check.stdout).toContain('Palembang (broken): 3 of 9 tables failed');
  expect(check.stdout.split('\n')).toHaveLength(2);
  expect(check.stdout.split('|')).toHaveLength(2);

  const all = await branchline(office, 'fleet');
  expect(all.stdout).toContain('a|b=1\\n\\u001b[31m (planted)');
  expect(all.stdout).not.toContain('\u001b');
  expect(
    all.stdout
      .split('\n')
      .slice(1, 5)
      .map((line) => line.slice(0, 8)),
  ).toEqual(['✗ late  ', '✗ failed', '◐ attent', '✓ fine  ']);
  const late = await branchline(office, '--language', 'id', 'fleet', '--late');
  expect(late.stdout).toMatch(/✗ terlambat .*\(planted\).*belum melapor/);
  expect(late.stdout).not.toContain('Palembang');
  const json = JSON.parse((await branchline(office, 'fleet', '--late', '--json')).stdout);
  expect(json.branches).toMatchObject([{ connection: 'planted', state: 'late', reason_code: 'overdue' }]);

  await run(pair.central, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
});

test('fleet says what is missing: a right, trust in the owner, the server', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using branch = makeHome(pair);
  await using engine = branch.open();
  await sync(engine);
  const role = `reader_${randomBytes(4).toString('hex')}`;
  await run(pair.central, `CREATE ROLE ${role} LOGIN PASSWORD '${pair.central.password}'`);
  using office = headOffice(pair, role);

  const untrusted = await branchline(office, 'fleet');
  expect(untrusted.code).toBe(2);
  expect(untrusted.stderr).toContain('central-sql --head-office');
  await run(pair.central, `COMMENT ON ROLE ${role} IS 'Branchline: schema branchline belongs to branchline'`);
  const denied = await branchline(office, 'fleet');
  expect(denied.code).toBe(2);
  const [grant = ''] = /GRANT USAGE[\s\S]*;/.exec(denied.stderr) ?? [];
  await run(pair.central, ...grant.split('\n').filter((line) => line.startsWith('GRANT')));
  expect(await branchline(office, 'fleet')).toMatchObject({ code: 0 });
  expect(await branchline(branch, 'fleet')).toMatchObject({ code: 0 });

  await run(pair.central, `REVOKE USAGE ON SCHEMA branchline FROM ${role}`);
  const unknown = await branchline(office, 'fleet', '--check');
  expect(unknown.code).toBe(3);
  expect(unknown.stdout).toMatch(/^BRANCHLINE UNKNOWN - The user .* may not read/);
  await run(pair.central, 'DROP SCHEMA branchline CASCADE');
  expect((await branchline(office, 'fleet', '--check')).stdout).toContain('No branch has reported');
  await run(pair.central, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  expect(await branchline(office, 'fleet', '--check')).toMatchObject({ code: 3, stderr: '' });
});
