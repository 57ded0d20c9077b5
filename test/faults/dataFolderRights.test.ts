import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { isLocked, lockFile } from '../../src/core/journal/exclusiveFile.ts';
import { tryAcquireLease } from '../../src/core/journal/lease.ts';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { installationId } from '../../src/core/settings/installation.ts';
import { takeServiceLock } from '../../src/service/serviceLock.ts';
import { otherUser } from '../support/otherUser.ts';

const BRANCHLINE = fileURLToPath(new URL('../../src/cli/branchline.ts', import.meta.url));

const SETTINGS = JSON.stringify({
  central: { host: '127.0.0.1', port: 1, database: 'x', user: 'y' },
  connections: [{ id: 'a', host: '127.0.0.1', port: 1, database: 'x', user: 'y' }],
});

/** A data folder with settings, in a folder that everybody may enter. */
function dataFolder(): string {
  const place = mkdtempSync(join(tmpdir(), 'branchline-rights-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  chmodSync(place, 0o755);
  const folder = join(place, 'data');
  mkdirSync(folder);
  writeFileSync(join(folder, 'settings.json'), SETTINGS);
  return folder;
}

/** Makes what a command and a service leave in a folder. */
function usedBefore(folder: string): void {
  installationId(folder);
  openJournal(folder, systemPorts({ log: () => {} })).journal.close();
  tryAcquireLease(folder)?.release();
  takeServiceLock(folder).release();
}

const COMMANDS = [['sync-status'], ['serve']] as const;

/** The first line names the folder and what is refused; then comes what to do. */
const refusedWith = (folder: string, reason: string) =>
  new RegExp(
    `^The data folder ${folder} cannot be written to: ${reason}\\.\\nSettings and records .*\\nLet this user write there .*sudo chown -R "\\$USER" ${folder}[ ,)]`,
  );

test('a data folder of root is told as such to another user, not as an I/O error (D2)', async ({ skip }) => {
  const user = await otherUser();
  if (typeof user === 'string') return skip(user);
  const folder = dataFolder();
  usedBefore(folder);
  chmodSync(folder, 0o755);
  for (const name of ['journal.db', 'lease.db', 'journal.lock', 'installation.json'])
    chmodSync(join(folder, name), 0o644);
  for (const command of COMMANDS) {
    const { code, stderr } = user.branchline('--data-dir', folder, ...command);
    expect(stderr).toMatch(refusedWith(folder, 'EACCES'));
    expect(code).toBe(2);
  }
});

test("a file that a command under sudo left behind is named, in the user's own folder (D2)", async ({
  skip,
}) => {
  const user = await otherUser();
  if (typeof user === 'string') return skip(user);
  const left = [
    ['journal.db', 0o644, 'sync-status'],
    ['lease.db', 0o644, 'sync-all'],
    ['installation.json', 0o600, 'sync-all'],
    ['service.db', 0o644, 'serve'],
  ] as const;
  for (const [name, mode, command] of left) {
    const folder = dataFolder();
    usedBefore(folder);
    execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    execFileSync('chown', ['0:0', join(folder, name)]);
    chmodSync(join(folder, name), mode);
    const { code, stderr } = user.branchline('--data-dir', folder, command);
    expect(stderr, name).toMatch(refusedWith(folder, `EACCES \\(${name}\\)`));
    expect(code).toBe(2);
  }
});

test('a folder that cannot be made is told with the one above that refuses it (D2)', async ({ skip }) => {
  const user = await otherUser();
  if (typeof user === 'string') return skip(user);
  const place = join(dataFolder(), 'closed');
  mkdirSync(place);
  const folder = join(place, 'data', 'deeper');
  const { code, stderr } = user.branchline('--data-dir', folder, 'serve');
  expect(stderr).toMatch(refusedWith(folder, `EACCES \\(${place}\\)`));
  expect(code).toBe(2);
});

test('a lock file that may only be read keeps the others out, instead of letting two run at once', async ({
  skip,
}) => {
  const user = await otherUser();
  if (typeof user === 'string') return skip(user);
  const folder = dataFolder();
  const file = join(folder, 'lease.db');
  lockFile(file, 0)?.release();
  chmodSync(folder, 0o777);
  chmodSync(file, 0o444);
  const { stderr } = user.branchline('--data-dir', folder, 'sync-all');
  expect(stderr).toContain('EACCES');
});

test('the data folder and its files are for their user alone, also those of an earlier version (C7)', () => {
  const folder = dataFolder();
  usedBefore(folder);
  for (const name of ['journal.db', 'lease.db']) chmodSync(join(folder, name), 0o644);
  chmodSync(folder, 0o755);
  usedBefore(folder);
  expect(modeOf(folder)).toBe('700');
  for (const name of ['journal.db', 'lease.db', 'journal.lock', 'installation.json'])
    expect([name, modeOf(join(folder, name))]).toEqual([name, '600']);
});

test("another user's reader does not keep the lease from its user (C7)", async ({ skip }) => {
  const user = await otherUser();
  if (typeof user === 'string') return skip(user);
  const folder = dataFolder();
  chmodSync(folder, 0o755);
  lockFile(join(folder, 'lease.db'), 0)?.release();
  const open = `new (require('better-sqlite3'))(${JSON.stringify(join(folder, 'lease.db'))}, { readonly: true }).prepare('SELECT 1 FROM sqlite_schema').get()`;
  expect(() =>
    execFileSync(process.execPath, ['-e', open], { uid: user.uid, gid: user.gid, stdio: 'pipe' }),
  ).toThrow(/unable to open database file/);
});

test('looking whether a lock is held writes nothing, also beside the journal that a killed holder left', () => {
  const file = join(dataFolder(), 'lease.db');
  expect(isLocked(file, 0)).toBe(false);
  const lock = lockFile(file, 0);
  expect(isLocked(file, 0)).toBe(true);
  lock?.release();
  writeFileSync(`${file}-journal`, '');
  expect(isLocked(file, 0)).toBe(false);
  expect(lockFile(file, 0)).not.toBeNull();
});

function modeOf(place: string): string {
  return (statSync(place).mode & 0o777).toString(8);
}

test.skipIf(process.platform === 'win32')(
  'whatever a command writes is for this user alone, under any umask (C7)',
  () => {
    const folder = dataFolder();
    chmodSync(folder, 0o700);
    execFileSync('/bin/sh', [
      '-c',
      'umask 000; "$0" "$@"',
      process.execPath,
      BRANCHLINE,
      '--data-dir',
      folder,
      'sync-status',
    ]);
    const open = readdirSync(folder).filter(
      (name) => name !== 'settings.json' && (statSync(join(folder, name)).mode & 0o077) !== 0,
    );
    expect(open).toEqual([]);
  },
);
