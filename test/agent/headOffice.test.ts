import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FleetView, Refusal } from '../../src/window-api/views.ts';
import { runCli } from '../cli/run.ts';
import { atBranch, atCentral, run, sync } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { openWindow, startServe } from './serveProcess.ts';
import { ask, temporaryFolder } from './support.ts';

/** Head office's own data folder: settings without connections, and the role of the central database. */
function makeOffice(pair: DatabasePair, central: object = {}): Home {
  const home = makeHome(pair, { central: { ...central } });
  const file = join(home.folder, 'settings.json');
  const { central: place } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ central: place }));
  return home;
}

const serve = (folder: string) => startServe(folder, ['--head-office']);
const isOutdated = (problem: Refusal | null): boolean =>
  problem?.kind === 'usage' && problem.code === 'fleet_outdated';
const value = (answer: unknown) => (answer as { readonly value: unknown }).value;

test('head office’s window answers from central alone and tells what changes within five seconds', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
  using branch = makeHome(pair);
  await using engine = branch.open();
  await sync(engine);
  using office = makeOffice(pair);
  const window = await openWindow(await serve(office.folder));

  expect(value(await window.call('setup'))).toMatchObject({ program: 'head_office', problem: null });
  const fleet = value(await window.call('fleet')) as FleetView;
  expect(fleet).toMatchObject({ problem: null, branches: [{ connection: CONNECTION, state: 'ok' }] });
  const days = value(await window.call('fleetDays'));
  expect(days).toMatchObject({ of: { [CONNECTION]: [[30, 1, 0, 0, 2, expect.any(Number)]] } });
  const one = value(await window.call('fleetBranch', CONNECTION)) as { batches: { batch_id: string }[] };
  expect(one).toMatchObject({ batches: [{ status: 'completed' }], tables: [{ table_name: 'item' }] });
  const id = one.batches[0]?.batch_id;
  expect(value(await window.call('fleetBatch', CONNECTION, id))).toMatchObject([{ table_name: 'item' }]);
  expect(await window.call('fleetBranch', 'nobody')).toMatchObject({
    ok: false,
    refusal: { code: 'fleet_branch_unknown', params: { connection: 'nobody' } },
  });
  for (const [call, ...args] of [
    ['live'],
    ['settings'],
    ['saveSettings', {}, null],
    ['runNow', {}],
    ['bundle'],
  ] as const)
    expect(await window.call(call, ...args)).toMatchObject({ refusal: { code: 'other_window' } });

  await atBranch(pair, 'INSERT INTO item VALUES (3)', `REVOKE SELECT ON item FROM ${pair.source.user}`);
  const before = performance.now();
  await sync(engine);
  const told = await window.event(
    (event) => event.type === 'fleet' && event.changed.some(({ state }) => state === 'failed'),
  );
  expect(told).toMatchObject({
    changed: [{ connection: CONNECTION }],
    days: { [CONNECTION]: [[30, 2, 1, 0, 2, expect.any(Number)]] },
  });
  expect(performance.now() - before).toBeLessThan(15_000);

  const kept = readdirSync(office.folder);
  expect(kept.filter((name) => /journal|lease|service|installation/.test(name))).toEqual([]);
});

test('it says why head office cannot be read, and goes on by itself', async () => {
  await using pair = await freshDatabases();
  using office = makeOffice(pair);
  const settings = readFileSync(join(office.folder, 'settings.json'), 'utf8');
  rmSync(join(office.folder, 'settings.json'));
  const window = await openWindow(await serve(office.folder));
  const refusal = async (): Promise<unknown> =>
    ((await window.call('fleet')) as { refusal?: { code?: string; failure?: { code: string } } }).refusal;

  expect(await refusal()).toMatchObject({ code: 'fleet_not_set_up' });
  expect(value(await window.call('setup'))).toMatchObject({ problem: { code: 'fleet_not_set_up' } });
  writeFileSync(join(office.folder, 'settings.json'), settings.replace(/"port":\d+/, '"port":1'));
  expect(await refusal()).toMatchObject({ kind: 'failure', failure: { code: 'central_unreachable' } });
  writeFileSync(join(office.folder, 'settings.json'), settings);
  expect(await refusal()).toMatchObject({ code: 'fleet_missing' });

  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using branch = makeHome(pair);
  await using engine = branch.open();
  await sync(engine);
  await window.event((event) => event.type === 'fleet' && event.problem === null);
  expect(value(await window.call('fleet'))).toMatchObject({ branches: [{ connection: CONNECTION }] });

  await atCentral(pair, 'REVOKE SELECT ON branchline.branch_health FROM PUBLIC');
  await run(pair.central, 'ALTER VIEW branchline.branch_health RENAME COLUMN label TO name');
  const told = await window.event((event) => event.type === 'fleet' && isOutdated(event.problem));
  expect(told).toMatchObject({ problem: { code: 'fleet_outdated' } });
  expect(value(await window.call('fleet'))).toMatchObject({
    problem: { code: 'fleet_outdated' },
    branches: [{ connection: CONNECTION, label: 'Lampung' }],
  });
});

test('one process serves it, beside a branch’s agent in the same folder', async () => {
  const folder = temporaryFolder();
  const none = await runCli(['--data-dir', folder, 'serve', '--head-office', '--link']);
  expect(none).toMatchObject({ code: 2 });
  expect(none.stderr).toContain('branchline serve --head-office');
  const agent = await startServe(folder);
  const office = await serve(folder);
  expect(office.port).not.toBe(agent.port);
  const second = await runCli(['--data-dir', folder, 'serve', '--head-office']);
  expect(second).toMatchObject({ code: 2 });
  expect(second.stderr).toContain('serve --head-office --link');

  const link = JSON.parse(
    (await runCli(['--data-dir', folder, 'serve', '--head-office', '--link', '--json'])).stdout,
  ).link;
  expect(new URL(link).port).toBe(String(office.port));
  const window = await openWindow({ ...office, link });
  expect(value(await window.call('setup'))).toMatchObject({ program: 'head_office' });
  const branch = await openWindow(agent);
  expect(await branch.call('fleet')).toMatchObject({ refusal: { code: 'other_window' } });
  const stranger = await ask({ port: office.port, path: '/api/events' });
  expect(stranger.status).toBe(401);
  const page = await ask({ port: office.port, headers: { cookie: window.signedIn.cookie } });
  const same = await ask({ port: agent.port, headers: { cookie: branch.signedIn.cookie } });
  const policy = ({ headers }: typeof page) =>
    String(headers['content-security-policy']).replace(/nonce-[^']+/, '');
  expect(policy(page)).toBe(policy(same));

  office.child.kill('SIGTERM');
  expect(await office.ended).toMatchObject({ code: 0 });
});
