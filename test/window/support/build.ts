import { execFile } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A package of this test file's own: another file may be building meanwhile. Inside the checkout, for `node_modules`. */
const PACKAGE = resolve('out', `test-window-${process.pid}`);

/** The built command line, which finds the built window beside itself; after {@link buildWindow}. */
export const BUILT_CLI = join(PACKAGE, 'out', 'cli', 'branchline.cjs');

/** The built window. */
export const WINDOW_FOLDER = join(PACKAGE, 'out', 'renderer');

/** Builds command line and window from the sources as they are, and removes them after the file's tests. */
export async function buildWindow(): Promise<() => void> {
  const env = { ...process.env, NODE_ENV: 'production', BRANCHLINE_BUILD_OUT: join(PACKAGE, 'out') };
  await run(process.execPath, [resolve('node_modules/electron-vite/bin/electron-vite.js'), 'build'], { env });
  await run(process.execPath, [resolve('node_modules/vite/bin/vite.js'), 'build'], { env });
  copyFileSync('package.json', join(PACKAGE, 'package.json'));
  return () => rmSync(PACKAGE, { recursive: true, force: true });
}
