import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildFolder, buildOnce } from '../../support/buildOnce.ts';

const run = promisify(execFile);

const PACKAGE = buildFolder('window');

/** The built command line, which finds the built window beside itself; after {@link buildWindow}. */
export const BUILT_CLI = join(PACKAGE, 'out', 'cli', 'branchline.cjs');

/** The built window. */
export const WINDOW_FOLDER = join(PACKAGE, 'out', 'renderer');

/** Builds command line and window from the sources as they are; gives what removes them. */
export function buildWindow(): Promise<() => void> {
  return buildOnce(PACKAGE, async () => {
    const env = { ...process.env, NODE_ENV: 'production', BRANCHLINE_BUILD_OUT: join(PACKAGE, 'out') };
    await run(process.execPath, ['node_modules/electron-vite/bin/electron-vite.js', 'build'], { env });
    await run(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], { env });
    copyFileSync('package.json', join(PACKAGE, 'package.json'));
  });
}
