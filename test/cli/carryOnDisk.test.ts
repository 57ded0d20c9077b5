import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CarriedDisk, carriedDisk, PASSPHRASE } from '../core/disk/support/carried.ts';
import { atBranch, fromCentral, run } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { type CliResult, runCli } from './run.ts';

const json = ({ stdout }: CliResult) => JSON.parse(stdout) as Readonly<Record<string, unknown>>;

function exporting(disk: CarriedDisk, ...more: readonly string[]): readonly string[] {
  return ['export', '--connection', CONNECTION, '--to', disk.file, ...more];
}

test('a person exports at the branch and imports at head office, and is told what comes next', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
  using branch = makeHome(pair);
  using office = makeHome(pair, { connection: { id: 'another', enabled: false } });
  using disk = carriedDisk();
  const at = (home: { readonly folder: string }): readonly string[] => ['--data-dir', home.folder];

  const short = await runCli(exporting(disk, ...at(branch)), { stdin: 'short\n' });
  expect([short.code, short.stderr.split('\n')[0]]).toEqual([2, 'The passphrase is too short.']);

  const written = await runCli(exporting(disk, ...at(branch)), { stdin: `${PASSPHRASE}\n` });
  expect(written.code).toBe(0);
  expect(written.stdout).toContain(`Exported 1 table, 2 rows, into ${disk.file}`);
  expect(written.stdout).toContain('branchline import lampung.export');
  expect(readFileSync(disk.file).includes('item')).toBe(false);

  const twice = await runCli(exporting(disk, ...at(branch), '--json'), { stdin: `${PASSPHRASE}\n` });
  expect([twice.code, json(twice).error]).toMatchObject([2, { code: 'export_exists' }]);

  const wrong = await runCli(['import', disk.file, ...at(office), '--json'], { stdin: 'something else\n' });
  expect([wrong.code, json(wrong).error]).toMatchObject([2, { code: 'export_passphrase_wrong' }]);

  const file = join(disk.folder, 'passphrase');
  writeFileSync(file, `${PASSPHRASE}\r\n`);
  const loaded = await runCli([
    ...['--language', 'id', 'import', disk.file, '--passphrase-file', file],
    ...at(office),
  ]);
  expect(loaded.code).toBe(0);
  expect(loaded.stdout).toContain('Sinkronisasi cabang berikutnya hanya mengirim yang berubah di sana sejak');
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);

  const other = ['import', disk.file, '--connection', 'pgsql_bdg', '--passphrase-file', file, '--json'];
  const refused = await runCli([...other, ...at(office)]);
  expect([refused.code, json(refused).error]).toMatchObject([2, { code: 'export_connection_other' }]);
});

test('a table that may not be read keeps the export open, and once it may be read the same command ends it', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item VALUES (1)',
    'CREATE TABLE secret (id int PRIMARY KEY)',
    'REVOKE ALL ON secret FROM PUBLIC',
    `REVOKE ALL ON secret FROM ${pair.source.user}`,
  );
  using branch = makeHome(pair);
  using disk = carriedDisk();
  const command = exporting(disk, '--data-dir', branch.folder);

  const first = await runCli([...command, '--json'], { stdin: `${PASSPHRASE}\n` });

  expect(first.code).toBe(1);
  expect(json(first).export).toMatchObject({
    complete: false,
    tables: 1,
    failed: [{ table: 'secret', failure: { code: 'source_permission' } }],
  });
  const said = await runCli(command, { stdin: `${PASSPHRASE}\n` });
  expect(said.code).toBe(1);
  expect(said.stdout).toContain('1 table could not be exported, so');
  expect(said.stdout).toContain('GRANT SELECT');
  await run(pair.source, `GRANT SELECT ON adempiere.secret TO ${pair.source.user}`);
  const second = await runCli([...command, '--json'], { stdin: `${PASSPHRASE}\n` });
  expect([second.code, json(second).export]).toMatchObject([0, { complete: true, tables: 2 }]);
});

test.each([
  ['12', 'must be a size such as 2GB or 700MB, of at least 8MB'],
  ['7MB', 'must be a size such as 2GB or 700MB, of at least 8MB'],
])('a part size of %s is refused', async (size, reason) => {
  using disk = carriedDisk();
  const { code, stderr } = await runCli(exporting(disk, '--part-size', size, '--data-dir', disk.folder));
  expect(code).toBe(2);
  expect(stderr).toContain(reason);
});

test('an import that did not complete is continued with its file, as sync-status says too', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY, note text)');
  await run(pair.central, 'CREATE TABLE item (id int PRIMARY KEY, note int)');
  using branch = makeHome(pair);
  using office = makeHome(pair, { connection: { id: 'another', enabled: false } });
  using disk = carriedDisk();
  await runCli(exporting(disk, '--data-dir', branch.folder), { stdin: `${PASSPHRASE}\n` });

  const failed = await runCli(['import', disk.file, '--data-dir', office.folder], {
    stdin: `${PASSPHRASE}\n`,
  });

  expect(failed.code).toBe(1);
  const again = `branchline import ${disk.file} --data-dir ${office.folder}`;
  expect(failed.stdout).toContain(again);
  const status = await runCli(['sync-status', '--failed', '--data-dir', office.folder]);
  expect(status.stdout).toContain(again);
});
