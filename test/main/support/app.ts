import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { commandLine, hasRuntime, type Start } from './electron.ts';

export { buildApp, commandLine, environment, hasRuntime, type Start } from './electron.ts';

if (!hasRuntime) {
  console.warn(
    '\n!! SKIPPED: the desktop application was NOT tested on a real Electron.\n' +
      '!! Set BRANCHLINE_TEST_ELECTRON to the folder of a test runtime and run under xvfb-run, as .ci/run does.\n',
  );
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
    const killed = setTimeout(() => child.kill('SIGKILL'), 20_000);
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
