import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { addressOf } from '../../src/agent/access/note.ts';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { chromiumToRun } from '../support/chromium.ts';
import { serveNotes } from './served.ts';
import { temporaryFolder } from './support.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(await chromiumToRun());
});
afterAll(() => browser.close());

/** A page that does nothing but hold the window's link, and note what it is told. */
async function builtPage(): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.html'), '<script type="module" src="./page.js"></script>');
  writeFileSync(
    join(folder, 'page.js'),
    `import { connectHttp } from ${JSON.stringify(resolve('src/renderer/link/http.ts'))};
    window.bridge = connectHttp();
    window.links = [];
    window.events = [];
    window.bridge.listen((event) => window.events.push(event), (up, why) => window.links.push(why ?? up));`,
  );
  const outDir = join(folder, 'out');
  await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    build: { outDir, modulePreload: false },
  });
  return outDir;
}

async function serve(folder: string, windowFolder: string, port: number | null = null): Promise<Agent> {
  const agent = await startAgent(systemPorts({ log: () => {} }), {
    folder,
    version: '0',
    language: 'en',
    systemLanguages: ['en'],
    port,
    windowFolder,
    startDemo: null,
  });
  onTestFinished(() => agent.stop(AbortSignal.abort()));
  return agent;
}

async function openPage(address: string): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** What the page was told of its link; `true` is up. */
const links = (page: Page): Promise<unknown> => page.evaluate('window.links');
const ask = (page: Page, call: string): Promise<unknown> =>
  page.evaluate(`window.bridge.${call}.catch((error) => ({ name: error.name, why: error.why }))`);

test('in a real browser: the link opens, calls are answered, and a lost agent is told and found again', async () => {
  const [folder, window] = [temporaryFolder(), await builtPage()];
  const agent = await serve(folder, window);
  const page = await openPage(agent.link());
  expect(page.url()).toBe(`${agent.url}/`);
  await expect.poll(() => links(page)).toEqual([true]);
  expect(await ask(page, 'setup()')).toMatchObject({
    ok: true,
    value: { face: 'agent', folder, demo: false },
  });
  expect(await ask(page, "batch('no')")).toMatchObject({ ok: false });

  await agent.stop();
  await expect.poll(() => links(page)).toEqual([true, 'unreachable']);
  expect(await ask(page, 'setup()')).toEqual({ name: 'LinkLost', why: 'unreachable' });

  await serve(folder, window);
  await expect.poll(() => links(page), { timeout: 60_000 }).toEqual([true, 'unreachable', true]);
  expect(await ask(page, 'setup()')).toMatchObject({ ok: true });
});

test('a browser that is not signed in any more is told so, and goes on once it is', async () => {
  const window = await builtPage();
  const agent = await serve(temporaryFolder(), window);
  const page = await openPage(agent.link());
  await expect.poll(() => links(page)).toEqual([true]);
  await agent.stop();
  // Another folder knows nothing of this browser.
  const other = await serve(temporaryFolder(), window, Number(new URL(agent.url).port));
  await expect.poll(() => links(page), { timeout: 60_000 }).toContain('signed_out');
  expect(await ask(page, 'setup()')).toEqual({ name: 'LinkLost', why: 'signed_out' });

  const second = await page.context().newPage();
  await second.goto(other.link());
  await expect
    .poll(() => links(page).then((all) => (all as unknown[]).at(-1)), { timeout: 60_000 })
    .toBe(true);
});

test('a link on another page, or in a file that was opened, leads to the window', async () => {
  const agent = await serve(temporaryFolder(), await builtPage());
  const file = join(temporaryFolder(), 'link.html');
  writeFileSync(file, `<meta http-equiv="refresh" content="0;url=${agent.link()}">`);
  const page = await openPage(`file://${file}`);
  await page.waitForURL(`${agent.url}/`);
  await expect.poll(() => links(page)).toEqual([true]);
});

test('a page of another port of this computer reaches nothing, though the browser sends the cookie along', async () => {
  const served = await serveNotes();
  const page = await openPage(served.link());
  const elsewhere = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<title>Another program</title>');
  });
  await new Promise<void>((resolve) => void elsewhere.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void elsewhere.close());
  await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
  const cookies = await page.context().cookies(addressOf(served.port));
  expect(cookies).toMatchObject([{ name: `branchline_${served.port}`, httpOnly: true, sameSite: 'Strict' }]);
  for (const type of ['text/plain', 'application/json']) {
    const options = `{ method: 'POST', mode: 'no-cors', credentials: 'include', body: '[]', headers: { 'content-type': '${type}' } }`;
    await page.evaluate(
      `fetch('${addressOf(served.port)}/api/call/pause', ${options}).then(() => null, () => null)`,
    );
  }
  expect(served.reached).toEqual([]);
});
