import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { Desktop } from './desktop/desktop.ts';

/** The folder of a test runtime (an Electron 25, with `compat.cjs`); undefined where there is none. */
const RUNTIME = process.env.BRANCHLINE_TEST_ELECTRON;

export const hasRuntime = RUNTIME !== undefined && RUNTIME !== '';

if (!hasRuntime) {
  console.warn(
    '\n!! SKIPPED: the window was NOT tested on a real Electron.\n' +
      '!! Set BRANCHLINE_TEST_ELECTRON to the folder of a test runtime and run under xvfb-run, as .ci/run does.\n',
  );
}

/** Of this test file alone: another one may be building or starting its own meanwhile. */
const OUT = `out/test-${process.pid}`;

/** Builds the shell for the runtime, from the sources as they are, and removes it after the file's tests. */
export async function buildApp(): Promise<() => void> {
  const cli = resolve('node_modules/electron-vite/bin/electron-vite.js');
  await promisify(execFile)(process.execPath, [cli, 'build'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      BRANCHLINE_BUILD_TARGET: 'electron25',
      BRANCHLINE_BUILD_OUT: OUT,
    },
  });
  return () => rmSync(OUT, { recursive: true, force: true });
}

/** How one start of the application is told apart from another. */
export interface Start {
  readonly folder: string;
  /** Where its icon and notifications are seen; nowhere where absent. */
  readonly desktop?: Desktop;
  /** Without opening the window, as at login. */
  readonly hidden?: boolean;
  /** The system's language, as LANG has it. */
  readonly lang?: string;
}

/** What Electron is started with. */
export function commandLine({ folder, hidden, desktop, lang = 'en_GB.UTF-8' }: Start): {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
} {
  const runtime = RUNTIME ?? '';
  const busAddress = desktop?.busAddress ?? 'disabled:';
  const { NODE_OPTIONS: _forVitest, LANGUAGE: _other, LC_ALL: _all, ...env } = definedEnv();
  return {
    executablePath: join(runtime, 'electron/electron'),
    // Without a sandbox of the system's: test machines are containers, where root runs it.
    args: [
      '-r',
      join(runtime, 'compat.cjs'),
      '--no-sandbox',
      '--disable-gpu',
      resolve(OUT, 'main/main.cjs'),
      '--data-dir',
      folder,
      ...(hidden === true ? ['--hidden'] : []),
    ],
    env: {
      ...env,
      LANG: lang,
      LC_MESSAGES: lang,
      // On the desktop of its test, or on none: not on that of whoever runs the tests. Sleep is told on the system's bus.
      DBUS_SESSION_BUS_ADDRESS: busAddress,
      DBUS_SYSTEM_BUS_ADDRESS: busAddress,
    },
  };
}

/** Starts the application; it is closed when the test has finished, however the test has ended it. */
export async function launch(start: Start): Promise<ElectronApplication> {
  if (!process.env.DISPLAY) throw new Error('There is no display: run the tests under xvfb-run.');
  const app = await _electron.launch(commandLine(start));
  // Taken now: of one that has ended Playwright knows nothing.
  const child = app.process();
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    // Node waits for its debugger, which after a simulated sleep no longer answers.
    const killed = setTimeout(() => child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(killed);
  });
  return app;
}

/** Starts the application and waits for its window. */
export async function startApp(start: Start): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await launch(start);
  const page = await app.firstWindow();
  await page.locator('h1').waitFor();
  return { app, page };
}

/** An empty data folder, removed when the test has finished. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-window-'));
  // Chromium's last writes may still be under way when its process has just ended.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  );
}
