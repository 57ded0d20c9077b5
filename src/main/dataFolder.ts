import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app } from 'electron';
import { dataFolder } from '../core/settings/dataFolder.ts';

/** Makes this process use the same folder as the command line does, and returns it. */
export function setupDataFolder(): string {
  app.setName('Branchline');
  const folder = dataFolder({
    dataDir: dataDirOf(process.argv),
    env: process.env,
    platform: process.platform,
    homedir: homedir(),
  });
  app.setPath('userData', folder);
  // What Chromium keeps (caches, preferences) stays apart from settings and journal.
  app.setPath('sessionData', join(folder, 'window'));
  return folder;
}

/** Not strict: Electron's and Chromium's own switches stand there too. */
function dataDirOf(argv: readonly string[]): string | undefined {
  const { values } = parseArgs({
    args: argv.slice(1),
    options: { 'data-dir': { type: 'string' } },
    strict: false,
  });
  const given = values['data-dir'];
  return typeof given === 'string' ? given : undefined;
}
