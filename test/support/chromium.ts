import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import type { LaunchOptions } from 'playwright-core';

/** Where Debian, Ubuntu and Google put a browser. */
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** How a browser is started here: an installed one, else the one that comes from npm, which runs on Linux. */
export async function chromiumToRun(): Promise<LaunchOptions> {
  const executablePath = INSTALLED.find((file) => existsSync(file)) ?? (await chromium.executablePath());
  // Without a sandbox of the system's: test machines are containers, where root runs it.
  return { executablePath, args: ['--no-sandbox', '--disable-gpu'], headless: true };
}
