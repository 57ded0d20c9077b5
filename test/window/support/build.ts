import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** Of this test file alone: another one may be building meanwhile. */
const OUT = `out/test-window-${process.pid}`;

/** Where the built window is, after {@link buildWindow}. */
export const WINDOW_FOLDER = resolve(OUT, 'renderer');

/** Builds the window from the sources as they are, and removes it after the file's tests. */
export async function buildWindow(): Promise<() => void> {
  const cli = resolve('node_modules/electron-vite/bin/electron-vite.js');
  await promisify(execFile)(process.execPath, [cli, 'build'], {
    env: { ...process.env, NODE_ENV: 'production', BRANCHLINE_BUILD_OUT: OUT },
  });
  return () => rmSync(OUT, { recursive: true, force: true });
}
