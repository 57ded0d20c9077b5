import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leaveToken, linkTo } from '../../src/agent/access/links.ts';
import { addressOf } from '../../src/agent/access/note.ts';
import { hashOf, type Secrets, Sessions } from '../../src/agent/access/sessions.ts';
import { type Served, serveNotes } from './served.ts';
import { type Asked, ask, keyed, signIn, temporaryFolder, windowHeaders } from './support.ts';

const DAY_MS = 24 * 3_600_000;

/** Of a link that is refused. */
const NOBODY = { cookie: '', key: '' };

function secretsOf({ cookie, key }: Served): Secrets {
  return { cookie: cookie.split('=')[1] ?? '', key };
}

/** A call as the window makes it, with something changed. */
function setupCall(served: Served, changed: Asked['headers'] = {}): Asked {
  const headers = { ...windowHeaders(served.port, served), ...changed };
  return { port: served.port, method: 'POST', path: '/api/call/setup', headers, body: '[]' };
}

const get = (served: Served, path: string, headers: Asked['headers'] = {}): Asked => ({
  port: served.port,
  path,
  headers: { ...keyed(served), ...headers },
});

test('a valid call of the window is answered', async () => {
  const served = await serveNotes();
  expect(await ask(setupCall(served))).toMatchObject({ status: 200, body: '{"ok":true,"value":null}' });
  expect(served.reached).toEqual([['setup', []]]);
});

test('without a cookie nothing is answered: not the page, a file, a call, the events, nor an unknown address', async () => {
  const served = await serveNotes();
  for (const path of [
    '/',
    '/index.html',
    '/assets/main.js',
    '/api/events',
    '/api/session',
    '/nothing',
    '/%zz',
  ])
    expect((await ask({ port: served.port, path })).status).toBe(401);
  expect((await ask(setupCall(served, { cookie: null }))).status).toBe(401);
  expect(served.reached).toEqual([]);
});

test('a person who is not signed in is told how to get a link, in both languages', async () => {
  const { port } = await serveNotes();
  const { body, headers } = await ask({ port });
  expect(body).toContain('<section lang="en"><h1>This browser is not signed in');
  expect(body).toContain('<section lang="id"><h1>Browser ini belum masuk');
  expect(body).toContain('<code>branchline serve --link</code>');
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
});

test.each([
  ['made up', 'A'.repeat(43)],
  ['empty', ''],
  ['the kept hash itself', null],
])('a cookie that is %s does not sign in', async (_, value) => {
  const served = await serveNotes();
  const { createHash } = await import('node:crypto');
  const real = served.cookie.split('=')[1] ?? '';
  const forged = value ?? createHash('sha256').update(real).digest('hex');
  const cookie = `branchline_${served.port}=${forged}`;
  expect((await ask(get(served, '/', { cookie }))).status).toBe(401);
});

test('the cookie is HTTP-only and for this host only, and its name contains the port', async () => {
  const served = await serveNotes();
  const { search } = new URL(served.link());
  const { status, headers } = await ask({ port: served.port, path: `/${search}` });
  expect(status).toBe(303);
  expect(headers.location).toMatch(/^\/#key=[\w-]{43}$/);
  expect(headers.location).not.toContain(headers['set-cookie']?.[0]?.split(/[=;]/)[1] ?? '');
  expect(headers['set-cookie']?.[0]).toMatch(
    new RegExp(`^branchline_${served.port}=[\\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict$`),
  );
});

test('a link opens the window once', async () => {
  const served = await serveNotes();
  const link = served.link();
  expect((await signIn(link)).cookie).not.toBe('');
  const again = await ask({ port: served.port, path: `/${new URL(link).search}` });
  expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined]);
});

test('if many open the same link at once, one of them gets in', async () => {
  const { port, folder, clock } = await serveNotes();
  const link = linkTo(addressOf(port), leaveToken(folder, clock));
  const tried = await Promise.all(Array.from({ length: 10 }, () => signIn(link)));
  expect(tried.filter(({ cookie }) => cookie !== '')).toHaveLength(1);
});

test('a used link still leads to the window in a browser that is signed in', async () => {
  const served = await serveNotes();
  const reply = await ask(get(served, '/?token=spent'));
  expect([reply.status, reply.headers.location]).toEqual([303, '/']);
});

test('a link expires after an hour', async () => {
  const served = await serveNotes();
  const [own, left] = [
    served.link(),
    linkTo(addressOf(served.port), leaveToken(served.folder, served.clock)),
  ];
  served.clock.jump(61 * 60_000);
  expect([await signIn(own), await signIn(left)]).toEqual([NOBODY, NOBODY]);
});

test('a browser in use stays signed in for thirty days, across restarts', async () => {
  const served = await serveNotes();
  for (let day = 5; day < 30; day += 5) {
    served.clock.jump(5 * DAY_MS);
    expect((await ask(get(served, '/api/session'))).status).toBe(204);
  }
  served.clock.jump(4 * DAY_MS);
  expect(new Sessions(served.folder, served.clock, { log: () => {} }).has(secretsOf(served))).toBe(true);
  expect((await ask(get(served, '/'))).status).toBe(200);
  served.clock.jump(2 * DAY_MS);
  expect((await ask(get(served, '/'))).status).toBe(401);
});

test('a browser that is not used is signed out after a week', async () => {
  const served = await serveNotes();
  served.clock.jump(8 * DAY_MS);
  expect((await ask(get(served, '/'))).status).toBe(401);
  expect((await ask(get(served, '/api/session'))).status).toBe(401);
});

test('the cookie alone, which other ports of this computer receive, opens nothing but the window’s files', async () => {
  const served = await serveNotes();
  const other = await signIn(served.link());
  for (const key of [null, '', 'A'.repeat(43), other.key, hashOf(served.key), served.cookie]) {
    const without = { 'x-branchline-key': key };
    expect((await ask(setupCall(served, without))).status).toBe(401);
    for (const path of [
      '/api/events',
      '/api/session',
      '/%61pi/session',
      '/api%2fsession',
      '//api/session',
      '/./api/session',
      '/assets/../api/session',
      '/assets/%2e%2e/api/session',
      '/index.html/../api/session',
      '/nothing',
    ])
      expect([path, (await ask(get(served, path, without))).status]).not.toEqual([path, 200]);
    for (const path of ['/api/events', '/api/session', '/%61pi/session', '/assets/../api/session'])
      expect([path, (await ask(get(served, path, without))).status]).toEqual([path, 401]);
    for (const path of ['/', '/index.html', '/assets/main.js'])
      expect([path, (await ask(get(served, path, without))).status]).toEqual([path, 200]);
    expect((await ask({ ...setupCall(served, without), path: '/' })).status).toBe(401);
  }
  expect(served.reached).toEqual([]);
});

test('a key without its cookie opens nothing', async () => {
  const served = await serveNotes();
  const other = await signIn(served.link());
  expect((await ask(setupCall(served, { cookie: null }))).status).toBe(401);
  expect((await ask(setupCall(served, { cookie: other.cookie }))).status).toBe(401);
  expect((await ask(setupCall(served))).status).toBe(200);
});

test('the data folder contains neither cookie nor key', async () => {
  const served = await serveNotes();
  const kept = readFileSync(join(served.folder, 'agent', 'sessions.json'), 'utf8');
  for (const secret of Object.values(secretsOf(served))) {
    expect(secret).toHaveLength(43);
    expect(kept).not.toContain(secret);
    expect(kept).toContain(hashOf(secret));
  }
});

test('after a restart the cookie of an open window is still valid, but an earlier link is not', async () => {
  const folder = temporaryFolder();
  const first = await serveNotes({ folder });
  const link = first.link();
  const second = await serveNotes({ folder });
  // Its name has the port, which a restart keeps.
  const cookie = first.cookie.replace(String(first.port), String(second.port));
  const headers = keyed({ ...first, cookie });
  expect((await ask({ port: second.port, path: '/api/session', headers })).status).toBe(204);
  expect(await signIn(link.replace(String(first.port), String(second.port)))).toEqual(NOBODY);
});

test.each(['evil.example', 'evil.example:PORT', '127.0.0.1', '127.0.0.1:1', '[::1]:PORT', 'localhost.:PORT'])(
  'a request for the host %s is refused, with or without a cookie',
  async (host) => {
    const served = await serveNotes();
    const named = host.replace('PORT', String(served.port));
    expect((await ask(get(served, '/', { host: named }))).status).toBe(403);
    const link = new URL(served.link()).search;
    expect((await ask({ port: served.port, path: `/${link}`, headers: { host: named } })).status).toBe(403);
  },
);

test('localhost is also accepted, because tunnels end there', async () => {
  const served = await serveNotes();
  const host = `localhost:${served.port}`;
  expect((await ask(get(served, '/', { host }))).status).toBe(200);
  expect((await ask(setupCall(served, { host, origin: `http://${host}` }))).status).toBe(200);
});

test.each([
  'https://evil.example',
  'null',
  'http://127.0.0.1:1',
  'http://localhost:PORT',
  'https://127.0.0.1:PORT',
])('a request from a page of %s is refused', async (origin) => {
  const served = await serveNotes();
  const named = origin.replace('PORT', String(served.port));
  expect((await ask(setupCall(served, { origin: named }))).status).toBe(403);
  expect((await ask(get(served, '/api/events', { origin: named }))).status).toBe(403);
  expect(served.reached).toEqual([]);
});

test('a call without the page’s origin is refused', async () => {
  const served = await serveNotes();
  const { status, body } = await ask(setupCall(served, { origin: null }));
  expect([status, body]).toEqual([403, '{"error":"origin_missing"}']);
});

test.each(['cross-site', 'same-site'])('a request with %s is refused', async (site) => {
  const served = await serveNotes();
  expect((await ask(setupCall(served, { 'sec-fetch-site': site }))).status).toBe(403);
  expect((await ask(get(served, '/api/events', { 'sec-fetch-site': site }))).status).toBe(403);
});

test('a person may type the address, but that makes no call', async () => {
  const served = await serveNotes();
  expect((await ask(get(served, '/', { 'sec-fetch-site': 'none' }))).status).toBe(200);
  expect((await ask(setupCall(served, { 'sec-fetch-site': 'none' }))).status).toBe(403);
});

test('a link may be clicked on any page: an intermediate page leads on, so that the browser sends its cookie', async () => {
  const served = await serveNotes();
  const path = `/${new URL(served.link()).search}`;
  const reply = await ask({ port: served.port, path, headers: { 'sec-fetch-site': 'cross-site' } });
  expect(reply.status).toBe(200);
  expect(reply.headers['set-cookie']).toHaveLength(1);
  expect(reply.body).toMatch(/<meta http-equiv="refresh" content="0;url=\/#key=[\w-]{43}">/);
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/json; x=y',
  null,
])('a body of type %s is refused', async (type) => {
  const served = await serveNotes();
  expect((await ask(setupCall(served, { 'content-type': type }))).status).toBe(415);
  expect(served.reached).toEqual([]);
});

test('a body of more than 12 MB is refused', async () => {
  const served = await serveNotes();
  const body = JSON.stringify(['x'.repeat(12 * 1024 * 1024)]);
  expect((await ask({ ...setupCall(served), body })).status).toBe(413);
});

test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('the method %s is refused', async (method) => {
  const served = await serveNotes();
  const reply = await ask({ ...setupCall(served), method });
  expect(reply.status).toBe(405);
  expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
});

test('an absolute address, as sent to a proxy, is refused', async () => {
  const served = await serveNotes();
  for (const path of ['http://evil.example/', '//evil.example/', '*'])
    expect((await ask(get(served, path))).status).toBe(400);
});

test('input that is not HTTP gets no answer', async () => {
  const { port } = await serveNotes();
  const socket = connect(port, '127.0.0.1');
  socket.end('\u0016\u0003\u0001 hello\r\n\r\n');
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe('');
});

test('the server does not listen on this computer’s other addresses', async () => {
  const { port } = await serveNotes();
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const hosts = ['::1', '127.0.0.2', ...others.map(({ address }) => address)].filter(
    (one) => one !== '127.0.0.1',
  );
  for (const host of hosts) {
    const refused = await new Promise((resolve) => {
      connect({ host, port })
        .once('connect', () => resolve(false))
        .once('error', () => resolve(true));
    });
    expect([host, refused]).toEqual([host, true]);
  }
});

test('every answer forbids frames, other sites, and foreign contents', async () => {
  const served = await serveNotes();
  const replies = [
    await ask(get(served, '/')),
    await ask(get(served, '/assets/main.js')),
    await ask(get(served, '/nothing')),
    await ask(setupCall(served)),
    await ask({ port: served.port }),
  ];
  for (const { headers } of replies) {
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('an error reveals no internals; the log has them', async () => {
  const served = await serveNotes({
    answer: () => {
      throw new TypeError('inside');
    },
  });
  const { status, body } = await ask(setupCall(served));
  expect([status, body]).toEqual([500, '{"error":"internal"}']);
  expect(served.logged.join()).toContain('TypeError: inside');
});

test.each([
  ['sends nothing', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n'],
])('a connection that %s is ended', async (_, begun) => {
  const { port } = await serveNotes();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(begun);
  const drip = setInterval(() => (begun === '' ? undefined : socket.write('X-A: b\r\n')), 500);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(drip);
});
