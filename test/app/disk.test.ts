import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { carriedDisk, PASSPHRASE } from '../core/disk/support/carried.ts';
import { freshFolder } from '../core/journal/support/world.ts';
import { writeSettings } from '../main/support/history.ts';
import { watchService } from '../service/support.ts';
import { atBranch, fromCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { windowAppOn } from './support.ts';

const NAME = 'lampung.export';
const TABLES = ['one', 'two', 'three', 'four', 'five', 'six'];

async function someTables(pair: DatabasePair): Promise<void> {
  await atBranch(
    pair,
    ...TABLES.flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY)`,
      `INSERT INTO ${name} SELECT generate_series(1, 500)`,
    ]),
  );
}

/** Every byte below a folder. */
function allBytes(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))
    .join('');
}

test('an export is written with its progress, is stopped, goes on and is imported, and its passphrase is kept nowhere', async () => {
  await using pair = await freshDatabases();
  await someTables(pair);
  await using link = await startProxy(pair.source);
  using home = makeHome(pair, { connection: { port: link.port } });
  using disk = carriedDisk();
  const watched = watchService(home.folder);
  const opened = windowAppOn(home.folder, { service: watched.service });
  opened.listen();
  await watched.quiet();
  const to = { folder: disk.folder, name: NAME };
  const file = join(disk.folder, NAME);
  link.latencyMs = 40;

  expect(
    await opened.value('exportToDisk', { connection: CONNECTION, to, passphrase: PASSPHRASE }),
  ).toBeNull();
  const { live } = await opened.event('live', (event) => (event.live.exporting?.run.doneTables ?? 0) > 0);
  expect(live.status.activity).toEqual({ kind: 'exporting' });
  expect(live.exporting).toMatchObject({ connection: CONNECTION, file, run: { totalTables: TABLES.length } });
  expect(live.exporting?.run.checked).toBeGreaterThan(0);
  await opened.value('stopRun');
  await watched.status(({ activity }) => activity.kind === 'idle');
  link.latencyMs = 0;
  expect(await opened.value('exports')).toMatchObject([
    { connection: CONNECTION, file, end: 'stopped', unfinished: true },
  ]);
  expect((await opened.value('live')).exporting).toBeNull();

  const wrong = { connection: CONNECTION, to: 'unfinished', passphrase: 'not the right one' } as const;
  expect(await opened.refusal('exportToDisk', wrong)).toMatchObject({ code: 'export_passphrase_wrong' });
  await opened.value('exportToDisk', { ...wrong, passphrase: PASSPHRASE });
  await watched.event('export_ended', ({ record }) => record.end === 'complete');
  await watched.status(({ activity }) => activity.kind === 'idle');
  expect(await opened.value('exports')).toMatchObject([
    { end: 'complete', unfinished: false, parts: 1, tables: TABLES.length, rows: 3000, failed: [] },
  ]);

  const from = { file };
  expect(await opened.refusal('importFromDisk', { from, passphrase: 'not the right one' })).toMatchObject({
    code: 'export_passphrase_wrong',
  });
  const batch =
    (await opened.value('importFromDisk', { from, passphrase: PASSPHRASE })) ?? expect.fail('none');
  await watched.event('batch_ended', (one) => one.batch.batch_id === batch);
  expect((await opened.value('batch', batch)).batch).toMatchObject({
    status: 'completed',
    options: { imported: file },
  });
  expect(await fromCentral(pair, 'SELECT count(*) FROM six')).toEqual([['500']]);
  const kept = allBytes(home.folder);
  for (const secret of [PASSPHRASE, 'not the right one']) expect(kept).not.toContain(secret);
});

test('an export that cannot be continued begins no other one, and what was killed is told as stopped', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE one (id int PRIMARY KEY)', `REVOKE ALL ON one FROM ${pair.source.user}`);
  using home = makeHome(pair);
  using disk = carriedDisk();
  const watched = watchService(home.folder);
  const { value, refusal } = windowAppOn(home.folder, { service: watched.service });
  await watched.quiet();
  const to = { folder: disk.folder, name: NAME };
  const passphrase = PASSPHRASE;

  expect(
    await refusal('exportToDisk', { connection: CONNECTION, to: 'unfinished', passphrase }),
  ).toMatchObject({
    code: 'export_unwritable',
  });
  await value('exportToDisk', { connection: CONNECTION, to, passphrase });
  await watched.event('export_ended');
  expect(await value('exports')).toMatchObject([
    { end: 'failed', unfinished: true, failed: [{ table: 'one', failure: { code: 'source_permission' } }] },
  ]);
  renameSync(disk.folder, `${disk.folder}-taken-out`);
  expect(await value('exports')).toMatchObject([{ end: 'failed', unfinished: false }]);
  expect(
    await refusal('exportToDisk', { connection: CONNECTION, to: 'unfinished', passphrase }),
  ).toMatchObject({
    code: 'export_unwritable',
  });
  renameSync(`${disk.folder}-taken-out`, disk.folder);
});

test('paths that are not whole, a short passphrase and names of other files are refused, and nothing is written', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE one (id int PRIMARY KEY)');
  using home = makeHome(pair);
  using disk = carriedDisk();
  const watched = watchService(home.folder);
  const { value, refusal, windowApp } = windowAppOn(home.folder, { service: watched.service });
  await watched.quiet();
  const passphrase = PASSPHRASE;
  const asked = (folder: string, name = NAME) => ({
    connection: CONNECTION,
    to: { folder, name },
    passphrase,
  });

  expect(await value('choosePath', 'folder')).toBeNull();
  expect(await refusal('exportToDisk', asked('stick'))).toMatchObject({ code: 'export_path_relative' });
  expect(await refusal('importFromDisk', { from: { file: 'x.export' }, passphrase })).toMatchObject({
    code: 'export_path_relative',
  });
  expect(await refusal('exportToDisk', asked(home.folder))).toMatchObject({ code: 'export_path_reserved' });
  expect(await refusal('exportToDisk', { ...asked(disk.folder), passphrase: 'short' })).toMatchObject({
    code: 'export_passphrase_unfit',
  });
  for (const name of [
    '../x.export',
    '.ssh',
    'authorized_keys',
    'a/b.export',
    'x.export\n',
    '.x.export',
    '.export',
  ])
    await expect(windowApp.answer('exportToDisk', [asked(disk.folder, name)]), name).rejects.toThrow();
  await expect(windowApp.answer('exportToDisk', [asked(`${disk.folder}\0`)])).rejects.toThrow();
  expect(readdirSync(disk.folder)).toEqual([]);

  // Of a file that is no export nothing is told but that.
  const told = await refusal('importFromDisk', { from: { file: '/etc/passwd' }, passphrase });
  expect(told).toEqual({ kind: 'usage', code: 'export_foreign', params: { file: '/etc/passwd' } });
});

test('where the system has a dialog, only what a person has chosen there is written or read', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE one (id int PRIMARY KEY)', 'INSERT INTO one VALUES (1)');
  using home = makeHome(pair);
  using disk = carriedDisk();
  const watched = watchService(home.folder);
  let chosen: string | null = null;
  const { value, refusal } = windowAppOn(home.folder, {
    service: watched.service,
    choosePath: async () => chosen,
  });
  await watched.quiet();
  const passphrase = PASSPHRASE;
  const asked = (folder: string) => ({ connection: CONNECTION, to: { folder, name: NAME }, passphrase });

  expect((await value('setup')).dialogs).toBe(true);
  expect(await value('choosePath', 'folder')).toBeNull();
  expect(await refusal('exportToDisk', asked(disk.folder))).toMatchObject({ code: 'export_path_not_chosen' });
  chosen = disk.folder;
  expect(await value('choosePath', 'folder')).toBe(disk.folder);
  expect(await refusal('exportToDisk', asked(join(disk.folder, '..')))).toMatchObject({
    code: 'export_path_not_chosen',
  });
  await value('exportToDisk', asked(disk.folder));
  await watched.event('export_ended', ({ record }) => record.end === 'complete');
  await watched.status(({ activity }) => activity.kind === 'idle');
  const file = join(disk.folder, NAME);
  expect(existsSync(file)).toBe(true);

  expect(await refusal('importFromDisk', { from: { file }, passphrase })).toMatchObject({
    code: 'export_path_not_chosen',
  });
  chosen = file;
  await value('choosePath', 'file');
  const batch = (await value('importFromDisk', { from: { file }, passphrase })) ?? expect.fail('no batch');
  await watched.event('batch_ended');
  // After a restart, the file of an earlier import need not be chosen again.
  const later = windowAppOn(home.folder, { service: watched.service, choosePath: async () => null });
  expect(await later.value('importFromDisk', { from: { batch }, passphrase })).not.toBeNull();
  expect(await later.refusal('importFromDisk', { from: { batch: 'sync_x' }, passphrase })).toMatchObject({
    code: 'batch_unknown',
  });
});

test('a window that only looks on can neither export nor import, nor open a dialog', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const { refusal, value } = windowAppOn(folder, { choosePath: async () => expect.fail('asked') });
  const refused = { kind: 'usage', code: 'service_running' };
  const to = { folder: '/tmp', name: NAME };
  const passphrase = PASSPHRASE;
  expect(await refusal('exportToDisk', { connection: 'x', to, passphrase })).toMatchObject(refused);
  expect(await refusal('importFromDisk', { from: { file: '/x' }, passphrase })).toMatchObject(refused);
  expect(await refusal('choosePath', 'file')).toMatchObject(refused);
  expect(await value('exports')).toEqual([]);
});
