import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumToRun } from '../../support/chromium.ts';
import type { ServedAgent } from './agent.ts';

/** For a state to come about: a busy machine takes its time, and a state that never comes fails all the same. */
const PATIENCE_MS = 60_000;

interface Opening extends BrowserContextOptions {
  /** An error that the test is about. */
  readonly expected?: RegExp;
}

let browser: Promise<Browser> | null = null;

/** Starts the browser for a test file's windows. @returns closes it */
export async function startBrowser(): Promise<() => Promise<void>> {
  browser = chromiumToRun().then((launch) => chromium.launch(launch));
  const started = await browser;
  return () => started.close();
}

/**
 * The window of an agent in a browser profile of its own, until the test has finished, which then fails if the page
 * has met an error or was refused something by its content security policy.
 */
export async function openWindow(agent: ServedAgent, { expected, ...options }: Opening = {}): Promise<Page> {
  if (browser === null) throw new Error('There is no browser: beforeAll(startBrowser) starts one.');
  const context = await (await browser).newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (text: string): void => {
    if (!isLostLink(text) && expected?.test(text) !== true) problems.push(text);
  };
  page.on('pageerror', (error) => note(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') note(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    if (problems.length > 0) throw new Error(`The page met errors:\n${problems.join('\n')}`);
  });
  await page.goto(await agent.link());
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** What the browser itself writes when the agent is gone: tests kill it on purpose. */
function isLostLink(text: string): boolean {
  return /net::ERR_(CONNECTION_(REFUSED|RESET)|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET)/.test(text);
}
