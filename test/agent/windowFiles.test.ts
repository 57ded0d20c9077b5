import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Served, serveNotes } from './served.ts';
import { ask, keyed, temporaryFolder } from './support.ts';

const get = (served: Served, path: string, headers: Record<string, string> = {}) =>
  ask({ port: served.port, path, headers: { ...keyed(served), ...headers } });

test.each(['/', '/index.html'])('%s is the page, with a new nonce for each load', async (path) => {
  const served = await serveNotes();
  const [one, two] = [await get(served, path), await get(served, path)];
  const nonce = /nonce="([^"]+)"/.exec(one.body)?.[1] ?? '';
  expect(nonce).toMatch(/^[\w+/]{22}==$/);
  expect(one.headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
  expect(one.headers['content-security-policy']).toContain("connect-src 'self'");
  expect(two.body).not.toBe(one.body);
});

test('a server gives its own window, whichever is asked for', async () => {
  const branch = await serveNotes();
  const office = await serveNotes({ windowPage: 'headOffice.html' });
  for (const path of ['/', '/index.html', '/headOffice.html']) {
    expect((await get(branch, path)).body).toMatch(/^branch.*nonce="[\w+/]{22}=="/);
    expect((await get(office, path)).body).toMatch(/^office.*nonce="[\w+/]{22}=="/);
  }
});

test('its files have their type, and are not sent again if they are cached', async () => {
  const served = await serveNotes();
  const { status, headers, body } = await get(served, '/assets/main.js');
  expect([status, body]).toEqual([200, 'export {};']);
  expect(headers['content-type']).toMatch(/^(text|application)\/javascript/);
  expect(headers['cache-control']).toBe('no-cache');
  const again = await get(served, '/assets/main.js', { 'if-none-match': headers.etag ?? '' });
  expect([again.status, again.body]).toEqual([304, '']);
});

test.each([
  '/..%2fsettings.json',
  '/%2e%2e/settings.json',
  '/assets/..%5c..%5cx',
  '/.hidden',
  '/assets',
  '/no.js',
])('nothing else is served: %s', async (path) => {
  const { status, body } = await get(await serveNotes(), path);
  expect([400, 403, 404]).toContain(status);
  expect(body).not.toContain('secret');
});

test('if the window was not built, the page says how to build it, and calls are still answered', async () => {
  const served = await serveNotes({ windowFolder: join(temporaryFolder(), 'renderer') });
  const { status, body } = await get(served, '/');
  expect(status).toBe(503);
  expect(body).toContain('<code>npm ci &amp;&amp; npm run build</code>'.replaceAll('&amp;', '&#38;'));
  expect((await get(served, '/api/session')).status).toBe(204);
});
