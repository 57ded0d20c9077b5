import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, dialog } from 'electron';
import { readLanguage } from '../app/settingsViews.ts';
import { dataFolder, makeOwnFolder } from '../core/files/dataFolder.ts';
import { folderError, folderRefusal } from '../core/files/folderError.ts';
import type { Logger } from '../core/ports.ts';
import { installation } from '../core/settings/installation.ts';
import { settleCopy } from '../core/settings/settleCopy.ts';
import { logUnexpected } from '../core/unexpected.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { createTranslator, type Translate } from '../shared/texts/translate.ts';

/**
 * Creates the user-data folder. Returns why it cannot be used, or null. Call it before Chromium starts, which
 * exits without a message if it cannot write there.
 */
export function folderTrouble(folder: string): UsageError | null {
  try {
    makeOwnFolder(folder);
    return folderRefusal(folder);
  } catch (error) {
    return folderError(folder, error);
  }
}

/**
 * Shows a dialog that says why the program cannot start, and ends it. A person who clicked an icon sees
 * neither a terminal nor a log.
 */
export async function refuseToStart(error: unknown, folder: string, logger: Logger): Promise<void> {
  logUnexpected(logger, error);
  // Chromium needs a writable folder; this temporary one is removed at exit.
  const place = mkdtempSync(join(tmpdir(), 'branchline-start-'));
  if (!app.isReady()) {
    app.setPath('userData', place);
    app.setPath('sessionData', place);
  }
  await app.whenReady();
  const { language } = readLanguage(folder, app.getPreferredSystemLanguages());
  const lines = linesOf(error, createTranslator(language), logger);
  process.stderr.write(`${lines.join('\n')}\n`);
  dialog.showErrorBox('Branchline', lines.join('\n\n'));
  rmSync(place, { recursive: true, force: true });
  app.exit(1);
}

/** The same lines as on the command line. */
function linesOf(error: unknown, t: Translate, logger: Logger): readonly string[] {
  if (error instanceof UsageError) {
    const { what, hint, means, next } = t.usage(error.code, error.params);
    return [what, hint, means, next].filter((line) => line !== null);
  }
  return [t('cli.fatal.what'), t('cli.fatal.means'), t('cli.fatal.next', { file: logger.file?.() ?? '?' })];
}

/**
 * Allows one tray per user-data folder. A second start shows the first one's window instead, because people
 * look for a hidden icon by starting the program again.
 *
 * @returns false if another instance runs and this one must quit
 */
export function setupSingleInstance(show: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', show);
  return true;
}

/** Makes Electron use the same user-data folder as the command line, and returns it. */
export function setupDataFolder(): string {
  app.setName('Branchline');
  const folder = dataFolder({
    dataDir: dataDirOf(process.argv),
    env: process.env,
    platform: process.platform,
    homedir: homedir(),
  });
  app.setPath('userData', folder);
  // Keeps Chromium's files (caches, preferences) apart from settings and journal.
  app.setPath('sessionData', join(folder, 'window'));
  return folder;
}

/** Not strict, because Electron's and Chromium's switches are in the arguments too. */
function dataDirOf(argv: readonly string[]): string | undefined {
  const { values } = parseArgs({
    args: argv.slice(1),
    options: { 'data-dir': { type: 'string' } },
    strict: false,
  });
  const given = values['data-dir'];
  return typeof given === 'string' ? given : undefined;
}

/** In the order of the dialog's buttons; a last button quits. */
const ANSWERS = ['keep', 'new'] as const;

/**
 * Asks once what to do with a data folder that came from another computer.
 *
 * @returns false if the person chose to quit
 */
export async function settleCopied(folder: string, t: Translate): Promise<boolean> {
  try {
    installation(folder);
    return true;
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== UsageCode.InstallationCopied) throw error;
    const { what, means } = t.usage(error.code, error.params);
    const { response } = await dialog.showMessageBox({
      type: 'question',
      title: 'Branchline',
      message: what,
      detail: `${means}\n\n${t('quit.copiedDetail')}`,
      buttons: [t('quit.copiedKeep'), t('quit.copiedNew'), t('quit.quit')],
      defaultId: 2,
      cancelId: 2,
      noLink: true,
    });
    const answer = ANSWERS[response];
    if (answer !== undefined) settleCopy({ folder }, t.language, answer);
    return answer !== undefined;
  }
}
