import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { embeddedBinaries, installedFolder } from '../../src/demo/server/binaries.ts';
import {
  childrenOf,
  isAlive,
  isRoot,
  type ServerPlace,
  serverPid,
  serverUser,
  waitUntilGone,
} from '../../src/demo/server/processes.ts';
import { initServer, makeServerFolder, startServer as startAt } from '../../src/demo/server/server.ts';
import { connectTo, startServer } from '../support/servers.ts';

const nothing = () => undefined;

test('a server answers on 127.0.0.1, keeps its data when stopped, and starts again on its port', async () => {
  await using server = await startServer({ durable: true });
  const before = await server.connect();
  await before.query("CREATE TABLE kept AS SELECT 'Lampung' AS city");
  expect((await before.query('SHOW fsync')).rows).toEqual([{ fsync: 'on' }]);
  expect((await before.query('SHOW server_encoding')).rows).toEqual([{ server_encoding: 'UTF8' }]);
  expect((await before.query('SHOW unix_socket_directories')).rows).toEqual([
    { unix_socket_directories: '' },
  ]);
  await before.end();

  await server.stop();
  expect(await server.pid()).toBeNull();
  await server.restart();

  const after = await server.connect();
  expect((await after.query('SELECT city FROM kept')).rows).toEqual([{ city: 'Lampung' }]);
  await after.end();
});

test('a killed server leaves no process, and recovers committed data', async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.query('CREATE TABLE kept AS SELECT 1 AS one');
  const busy = client.query('SELECT pg_sleep(600)').catch((error: Error) => error);
  const pid = (await server.pid()) ?? 0;
  const children = await childrenOf(pid);
  expect(children.length).toBeGreaterThan(3);

  await server.kill();

  expect(await Promise.all([pid, ...children].map(isAlive))).not.toContain(true);
  expect(await busy).toBeInstanceOf(Error);
  await server.restart();
  const again = await server.connect();
  expect((await again.query('SELECT one FROM kept')).rowCount).toBe(1);
  await again.end();
});

test('a frozen server keeps its connections open and silent until it continues', async () => {
  await using server = await startServer();
  const client = await server.connect();
  await server.freeze();
  let answered = false;
  const answer = client.query('SELECT 1 AS one').then((result) => {
    answered = true;
    return result.rows;
  });
  // A server that is not frozen has answered by then, and had more to do.
  const healthy = await connectTo(inject('servers').source);
  await healthy.query('SELECT pg_sleep(0.1)');
  await healthy.end();
  expect(answered).toBe(false);
  await server.thaw();
  expect(await answer).toEqual([{ one: 1 }]);
  await client.end();
});

test('a wrong password is refused', async () => {
  await using server = await startServer();
  await expect(connectTo({ ...server, password: 'wrong' })).rejects.toThrow(/password authentication failed/);
});

test('as root it runs as another system user, and says so', async ({ skip }) => {
  if (!isRoot()) skip('not root');
  const notices: string[] = [];
  const user = await serverUser((notice) => notices.push(notice));
  expect(notices).toHaveLength(1);
  await using server = await startServer();
  const pid = await server.pid();
  expect((await stat(`/proc/${pid}`)).uid).toBe(user?.uid);
  expect((await stat(server.place.dataFolder)).uid).toBe(user?.uid);
});

test('programs that the server’s user cannot reach are copied to a place where it can', async ({ skip }) => {
  if (!isRoot()) skip('not root');
  // mkdtemp makes folders that only their owner may enter: like a checkout under root's home.
  const hidden = await mkdtemp(join(tmpdir(), 'hidden-'));
  const open = await mkdtemp(join(tmpdir(), 'open-'));
  try {
    const user = await serverUser(nothing);
    await chmod(open, 0o711);
    const installed = join(await embeddedBinaries(null, hidden, nothing), '..');
    await cp(installed, join(hidden, 'native'), { recursive: true, verbatimSymlinks: true });
    const notices: string[] = [];
    const bin = await embeddedBinaries(
      user,
      join(open, 'postgresql'),
      (notice) => notices.push(notice),
      join(hidden, 'native'),
    );
    expect(bin).toBe(join(open, 'postgresql', 'bin'));
    expect(notices).toEqual(['demo_binaries_copied']);
    await using server = await startServer({ bin });
    const client = await server.connect();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  } finally {
    await rm(hidden, { recursive: true });
    await rm(open, { recursive: true });
  }
});

test('a missing embedded PostgreSQL is reported as such', () => {
  const elsewhere = join(tmpdir(), 'app.asar', 'out', 'cli', 'branchline.cjs');
  expect(() => installedFolder(elsewhere)).toThrow(
    expect.objectContaining({ name: 'UsageError', code: 'demo_not_shipped' }),
  );
});

test('a server that cannot start says why and leaves no process', async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, '127.0.0.1', () => {
      const address = blocker.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await using server = await startServer();
  await server.stop();
  const failure = await startAt(server.place, {}, port).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'demo_failed',
    params: { reason: expect.stringMatching(/could not bind/) },
  });
  expect(await server.pid()).toBeNull();
  const wrong = await startAt(server.place, { work_mem: 'much' }).catch((error: unknown) => error);
  expect(wrong).toMatchObject({ params: { reason: expect.stringMatching(/work_mem/) } });
  blocker.close();
});

test('an old pid file with another process’s id is ignored', async () => {
  await using server = await startServer();
  const file = join(server.place.dataFolder, 'postmaster.pid');
  const old = (await readFile(file, 'utf8')).split('\n');
  await server.stop();
  // This very process: alive, and certainly no PostgreSQL.
  await writeFile(file, [process.pid, ...old.slice(1)].join('\n'));
  expect(await server.pid()).toBeNull();
  await server.kill();
  await server.stop();
  await server.restart();
  expect(await server.pid()).not.toBeNull();
});

test('removing a server removes its files', async () => {
  const server = await startServer();
  const pid = (await server.pid()) ?? 0;
  await server.remove();
  await waitUntilGone([pid]);
  expect(existsSync(server.place.dataFolder)).toBe(false);
});

test('a data folder never overwrites another', async () => {
  await using server = await startServer();
  const place: ServerPlace = server.place;
  await expect(initServer(place, 'postgres', 'x')).rejects.toMatchObject({ code: 'demo_failed' });
  await expect(makeServerFolder(place)).rejects.toThrow(/EEXIST/);
  expect(await serverPid(place)).not.toBeNull();
});
