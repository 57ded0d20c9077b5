import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { within } from '../../../src/core/doctor/checking.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { accountOf, type Keychain, KeychainError } from '../../../src/core/secrets/keychain.ts';
import { SystemKeychain } from '../../../src/core/secrets/systemKeychain.ts';
import { keyringMissing, lock, startKeyring } from '../../support/keyring.ts';
import { smallDisk } from '../../support/smallDisk.ts';
import { diagnose } from './support/diagnose.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const NOWHERE = { host: '127.0.0.1', port: 1, database: 'd', user: 'u', connectTimeoutSeconds: 1 };

function settingsIn(folder: string, parts: Readonly<Record<string, unknown>>): void {
  writeFileSync(
    join(folder, 'settings.json'),
    JSON.stringify({ central: NOWHERE, connections: [], ...parts }),
  );
}

test('a computer without settings is told what is missing and how to begin, and nothing is made on it', async () => {
  const folder = join(newFolder(), 'not', 'there');
  const { code, report, check } = await diagnose(folder);
  expect(check('settings')).toMatchObject({
    state: 'problem',
    finding: { kind: 'usage', code: 'settings_missing' },
  });
  expect(code('data_folder')).toBe('folder_absent');
  expect(code('journal')).toBe('journal_absent');
  expect(report.state).toBe('problem');
  expect(report.checks.filter((one) => one.subject !== null)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test('settings that are wrong, or plan what never comes, are a problem, and the computer is checked all the same', async () => {
  const folder = newFolder();
  settingsIn(folder, { schedules: [{ id: 'never', cron: '0 0 31 2 *', timezone: 'Asia/Jakarta' }] });
  const { code, params } = await diagnose(folder);
  expect(code('settings')).toBe('settings_invalid');
  expect(String(params('settings').problems)).toContain('schedules');
  expect(code('disk')).toBe('disk_ok');
});

test('schedules: none, all off, none of their connections on, another clock, more than a month away', async () => {
  const folder = newFolder();
  const branch = { ...NOWHERE, id: 'a', enabled: false };
  const daily = { id: 'daily', cron: '0 3 * * *', timezone: 'Asia/Jakarta' };
  const found = async (parts: Readonly<Record<string, unknown>>) => {
    settingsIn(folder, parts);
    const { code, report } = await diagnose(folder, { machine: { zone: () => 'Asia/Makassar' } });
    expect(report.checks.map((one) => one.check)).toContain('schedules');
    return [code('settings'), code('service'), code('schedules'), code('time_zone')];
  };
  const onB = { ...NOWHERE, id: 'b' };
  expect(await found({})).toEqual(['settings_no_branch', 'service_not_needed', 'schedules_none', 'zone_ok']);
  const off = { connections: [branch], schedules: [{ ...daily, enabled: false }] };
  expect(await found(off)).toEqual([
    'settings_all_disabled',
    'service_not_needed',
    'schedules_off',
    'zone_ok',
  ]);
  const idle = { connections: [branch, onB], schedules: [{ ...daily, connections: ['a'] }] };
  expect(await found(idle)).toEqual(['settings_ok', 'service_missing', 'schedule_idle', 'zone_differs']);
  const fine = { connections: [branch, onB], schedules: [{ ...daily, timezone: 'Asia/Ujung_Pandang' }] };
  expect(await found(fine)).toEqual(['settings_ok', 'service_missing', 'schedules_ok', 'zone_ok']);
  const far = { connections: [onB], schedules: [{ ...daily, cron: '0 3 29 2 *' }] };
  expect((await found(far))[2]).toBe('schedule_far');
});

test('a full disk, a nearly full one and a read-only one', async ({ skip }) => {
  const disk = smallDisk(400);
  if (typeof disk === 'string') return skip(disk);
  using small = disk;
  const real = { freeBytes: async (folder: string) => free(folder) };
  const { statfs } = await import('node:fs/promises');
  async function free(folder: string): Promise<number> {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  }
  const look = () => diagnose(small.folder, { machine: { ...real, tempFolder: small.folder } });
  const low = await look();
  expect([low.code('disk'), low.code('temp')]).toEqual(['disk_low', 'temp_ok']);
  small.fillUpTo(1_000_000);
  const nearly = await look();
  expect([nearly.code('disk'), nearly.code('temp')]).toEqual(['disk_full', 'temp_low']);
  small.makeRoom();
  mkdirSync(join(small.folder, 'logs'));
  small.setReadOnly(true);
  const fixed = await look();
  expect([fixed.code('data_folder'), fixed.code('temp'), fixed.code('logs')]).toEqual([
    'data_folder_read_only',
    'temp_unwritable',
    'logs_unwritable',
  ]);
  small.setReadOnly(false);
  expect(readdirSync(small.folder)).toEqual(['logs']);
});

test('a quota that leaves no room counts as full, however much the disk has', async ({ skip }) => {
  const disk = smallDisk(1);
  if (typeof disk === 'string') return skip(disk);
  using small = disk;
  small.fillUpTo(4096);
  const { code } = await diagnose(small.folder, { machine: { freeBytes: async () => 5e12 } });
  expect(code('disk')).toBe('disk_full');
});

const ports = systemPorts({ log: () => {} });

test('a sound journal is left as it is; a damaged one is reported, not set aside; a newer one is refused', async () => {
  const folder = newFolder();
  openJournal(folder, ports).journal.close();
  const before = readdirSync(folder);
  const sound = await diagnose(folder);
  expect(sound.code('journal')).toBe('journal_ok');
  expect(sound.params('journal').fileBytes).toBe(statSync(join(folder, 'journal.db')).size);
  expect(readdirSync(folder)).toEqual(before);

  const { journal } = openJournal(folder, ports);
  expect((await diagnose(folder)).code('journal')).toBe('journal_ok');
  journal.close();

  const file = join(folder, 'journal.db');
  const handle = openSync(file, 'r+');
  // Its pages after the first are overwritten.
  writeSync(handle, Buffer.alloc(16_384, 0x5a), 0, 16_384, 4096);
  closeSync(handle);
  const damaged = readFileSync(file);
  const found = await diagnose(folder);
  expect(found.check('journal')).toMatchObject({ state: 'problem', finding: { code: 'journal_damaged' } });
  expect(readFileSync(file).equals(damaged)).toBe(true);
  expect(readdirSync(folder)).toEqual(before);

  writeFileSync(file, 'no database at all, but long enough to be looked at');
  expect((await diagnose(folder)).code('journal')).toBe('journal_damaged');
});

const LEASE = new URL('../../../src/core/journal/lease.ts', import.meta.url).href;

/** A process of its own that takes the lease of a folder and keeps it. */
async function leaseTaker(folder: string): Promise<ChildProcess> {
  const code = `import { tryAcquireLease } from ${JSON.stringify(LEASE)};
    if (tryAcquireLease(process.argv[1]) === null) process.exit(1);
    process.stdout.write('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a lease that another process holds is reported with its process, and free when that has died', async () => {
  const folder = newFolder();
  const { journal } = openJournal(folder, ports);
  const child = await leaseTaker(folder);
  onTestFinished(() => void child.kill('SIGKILL'));
  expect((await diagnose(folder)).code('lease')).toBe('lease_taken');
  const since = '2026-11-30T10:00:00.000Z';
  journal.setHolder({ pid: child.pid ?? 0, host: 'pc\u001b[31m', face: 'cli', since, batchId: null });
  const held = await diagnose(folder);
  expect(held.params('lease')).toEqual({ pid: child.pid, host: 'pc\u001b[31m', face: 'cli', since });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await diagnose(folder)).code('lease')).toBe('lease_free');
  journal.close();
});

test.each(['absent', 'locked', 'silent', 'failed'] as const)('a keychain that is %s', async (reason) => {
  const trouble = async () => new KeychainError(reason, 'why');
  const keychain: Keychain = { trouble, doubt: () => {}, get: never, set: never, remove: never };
  const { code, params } = await diagnose(newFolder(), { machine: { keychain } });
  expect(code('keychain')).toBe(`keychain_${reason}`);
  expect(params('keychain').reason).toBe('why');
});

test('a real keyring answers; a locked one is noticed by the passwords that the settings need of it', async ({
  skip,
}) => {
  const missing = keyringMissing();
  if (missing !== null) return skip(missing);
  const folder = newFolder();
  settingsIn(folder, {});
  await using session = await startKeyring();
  const found = async () => {
    const keychain = new SystemKeychain({ env: session.env });
    return (await diagnose(folder, { machine: { keychain } })).code('keychain');
  };
  expect(await found()).toBe('keychain_ok');
  await new SystemKeychain({ env: session.env }).set(accountOf({ ...NOWHERE }), 'secret');
  expect(await found()).toBe('keychain_ok');
  lock(session);
  expect(await found()).toBe('keychain_locked');
});

function never(): never {
  throw new Error('the doctor only asks whether it works');
}

test('a program whose files were replaced since it began, and one whose files were not', async () => {
  const folder = newFolder();
  const file = join(folder, 'program');
  writeFileSync(file, '');
  const at = (startedAt: Date) =>
    diagnose(folder, { machine: { programFiles: [file, join(folder, 'gone')], startedAt } });
  expect((await at(new Date(Date.now() + 60_000))).code('program')).toBe('program_ok');
  chmodSync(file, 0o755);
  expect((await at(new Date(Date.now() - 60_000))).code('program')).toBe('program_replaced');
});

test('a folder in the place of the program, as where Electron runs from a checkout, says nothing', async () => {
  const { thisMachine } = await import('../../../src/core/doctor/machine.ts');
  const { argv } = process;
  onTestFinished(() => {
    process.argv = argv;
  });
  process.argv = [process.execPath, newFolder()];
  expect(thisMachine().programFiles).toEqual([process.execPath]);
});

test('a check that takes too long is given up, and told to end', async () => {
  let ended = false;
  const endless = (stop: AbortSignal) =>
    new Promise<never>(() => {
      stop.addEventListener('abort', () => {
        ended = true;
      });
    });
  await expect(within(20, new AbortController().signal, endless)).rejects.toMatchObject({ name: 'TimedOut' });
  expect(ended).toBe(true);
});

test('a check that fails by itself does not hide the others', async () => {
  const machine = { freeBytes: async () => Promise.reject(new Error('no statfs')) };
  const { code, params } = await diagnose(newFolder(), { machine });
  expect(code('disk')).toBe('check_failed');
  expect(params('disk').reason).toBe('no statfs');
  expect(code('sleep')).toBe('sleep_unknown');
});
