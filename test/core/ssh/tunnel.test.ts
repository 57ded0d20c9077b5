import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { Session } from '../../../src/core/postgres/session.ts';
import { fingerprint, knownHostsFile } from '../../../src/core/ssh/knownHosts.ts';
import { connectTo } from '../../support/servers.ts';
import { startSshServer } from '../../support/sshServer.ts';

import { dataFolder, failureOf, missing, through, useDataFolders } from './support/tunnelSession.ts';

useDataFolders();

/** A text that compresses a little, as a list of numbers does. */
function noise(length: number): string {
  let text = '';
  for (let n = 1; text.length < length; n = (n * 48271) % 2147483647) text += `${n},`;
  return text.slice(0, length);
}

describe.skipIf(missing !== null)('a tunnel', () => {
  test('is shared by all sessions, and pins the host key at first use', async () => {
    await using server = await startSshServer();
    await using one = await Session.open(through(server));
    await using two = await Session.open(through(server));

    expect((await one.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
    expect((await two.query('SELECT 2 AS two')).rows).toEqual([{ two: '2' }]);
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(1);
    const [, , key = ''] = readFileSync(knownHostsFile(dataFolder()), 'utf8').trim().split(' ');
    expect(fingerprint(Buffer.from(key, 'base64'))).toBe(server.hostKey());
    expect(one.bytes).toBeGreaterThan(300);
  });

  test.each([true, false])('carries long statements whole, compressed: %s', async (compress) => {
    await using server = await startSshServer();
    await using session = await Session.open(through(server, { compress }));

    // Around the size of a turn, of a channel's window, and beyond it.
    for (const length of [30_000, 32_000, 33_000, 40_000, 66_000, 2_000_000, 5_000_000]) {
      const texts = [length, 10, length].map((one) => `SELECT pg_catalog.length('${noise(one)}') AS length`);
      const results = await session.script(texts, 20_000);
      expect(results.map(({ rows }) => Number(rows[0]?.length))).toEqual([length, 10, length]);
    }
  });

  test('carries many rows both ways, whole', async () => {
    await using server = await startSshServer();
    await using session = await Session.open(through(server));

    const text = 'x'.repeat(20_000_000);
    const { rows } = await session.query(
      'SELECT pg_catalog.md5($1) AS sent, pg_catalog.repeat($2, 20000000) AS got',
      [text, 'x'],
    );

    expect(rows[0]?.got).toBe(text);
    expect(rows[0]?.sent).toBe(execFileSync('md5sum', { input: text, encoding: 'utf8' }).split(' ')[0]);
  });

  test('carries TLS of PostgreSQL’s own where the settings ask for it', async () => {
    await using server = await startSshServer();
    const options = through(server);

    await expect(
      Session.open({ ...options, endpoint: { ...options.endpoint, sslmode: 'require' } }),
    ).rejects.toMatchObject({ detail: { code: 'tls_not_offered' } });
  });

  test('leads to the next host of a list where one cannot be reached from there', async () => {
    await using server = await startSshServer();
    const options = through(server);
    const { port } = options.endpoint;
    await using session = await Session.open({
      ...options,
      endpoint: { ...options.endpoint, host: `127.0.0.1:1,127.0.0.1:${port}` },
    });

    expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  });

  test('says which place behind it cannot be reached', async () => {
    await using server = await startSshServer();
    const options = through(server);

    expect(
      await failureOf(Session.open({ ...options, endpoint: { ...options.endpoint, port: 1 } })),
    ).toMatchObject({ code: 'source_unreachable', message: expect.stringContaining('127.0.0.1:1') });
  });

  test('carries cancel requests', async () => {
    await using server = await startSshServer();
    await using session = await Session.open(through(server));
    const asleep = expect(session.query('SELECT pg_catalog.pg_sleep(600)')).rejects.toMatchObject({
      detail: { sqlstate: '57014' },
    });
    await sleep(200);

    await session.cancel();

    await asleep;
    expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  });

  test('ends with a session that is cut, and its statement with it', async () => {
    await using server = await startSshServer();
    const session = await Session.open(through(server, {}, { applicationName: 'branchline/test/cut' }));
    const cut = expect(session.query('SELECT pg_catalog.pg_sleep(600)')).rejects.toMatchObject({
      detail: { code: 'connection_lost' },
    });
    await sleep(200);

    session.destroy();

    await cut;
    const admin = await connectTo(inject('servers').source);
    const open = `SELECT FROM pg_stat_activity WHERE application_name = 'branchline/test/cut'`;
    await expect.poll(async () => (await admin.query(open)).rowCount, { timeout: 5000 }).toBe(0);
    await admin.end();
  });
});

describe.skipIf(missing !== null)('a host key', () => {
  test('that is another than before is refused, and both are named', async () => {
    await using server = await startSshServer();
    await (await Session.open(through(server))).close();
    const before = server.hostKey();
    await server.renewHostKey();
    await sleep(300);

    const failure = await failureOf(Session.open(through(server)));

    expect(failure).toMatchObject({
      code: 'ssh_host_key_changed',
      kind: 'permanent',
      params: { pinned: before, offered: server.hostKey(), connection: 'pgsql_lmp' },
    });
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(1);
  });

  test('that is not pinned is refused where first use is not trusted', async () => {
    await using server = await startSshServer();

    expect(await failureOf(Session.open(through(server, { trustFirstUse: false })))).toMatchObject({
      code: 'ssh_host_key_unknown',
      params: { offered: server.hostKey() },
    });
  });

  test('that the settings name counts, as fingerprint or as key', async () => {
    await using server = await startSshServer();
    const line = readFileSync(join(server.folder, 'host_key.pub'), 'utf8').trim();
    for (const hostKey of [server.hostKey(), line]) {
      await using session = await Session.open(through(server, { hostKey }));
      expect(session.lost).toBe(false);
    }
    const wrong = `SHA256:${'A'.repeat(43)}`;
    expect(await failureOf(Session.open(through(server, { hostKey: wrong })))).toMatchObject({
      code: 'ssh_host_key_other',
      params: { pinned: wrong, offered: server.hostKey() },
    });
  });
});

describe.skipIf(missing !== null)('forwarding', () => {
  test('to a place that the key may not open is refused', async () => {
    const { port } = inject('servers').source;
    await using open = await startSshServer({
      keyOptions: `restrict,port-forwarding,permitopen="127.0.0.1:${port}"`,
    });
    await using closed = await startSshServer({
      keyOptions: 'restrict,port-forwarding,permitopen="127.0.0.1:1"',
    });
    await using off = await startSshServer({ config: ['AllowTcpForwarding no'] });

    await (await Session.open(through(open))).close();
    for (const server of [closed, off])
      expect(await failureOf(Session.open(through(server)))).toMatchObject({
        code: 'ssh_forwarding_refused',
        kind: 'permanent',
        params: { place: `127.0.0.1:${port}`, sshHost: '127.0.0.1' },
      });
  });
});

describe('an SSH server that does not answer', () => {
  const nowhere = { host: '127.0.0.1', port: 1, user: 'nobody', keyFile: '' };

  test('counts as out of reach', async ({ skip }) => {
    if (missing !== null) return skip(missing);
    await using server = await startSshServer();
    const keyFile = server.keyFile;

    expect(await failureOf(Session.open(through({ ...nowhere, keyFile })))).toMatchObject({
      code: 'ssh_unreachable',
      kind: 'unreachable',
      params: { sshHost: '127.0.0.1', sshPort: 1 },
    });
  });

  test('and so does one that is none', async ({ skip }) => {
    if (missing !== null) return skip(missing);
    await using server = await startSshServer();
    const web = createHttpServer().listen(0, '127.0.0.1');
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;

    const failure = await failureOf(Session.open(through({ ...server, port }, {}, {})));

    expect(failure).toMatchObject({ code: 'ssh_unreachable' });
    web.close();
    web.closeAllConnections();
  });
});

describe.skipIf(missing !== null)('a tunnel that is gone', () => {
  test('fails its sessions with a failure that is tried again, and is made anew', async () => {
    await using server = await startSshServer();
    const session = await Session.open(through(server));
    const waiting = failureOf(session.query('SELECT pg_catalog.pg_sleep(600)'));
    await sleep(200);

    await server.cutAll();

    expect(await waiting).toMatchObject({ code: 'ssh_tunnel_lost', kind: 'transient' });
    await using again = await Session.open(through(server));
    expect((await again.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  });

  test('without a word is noticed by its keep-alive', async () => {
    await using server = await startSshServer();
    const session = await Session.open(through(server, { keepAliveSeconds: 1 }));
    const waiting = failureOf(session.query('SELECT pg_catalog.pg_sleep(600)'));
    await sleep(200);
    const began = performance.now();

    await server.freeze();

    expect(await waiting).toMatchObject({ code: 'ssh_tunnel_lost', kind: 'transient' });
    expect(performance.now() - began).toBeLessThan(7000);
    // Nobody answers there, and this too has its bound.
    expect(await failureOf(Session.open(through(server)))).toMatchObject({ code: 'ssh_unreachable' });
    await server.thaw();
  });

  test('is kept by a keep-alive that is answered', async () => {
    await using server = await startSshServer();
    await using session = await Session.open(through(server, { keepAliveSeconds: 1 }));

    await session.query('SELECT pg_catalog.pg_sleep(6)');

    expect(session.lost).toBe(false);
  });
});
