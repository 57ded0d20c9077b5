import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../cli/run.ts';
import { atBranch, sync } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { startServe } from './serveProcess.ts';
import { ask, temporaryFolder } from './support.ts';

const TOKEN = 'a-token-of-some-length';
const BEARER = { authorization: `Bearer ${TOKEN}` };

test('Prometheus reads numbers with the token, and nobody without it', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'CREATE TABLE shut (id int PRIMARY KEY)',
    'REVOKE SELECT ON shut FROM branchline_read',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, `${TOKEN}\n`);
  const { port, kill } = await startServe(home.folder, ['--metrics-token-file', file, '--log-json']);

  const { status, headers, body } = await ask({ port, path: '/metrics', headers: BEARER });

  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  for (const line of body.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) branchline_\w+ .+|branchline_\w+(\{\w+="[^"\\]*"\})? [\d.eE+-]+)$/);
  expect(body).toContain('# TYPE branchline_failed_tables gauge\nbranchline_failed_tables 1\n');
  expect(body).toContain('branchline_last_batch_status{status="failed"} 1\n');
  expect(body).toContain('branchline_last_batch_tables 2\n');
  expect(body).not.toMatch(/pgsql_lmp|Lampung|shut|item/);

  const health = await ask({ port, path: '/healthz' });
  expect(health).toMatchObject({ status: 200, body: 'ok\n' });
  for (const [path, refused, more] of [
    ['/metrics', 401, {}],
    ['/metrics', 401, { authorization: 'Bearer wrong' }],
    ['/metrics', 401, { authorization: TOKEN }],
    ['/metrics', 403, { ...BEARER, host: 'evil.example' }],
    ['/metrics', 403, { ...BEARER, 'sec-fetch-site': 'cross-site' }],
    ['/metrics', 403, { ...BEARER, origin: 'http://evil.example' }],
    ['/metrics?x', 401, BEARER],
    ['/metrics/', 401, BEARER],
    ['/api/session', 401, BEARER],
    ['/healthz', 403, { host: 'evil.example' }],
    ['/healthz', 403, { 'sec-fetch-site': 'cross-site' }],
    ['/healthz/x', 401, {}],
  ] as const)
    expect(await ask({ port, path, headers: more }), JSON.stringify([path, more])).toMatchObject({
      status: refused,
    });
  expect((await ask({ port, path: '/healthz', method: 'POST' })).status).toBe(403);
  await kill();
});

test('without a token file there are no metrics, and an agent that cannot work says so in its health', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'settings.json'), '{');
  const { port, kill, child } = await startServe(folder);

  expect((await ask({ port, path: '/metrics', headers: BEARER })).status).toBe(401);
  expect(await ask({ port, path: '/healthz' })).toMatchObject({ status: 503, body: 'not ok\n' });

  await kill();
  expect(child.killed || child.exitCode !== 0).toBe(true);
});

test('a token that is short or missing stops the agent before it serves', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'token');
  writeFileSync(file, 'short');
  const serve = (named: string) =>
    runCli(['--data-dir', folder, 'serve', '--port', '1', '--metrics-token-file', named]);

  const short = await serve(file);
  expect(short.code).toBe(2);
  expect(short.stderr).toContain('at least 16 characters');
  expect(await serve(join(folder, 'none'))).toMatchObject({ code: 2, stdout: '' });
});
