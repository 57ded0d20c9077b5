import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { readLanguage } from '../core/face/setup.ts';
import type { Logger } from '../core/ports.ts';
import { folderError, folderRefusal } from '../core/settings/folderError.ts';
import { makeOwnFolder } from '../core/settings/ownFolder.ts';
import { logUnexpected } from '../core/unexpected.ts';
import { UsageError } from '../shared/errors.ts';
import { createTranslator, type Translate } from '../shared/texts/translate.ts';

/**
 * Makes the user-data folder, and tells why it cannot be used; null where it can. To be asked before Chromium is, which
 * ends without a word where it may not write there.
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
 * Says in a dialog why the program cannot start, and ends it. A person who clicks an icon sees neither a terminal
 * nor a log.
 */
export async function refuseToStart(error: unknown, folder: string, logger: Logger): Promise<void> {
  logUnexpected(logger, error);
  // Chromium needs a place to write; this one is gone with the program.
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

/** As the command line says it. */
function linesOf(error: unknown, t: Translate, logger: Logger): readonly string[] {
  if (error instanceof UsageError) {
    const { what, hint, means, next } = t.usage(error.code, error.params);
    return [what, hint, means, next].filter((line) => line !== null);
  }
  return [t('cli.fatal.what'), t('cli.fatal.means'), t('cli.fatal.next', { file: logger.file?.() ?? '?' })];
}
