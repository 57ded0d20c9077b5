import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { installationId } from '../../src/core/settings/installation.ts';
import { otherUser } from '../support/otherUser.ts';
import { smallDisk } from '../support/smallDisk.ts';
import { buildApp, commandLine, dataFolder, hasRuntime } from './support/app.ts';
import { waitFor } from './support/desktop/bus.ts';
import { writeSettings } from './support/history.ts';

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  /** What the dialog showed. */
  readonly dialog: string;
}

/** Starts the application and waits for its end; what its error dialog shows is noted instead of shown. */
async function runApp(
  folder: string,
  as: { uid?: number; gid?: number } = {},
  lang?: string,
  more: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const place = dataFolder();
  chmodSync(place, 0o777);
  const noted = join(place, 'dialog');
  const { executablePath, args, env } = commandLine({ folder, ...(lang === undefined ? {} : { lang }) });
  const capture = ['-r', resolve('test/main/support/captureDialog.cjs')];
  const cookie = join(place, 'Xauthority');
  const { XAUTHORITY } = process.env;
  if (XAUTHORITY !== undefined && existsSync(XAUTHORITY)) {
    cpSync(XAUTHORITY, cookie);
    chmodSync(cookie, 0o644);
  }
  const child = spawn(executablePath, [...capture, ...args], {
    ...as,
    env: { ...env, DIALOG_FILE: noted, HOME: place, XDG_CONFIG_HOME: place, XAUTHORITY: cookie, ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr, dialog: existsSync(noted) ? readFileSync(noted, 'utf8') : '' };
}

describe.skipIf(!hasRuntime)('a start that cannot succeed, on a real Electron', () => {
  beforeAll(buildApp);

  test('a read-only data folder is reported in a dialog, at the second start too (D2)', async ({ skip }) => {
    const made = smallDisk(8);
    if (typeof made === 'string') return skip(made);
    using disk = made;
    const folder = join(disk.folder, 'data');
    mkdirSync(folder);
    writeSettings(folder, 'auto');
    disk.setReadOnly(true);
    for (const _ of [1, 2]) {
      const { code, dialog, stderr } = await runApp(folder);
      expect(dialog).toContain(`The data folder ${folder} cannot be written to: EROFS.`);
      expect(dialog).toContain('make the disk writable again');
      expect(stderr).toContain(`The data folder ${folder} cannot be written to: EROFS.`);
      expect(code).toBe(1);
    }
    const { dialog } = await runApp(folder, {}, 'id_ID.UTF-8');
    expect(dialog).toContain(`Folder data ${folder} tidak bisa ditulisi: EROFS.`);
  });

  test('a folder or file owned by root is reported to another user (D2)', async ({ skip }) => {
    const user = await otherUser();
    if (typeof user === 'string') return skip(user);
    const folder = dataFolder();
    writeSettings(folder);
    openJournal(folder, systemPorts({ log: () => {} })).journal.close();
    chmodSync(folder, 0o755);
    const rootsFolder = await runApp(folder, user);
    expect(rootsFolder.dialog).toContain(`The data folder ${folder} cannot be written to: EACCES.`);
    expect(rootsFolder.code).toBe(1);
    user.own(folder);
    const rootsFile = await runApp(folder, user);
    expect(rootsFile.dialog).toContain(`cannot be written to: EACCES (journal.db).`);
    expect(rootsFile.dialog).toContain(`sudo chown -R`);
    expect(rootsFile.code).toBe(1);
    const parent = dataFolder();
    chmodSync(parent, 0o755);
    const missing = await runApp(join(parent, 'data'), user);
    expect(missing.dialog).toContain(`cannot be written to: EACCES (${parent}).`);
    expect(missing.code).toBe(1);
  });

  test('an agent that serves the folder does not prevent a start; a lock that cannot be taken does', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    mkdirSync(join(folder, 'service.db'));
    const { code, dialog } = await runApp(folder);
    expect(dialog).toContain(`The data folder ${folder} cannot be used`);
    expect(code).toBe(1);
  });

  test('the dialog is a window of the desktop, and the program waits for the person to close it', async ({
    skip,
  }) => {
    const made = smallDisk(8);
    if (typeof made === 'string') return skip(made);
    using disk = made;
    disk.setReadOnly(true);
    const { executablePath, args, env } = commandLine({ folder: join(disk.folder, 'data') });
    const child = spawn(executablePath, args, { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    try {
      await waitFor('dialog', () => {
        const windows = execFileSync('xwininfo', ['-root', '-tree'], { encoding: 'utf8' });
        return /"Error": \("electron"/.test(windows) ? true : undefined;
      });
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  test('a dialog asks about a data folder from another computer; Quit changes nothing (D3)', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    installationId(folder, { host: 'golden-image', id: 'image' });
    const before = readFileSync(join(folder, 'installation.json'), 'utf8');
    const quit = await runApp(folder, {}, undefined, { DIALOG_ANSWER: '2', BRANCHLINE_MACHINE: 'clone' });
    expect(quit.dialog).toContain(`The data folder ${folder} belongs to the computer golden-image`);
    expect(quit.dialog).toContain('"buttons":["Take its place","New installation","Quit"]');
    expect(quit.code).toBe(0);
    expect(readFileSync(join(folder, 'installation.json'), 'utf8')).toBe(before);
    expect(existsSync(join(folder, 'journal.db'))).toBe(false);
  });

  test('a pipe in place of the desktop’s memory does not prevent a start (D14)', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    execFileSync('mkfifo', [join(folder, 'desktop.json')]);
    const { executablePath, args, env } = commandLine({ folder });
    const child = spawn(executablePath, args, { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    try {
      await waitFor('journal', () => existsSync(join(folder, 'journal.db')) || undefined);
      await waitFor('log', () => existsSync(join(folder, 'logs', 'tray.log')) || undefined);
      expect(readFileSync(join(folder, 'logs', 'tray.log'), 'utf8')).toContain('not a plain file');
      expect(statSync(join(folder, 'logs', 'tray.log')).mode & 0o077).toBe(0);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
});
