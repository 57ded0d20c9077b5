import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumToRun } from '../../test/support/chromium.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The window in a browser, served by `branchline serve` as it ships. */
export interface ServedWindow extends AsyncDisposable {
  readonly browser: Browser;
  readonly page: Page;
}

/** Builds the window into the folder of a built command line, which expects it there. */
export async function buildWindow(cli: string): Promise<void> {
  const out = resolve(cli, '../../out');
  await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'error'],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production', BRANCHLINE_BUILD_OUT: out } },
  );
}

/** Serves a user-data folder and opens its window, or head office's. */
export async function openServedWindow(
  cli: string,
  folder: string,
  office: 'branch' | 'head_office' = 'branch',
): Promise<ServedWindow> {
  const whose = office === 'branch' ? [] : ['--head-office'];
  const child = spawn(process.execPath, [cli, '--data-dir', folder, 'serve', '--json', ...whose], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    gone.then(([code]) => Promise.reject(new Error(`serve ended with ${code}`))),
  ]);
  const { link } = JSON.parse(line);
  const browser = await chromium.launch(await chromiumToRun());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  await page.goto(link);
  await page.locator('h1').waitFor();
  return {
    browser,
    page,
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/**
 * Private memory of the window's renderer process in MB: what closing it would free. Pages of the browser's
 * program, which its processes share, do not count.
 */
export async function privateMegabytes({ browser }: ServedWindow): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = await Promise.all(
    processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => privateKilobytes(id)),
  );
  // The browser also keeps a spare renderer ready; the window's is the largest.
  return Math.max(...sizes) / 1024;
}

async function privateKilobytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].reduce(
    (sum, [, kilobytes]) => sum + Number(kilobytes),
    0,
  );
}
