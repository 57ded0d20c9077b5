import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumToRun } from '../../support/chromium.ts';
import type { TestAgent } from './agent.ts';

let browser: Promise<Browser> | null = null;

/** Started with the first window; to be closed after the file's tests. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

/**
 * The window of an agent in a browser of its own, until the test has finished, which then fails if the page has met
 * an error or was refused something by its content security policy.
 */
export async function openWindow(agent: TestAgent, options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= chromiumToRun().then((launch) => chromium.launch(launch));
  const context = await (await browser).newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isLostLink(message.text())) problems.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    if (problems.length > 0) throw new Error(`The page met errors:\n${problems.join('\n')}`);
  });
  await page.goto(agent.link());
  await page.locator('h1').waitFor();
  return page;
}

/** What the browser itself writes when the agent is gone: the tests kill it on purpose. */
function isLostLink(text: string): boolean {
  return /net::ERR_(CONNECTION_(REFUSED|RESET)|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET)/.test(text);
}
