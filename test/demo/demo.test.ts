import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changeDemo, demoStatus, startDemo, stopDemo } from '../../src/demo/demo.ts';
import { type DemoEndpoint, type OpenSession, passwordFor } from '../../src/demo/endpoint.ts';
import { isAlive, killTree, waitUntilGone } from '../../src/demo/server/processes.ts';
import { settingsSchema } from '../../src/shared/settings.ts';

const SCALE = 0.01;
let parent = '';
let folder = '';

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'demo-test-'));
  await chmod(parent, 0o711);
  folder = join(parent, 'demo');
});

afterEach(async () => {
  if (existsSync(join(folder, 'demo.json'))) await stopDemo(folder);
  await rm(parent, { recursive: true, force: true });
});

const openSession: OpenSession = async (endpoint) => {
  const client = new pg.Client(endpoint);
  client.on('error', () => undefined);
  await client.connect();
  return {
    execute: async (sql) => void (await client.query(sql)),
    close: () => client.end(),
  };
};

test('a demo starts, is used with its settings alone, changes, and is gone after stop', async () => {
  const notices: string[] = [];
  const demo = await startDemo({
    folder,
    scale: SCALE,
    openSession,
    onNotice: (notice) => notices.push(notice),
  });
  expect(notices.filter((notice) => !notice.startsWith('demo_system_user'))).toEqual([
    'demo_servers_starting',
    'demo_seeding',
    'demo_ready',
  ]);
  expect(demo.running).toBe(true);
  expect(await demoStatus(folder)).toEqual(demo);

  const settings = settingsSchema.parse(JSON.parse(await readFile(join(demo.home, 'settings.json'), 'utf8')));
  expect(settings.connections).toMatchObject([
    {
      id: 'pgsql_lmp',
      label: 'Lampung',
      database: 'idempiere',
      user: 'branchline_read',
      port: demo.source?.port,
    },
  ]);
  expect(settings.central).toMatchObject({ database: 'marketing_dashboard', user: 'branchline' });
  if (process.platform !== 'win32') {
    for (const file of ['settings.json', 'pgpass'])
      expect((await stat(join(demo.home, file))).mode & 0o777).toBe(0o600);
    expect((await stat(demo.home)).mode & 0o777).toBe(0o700);
  }

  const orders = 'SELECT count(*)::int AS n FROM adempiere.c_order';
  expect(await ask(settings.connections[0], orders)).toEqual([{ n: 120 }]);
  await ask(
    settings.central,
    'CREATE SCHEMA branchline; CREATE TABLE public.c_order (c_order_id numeric(10))',
  );
  const changes = await changeDemo(openSession, folder);
  expect(changes).toContainEqual({ table: 'c_order', inserted: 40, updated: 12, deleted: 4 });
  expect(await ask(settings.connections[0], orders)).toEqual([{ n: 156 }]);

  await expect(startDemo({ folder, scale: SCALE, openSession })).rejects.toMatchObject({
    code: 'demo_running',
    params: { folder: demo.home },
  });
  expect((await demoStatus(folder))?.running).toBe(true);

  await stopDemo(folder);
  expect(existsSync(folder)).toBe(false);
  expect(await Promise.all([demo.source?.pid, demo.central?.pid].map((pid) => isAlive(pid ?? 0)))).toEqual([
    false,
    false,
  ]);
  expect(await demoStatus(folder)).toBeNull();
  await expect(stopDemo(folder)).rejects.toMatchObject({ code: 'demo_not_running' });
  await expect(changeDemo(openSession, folder)).rejects.toMatchObject({ code: 'demo_not_running' });
});

test('the next start removes what a crashed demo left', async () => {
  const first = await startDemo({ folder, scale: SCALE, openSession });
  for (const server of [first.source, first.central]) await killTree(server?.pid ?? 0);
  expect((await demoStatus(folder))?.running).toBe(false);

  const notices: string[] = [];
  const second = await startDemo({
    folder,
    scale: SCALE,
    openSession,
    onNotice: (notice) => notices.push(notice),
  });
  expect(notices).toContain('demo_leftovers_removed');
  expect(second.running).toBe(true);
});

test('a start that fails halfway leaves neither servers nor files', async () => {
  const ports: number[] = [];
  const failing: OpenSession = async (endpoint) => {
    ports.push(endpoint.port);
    const session = await openSession(endpoint);
    const execute = async (sql: string) => {
      if (sql.includes('fact_acct SELECT')) throw new Error('the disk is full');
      await session.execute(sql);
    };
    return { ...session, execute };
  };
  await expect(startDemo({ folder, scale: SCALE, openSession: failing })).rejects.toMatchObject({
    code: 'demo_failed',
    params: { reason: 'the disk is full' },
  });
  expect(existsSync(folder)).toBe(false);
  for (const port of new Set(ports)) await expect(openSession(at(port))).rejects.toThrow(/ECONNREFUSED/);
});

test('a start that is cancelled leaves neither servers nor files', async () => {
  const stop = new AbortController();
  const started = startDemo({
    folder,
    scale: SCALE,
    openSession,
    onNotice: (notice) => {
      if (notice === 'demo_seeding') stop.abort(new Error('Ctrl+C'));
    },
    signal: stop.signal,
  });
  await expect(started).rejects.toThrow('Ctrl+C');
  expect(existsSync(folder)).toBe(false);
});

test('a start that died halfway is cleaned up, and a live one is not disturbed', async () => {
  await startDemo({ folder, scale: SCALE, openSession });
  const file = join(folder, 'demo.json');
  const record = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...record, state: 'starting', starterPid: process.pid }));
  await expect(startDemo({ folder, scale: SCALE, openSession })).rejects.toMatchObject({
    code: 'demo_running',
  });

  const gone = await pidOfADeadProcess();
  await writeFile(file, JSON.stringify({ ...record, state: 'starting', starterPid: gone }));
  const second = await startDemo({ folder, scale: SCALE, openSession });
  expect(second.running).toBe(true);
  expect(await isAlive(record.source.pid)).toBe(false);
});

test('a folder that is not a demo is left alone', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  for (const attempt of [startDemo({ folder, scale: SCALE, openSession }), stopDemo(folder)]) {
    await expect(attempt).rejects.toMatchObject({ code: 'demo_failed' });
  }
  expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work');
});

function at(port: number): DemoEndpoint {
  return { host: '127.0.0.1', port, database: 'postgres', user: 'postgres', password: 'x' };
}

async function ask(
  endpoint: { host: string; port: number; database: string; user: string } | undefined,
  sql: string,
): Promise<readonly unknown[]> {
  if (endpoint === undefined) throw new Error('no such connection');
  const { host, port, database, user } = endpoint;
  const password = (await passwordFor(folder, { host, port, database, user })) ?? '';
  const client = new pg.Client({ host, port, database, user, password });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function pidOfADeadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  const pid = child.pid ?? 0;
  await waitUntilGone([pid]);
  return pid;
}
