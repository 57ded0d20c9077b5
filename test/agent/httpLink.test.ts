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
    `import { connect } from ${JSON.stringify(resolve('src/renderer/link/http.ts'))};
    window.bridge = connect();
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

test('in a real browser: the link opens, calls are answered, and a lost agent is reported and found again', async () => {
  const [folder, window] = [temporaryFolder(), await builtPage()];
  const agent = await serve(folder, window);
  const page = await openPage(agent.link());
  expect(page.url()).toBe(`${agent.url}/`);
  await expect.poll(() => links(page)).toEqual([true]);
  expect(await ask(page, 'setup()')).toMatchObject({
    ok: true,
    value: { program: 'agent', folder, demo: false },
  });
  expect(await ask(page, "batch('no')")).toMatchObject({ ok: false });

  await agent.stop();
  await expect.poll(() => links(page)).toEqual([true, 'unreachable']);
  expect(await ask(page, 'setup()')).toEqual({ name: 'LinkLost', why: 'unreachable' });

  await serve(folder, window);
  await expect.poll(() => links(page), { timeout: 60_000 }).toEqual([true, 'unreachable', true]);
  expect(await ask(page, 'setup()')).toMatchObject({ ok: true });
});

test('a browser that was signed out is told so, and continues once it is signed in again', async () => {
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

test('a link on another page, or in an opened file, leads to the window', async () => {
  const agent = await serve(temporaryFolder(), await builtPage());
  const file = join(temporaryFolder(), 'link.html');
  writeFileSync(file, `<meta http-equiv="refresh" content="0;url=${agent.link()}">`);
  const page = await openPage(`file://${file}`);
  await page.waitForURL(`${agent.url}/`);
  await expect.poll(() => links(page)).toEqual([true]);
});

test('a page on another port of this computer can do nothing, although the browser sends it the cookie', async () => {
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

/** A server of somebody else on another port of this computer, which notes the cookies that it is sent. */
async function serveElsewhere(): Promise<{ readonly address: string; readonly cookies: string[] }> {
  const cookies: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.cookie !== undefined) cookies.push(request.headers.cookie);
    response.setHeader('content-type', 'text/html');
    // From its own page on, the browser sends strict cookies too: all ports of a host are one site.
    response.end(request.url === '/' ? '<script>location="/second"</script>' : 'hello');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { address: addressOf((server.address() as AddressInfo).port), cookies };
}

test('a server that receives the cookie on another port of this computer can do nothing with it', async () => {
  const agent = await serve(temporaryFolder(), await builtPage());
  const page = await openPage(agent.link());
  await expect.poll(() => links(page)).toEqual([true]);
  const { address, cookies } = await serveElsewhere();
  const lured = await page.context().newPage();
  await lured.goto(address);
  await lured.waitForURL(`${address}/second`);
  await expect.poll(() => cookies.length).toBeGreaterThan(0);
  // Nor can the page that it shows read what the window keeps.
  expect(await lured.evaluate('Object.keys(localStorage)')).toEqual([]);

  const cookie = cookies.at(-1) ?? '';
  const headers = { cookie, origin: agent.url, 'content-type': 'application/json' };
  const called = await fetch(`${agent.url}/api/call/settings`, { method: 'POST', headers, body: '[]' });
  expect(called.status).toBe(401);
  for (const path of ['/api/events', '/api/session'])
    expect((await fetch(`${agent.url}${path}`, { headers: { cookie } })).status).toBe(401);
  expect(await ask(page, 'setup()')).toMatchObject({ ok: true });
});

test('another window of the browser needs no link, not even after a restart', async () => {
  const [folder, window] = [temporaryFolder(), await builtPage()];
  const agent = await serve(folder, window);
  const page = await openPage(agent.link());
  await expect.poll(() => links(page)).toEqual([true]);
  const second = await page.context().newPage();
  await second.goto(`${agent.url}/`);
  await expect.poll(() => links(second)).toEqual([true]);

  await agent.stop();
  await serve(folder, window);
  await second.reload();
  await expect.poll(() => links(second)).toEqual([true]);
  expect(await ask(second, 'setup()')).toMatchObject({ ok: true });
});

test('a key that a page invented does not replace the valid one', async () => {
  const agent = await serve(temporaryFolder(), await builtPage());
  const page = await openPage(agent.link());
  await expect.poll(() => links(page)).toEqual([true]);
  const lured = await page.context().newPage();
  await lured.goto(`${agent.url}/#key=${'A'.repeat(43)}`);
  await expect.poll(() => links(lured)).toEqual([true]);
  expect(lured.url()).toBe(`${agent.url}/`);
  expect(await ask(page, 'setup()')).toMatchObject({ ok: true });
});

test('events of any size reach the window in one piece', async () => {
  const served = await serveNotes({ windowFolder: await builtPage() });
  const page = await openPage(served.link());
  await expect.poll(() => links(page)).toEqual([true]);
  const long = { type: 'show', page: `/é\n\ndata: ${'x'.repeat(300_000)}` } as const;
  served.tell(long);
  served.tell({ type: 'history' });
  await expect.poll(() => page.evaluate('window.events')).toEqual([long, { type: 'history' }]);
});
