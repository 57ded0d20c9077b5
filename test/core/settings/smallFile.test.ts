import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSmallText } from '../../../src/core/files/smallFile.ts';
import { openJournal, openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { testConnection } from '../../../src/core/probe/connectionTest.ts';
import { installationId } from '../../../src/core/settings/installation.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { UsageCode } from '../../../src/shared/errors.ts';
import { runCli } from '../../cli/run.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { refusal, testFolder } from './folder.ts';

const NOT_PLAIN = 'it is not a plain file (a folder, a pipe or a device)';

/** What may stand at a path instead of a small file; none of them may be waited for or read. */
const UNFIT: readonly (readonly [what: string, make: (file: string) => void, reason: string])[] = [
  ['a pipe', (file) => execFileSync('mkfifo', [file]), NOT_PLAIN],
  ['a folder', (file) => mkdirSync(file), NOT_PLAIN],
  ['a device without an end', (file) => symlinkSync('/dev/zero', file), NOT_PLAIN],
  ['a gigabyte', (file) => largeFile(file), 'it is larger than 8 MB'],
];

describe('files that are read whole', () => {
  test.each(UNFIT)(
    '%s as settings.json is refused with path and reason (D14)',
    async (_what, make, reason) => {
      const folder = testFolder();
      const file = join(folder, 'settings.json');
      make(file);
      const error = refusal(() => loadSettings(folder));
      expect(error.code).toBe(UsageCode.SettingsUnreadable);
      expect(error.params).toMatchObject({ path: file, reason });

      const { code, stderr } = await runCli(['--data-dir', folder, 'sync-all']);
      expect(stderr).toContain(`The settings file ${file} cannot be read: ${reason}.`);
      expect(code).toBe(2);
    },
  );

  test('the reason is told in Indonesian too', () => {
    const folder = testFolder();
    execFileSync('mkfifo', [join(folder, 'settings.json')]);
    expect(refusal(() => loadSettings(folder, 'id')).params.reason).toContain('bukan berkas biasa');
  });

  test.each(UNFIT)(
    '%s as sslrootcert or passfile is refused with path and reason (D14)',
    async (what, make, reason) => {
      await using pair = await freshDatabases({ scale: 0.01 });
      using home = makeHome(pair);
      const file = join(home.folder, what.replaceAll(' ', '-'));
      make(file);
      const tests = [{ sslmode: 'verify-ca', sslrootcert: file }, { passfile: file }] as const;
      for (const part of tests) {
        const { central } = loadSettings(home.folder);
        const steps = await testConnection(home.folder, {
          kind: 'central',
          central: { ...central, ...part },
        });
        const failed = steps.find((step) => !step.ok);
        const told = JSON.stringify(failed);
        expect(told).toContain(file);
        if ('sslrootcert' in part) expect(told).toContain(reason);
        else expect(told).toMatch(/is not a plain file|can be read by others|is larger than 8 MB/);
      }
    },
  );

  test.each(UNFIT)('%s as installation.json is refused', (_what, make, reason) => {
    const folder = testFolder();
    make(join(folder, 'installation.json'));
    const error = refusal(() => installationId(folder));
    expect(error.code).toBe(UsageCode.DataFolderUnusable);
    expect(error.params).toMatchObject({ folder, reason: `installation.json: ${reason}` });
  });

  test.each(UNFIT.slice(0, 3))('%s as journal.db is refused', (_what, make) => {
    const folder = testFolder();
    make(join(folder, 'journal.db'));
    const ports = systemPorts({ log: () => {} });
    for (const open of [openJournal, openJournalToRead]) {
      const { params } = refusal(() => open(folder, ports));
      expect(params).toMatchObject({ folder, reason: `${join(folder, 'journal.db')} is not a plain file` });
    }
  });

  test('settings nested 200,000 deep are refused at the place where it gets too deep (D14)', async () => {
    const folder = testFolder();
    const deep = `{"central": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    writeFileSync(join(folder, 'settings.json'), deep);
    const error = refusal(() => loadSettings(folder));
    expect(error.code).toBe(UsageCode.SettingsInvalid);
    expect(error.params).toMatchObject({
      path: 'line 1, column 76',
      reason: 'has more than 64 brackets inside each other',
    });
    const { code, stderr } = await runCli(['--data-dir', folder, 'connection', 'list']);
    expect(stderr).toContain('line 1, column 76: has more than 64 brackets inside each other');
    expect(code).toBe(2);
  });

  test.each([
    ['objects', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['a text of 7 MB', `{"central": "${'x'.repeat(7_000_000)}"}`],
    ['a number of 7 MB', `{"central": ${'1'.repeat(7_000_000)}}`],
    ['7 MB of blanks', `${' '.repeat(7_000_000)}x`],
    ['a million values', `{"central": [${'1,'.repeat(1_000_000)}1]}`],
    ['a hundred thousand wrong connections', `{"connections": [${'1,'.repeat(100_000)}1]}`],
  ])('%s is refused, not crashed at', (_what, text) => {
    const folder = testFolder();
    writeFileSync(join(folder, 'settings.json'), text);
    const { code, params } = refusal(() => loadSettings(folder));
    expect(code).toBe(UsageCode.SettingsInvalid);
    expect(String(params.problems).length).toBeLessThan(10_000);
  });

  test('a file of the system that says it has no bytes is read to its end', () => {
    expect(readSmallText('/proc/self/status')).toContain('Pid:');
  });
});

/** Takes no room on the disk. */
function largeFile(file: string): void {
  writeFileSync(file, '', { mode: 0o600 });
  truncateSync(file, 2 ** 30);
}
