import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { atBranch, atCentral } from '../../support/branch.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { type JumpClock, jumpClock } from '../../support/jumpClock.ts';
import { type HookReceiver, startHookReceiver, startMailReceiver } from '../../support/receivers.ts';
import { changeSettings, HOUR_MS, watchService, withJournal } from '../support.ts';

const SECRET = 'a secret that signs';

function setVariable(name: string, value: string): void {
  process.env[name] = value;
  onTestFinished(() => {
    delete process.env[name];
  });
}

/** A branch with two tables; one of them cannot be written at head office until {@link mend}. */
async function brokenBranch(options: Readonly<Record<string, unknown>> = {}) {
  const pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE c_tax (id integer PRIMARY KEY, name text)',
    "INSERT INTO c_tax VALUES (1, 'row content that stays private')",
    'CREATE TABLE "c_<b>&order" (id integer PRIMARY KEY)',
  );
  await atCentral(pair, 'CREATE TABLE "c_<b>&order" (id boolean PRIMARY KEY)');
  const home = makeHome(pair);
  changeSettings(home.folder, options);
  onTestFinished(async () => {
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  return {
    folder: home.folder,
    mend: () => atCentral(pair, 'DROP TABLE "c_<b>&order"'),
  };
}

const toHook = (hook: HookReceiver, more: Readonly<Record<string, unknown>> = {}) => ({
  notifications: { desktop: false, webhook: { url: hook.url, allowHttp: true, ...more } },
});

const events = (hook: HookReceiver) => hook.posts.map((one) => one.body.event);
const waiting = (folder: string, clock: JumpClock, channel = 'webhook') =>
  withJournal(folder, (journal) => journal.outboxHead(channel), clock);

test('a failure is told once through a receiver that is down, across a restart, and so is its recovery', async () => {
  setVariable('HOOK_SECRET', SECRET);
  const clock = jumpClock();
  await using hook = await startHookReceiver({ secret: SECRET, now: () => clock.now() });
  hook.status = 503;
  const branch = await brokenBranch(toHook(hook, { secret: '${HOOK_SECRET}', headers: { 'X-Team': 'ops' } }));

  const first = watchService(branch.folder, { clock });
  await first.service.runNow();
  await expect.poll(hook.attempts).toBe(1);
  // Before the delay is over nothing is sent; after it, again, with a growing delay.
  await first.quiet();
  expect(hook.attempts()).toBe(1);
  clock.jump(40_000);
  await expect.poll(hook.attempts).toBe(2);
  await first.service.runNow();
  expect(waiting(branch.folder, clock)?.attempts).toBe(2);
  await first.service.stop();
  expect(hook.posts).toEqual([]);

  hook.status = 200;
  const second = watchService(branch.folder, { clock });
  await second.quiet();
  clock.jump(HOUR_MS / 2);
  await expect.poll(() => events(hook)).toEqual(['failed']);
  const [post] = hook.posts;
  expect(post?.signed).toBe(true);
  expect(post?.headers).toMatchObject({ 'x-team': 'ops', 'content-type': 'application/json; charset=utf-8' });
  expect(post?.body).toMatchObject({
    version: 1,
    level: 'problem',
    title: '1 of 2 tables failed',
    branches: [{ id: 'pgsql_lmp', label: 'Lampung' }],
    tables: [{ connection: 'pgsql_lmp', table: 'c_<b>&order' }],
  });
  expect(post?.body.text).toContain('c_&lt;b&gt;&amp;order (Lampung)');
  expect(JSON.stringify(post?.body)).not.toMatch(/private|hunter2|T0PS3CRET|Click/);

  await second.service.runNow();
  await second.quiet();
  expect(events(hook)).toEqual(['failed']);

  await branch.mend();
  await second.service.runNow();
  await expect.poll(() => events(hook)).toEqual(['failed', 'recovered']);
  expect(hook.posts[1]?.body).toMatchObject({ level: 'recovered', title: 'All is well again' });
  await second.quiet();
  expect(waiting(branch.folder, clock)).toBeNull();
  expect(second.errors).toEqual([]);
});

test('a notification that could not be delivered for three days is dropped', async () => {
  const clock = jumpClock();
  await using hook = await startHookReceiver();
  hook.status = 500;
  const branch = await brokenBranch(toHook(hook));
  const first = watchService(branch.folder, { clock });
  await first.service.runNow();
  await expect.poll(hook.attempts).toBe(1);
  await first.service.stop();

  clock.jump(73 * HOUR_MS);
  hook.status = 200;
  const second = watchService(branch.folder, { clock });
  await second.quiet();

  // A day has passed, so that the failure that lasts is told anew.
  await expect.poll(() => events(hook)).toContain('still_failing');
  expect(events(hook)).not.toContain('failed');
});

test('a channel that is removed from the settings leaves nothing behind', async () => {
  const clock = jumpClock();
  await using hook = await startHookReceiver();
  hook.status = 500;
  const branch = await brokenBranch(toHook(hook));
  const watched = watchService(branch.folder, { clock });
  await watched.service.runNow();
  await expect.poll(hook.attempts).toBe(1);

  changeSettings(branch.folder, { notifications: {} });
  await watched.quiet();
  await watched.quiet();

  expect(waiting(branch.folder, clock)).toBeNull();
});

test.each([
  ['en', '1 of 2 tables failed', 'All is well again', 'Tables: c_<b>&order'],
  ['id', '1 dari 2 tabel gagal', 'Semuanya baik lagi', 'Tabel: c_<b>&order'],
] as const)('e-mail tells failure and recovery in %s', async (language, failed, recovered, tables) => {
  setVariable('MAIL_PASSWORD', 'hunter2');
  await using server = await startMailReceiver({ secure: false, disabledCommands: ['STARTTLS', 'AUTH'] });
  server.refuses = true;
  const to = ['it@hq.example', 'boss@hq.example'];
  const email = { host: '127.0.0.1', port: server.port, security: 'none', from: 'branch@hq.example', to };
  const branch = await brokenBranch({ language, notifications: { desktop: false, email } });
  const clock = jumpClock();
  const watched = watchService(branch.folder, { clock });

  await watched.service.runNow();
  await expect.poll(() => waiting(branch.folder, clock, 'email')?.attempts).toBe(1);
  server.refuses = false;
  await watched.quiet();
  clock.jump(40_000);
  await expect.poll(() => server.mails.length).toBe(1);
  await branch.mend();
  await watched.service.runNow();
  await expect.poll(() => server.mails.length).toBe(2);

  const [first, second] = server.mails;
  expect(first?.subject).toBe(`[Branchline] Lampung: ${failed}`);
  expect(first?.to).toEqual(to);
  expect(first?.text).toContain(tables);
  expect(first?.html).toContain(`<html lang="${language}">`);
  expect(first?.html).toContain('c_&lt;b&gt;&amp;order');
  expect(first?.html).not.toContain('<b>');
  expect(first?.raw).not.toContain('private');
  expect(second?.subject).toBe(`[Branchline] Lampung: ${recovered}`);
  expect(watched.errors).toEqual([]);
});

test.runIf(hasOpenssl())(
  'Telegram is told once, after the wait that it asked for, across a restart',
  async () => {
    setVariable('BOT_TOKEN', '123456789:AAhunter2hunter2hunter2hunter2hunt');
    using certificates = mkdtempDisposableSync(join(tmpdir(), 'branchline-telegram-'));
    makeCa(certificates.path, 'ca');
    const clock = jumpClock();
    await using hook = await startHookReceiver({ tls: issue(certificates.path, 'ca', 'localhost') });
    hook.status = 429;
    hook.answer = '{"ok":false,"parameters":{"retry_after":600}}';
    const caFile = join(certificates.path, 'ca.pem');
    const telegram = { chatId: -100123, token: '${BOT_TOKEN}', apiUrl: new URL(hook.url).origin, caFile };
    const branch = await brokenBranch({ notifications: { desktop: false, telegram } });
    const first = watchService(branch.folder, { clock });
    await first.service.runNow();
    await expect.poll(hook.attempts).toBe(1);
    await expect
      .poll(() => Date.parse(waiting(branch.folder, clock, 'telegram')?.next_attempt_at ?? ''))
      .toBeGreaterThan(clock.now().getTime() + 500_000);
    clock.jump(300_000);
    await first.quiet();
    await first.service.stop();
    expect(hook.attempts()).toBe(1);

    hook.status = 200;
    hook.answer = '{"ok":true}';
    clock.jump(310_000);
    const second = watchService(branch.folder, { clock });
    await expect.poll(() => hook.posts.length).toBe(1);
    expect(hook.posts[0]?.body.text).toMatch(/^Lampung: 1 of 2 tables failed\n/);
    await second.service.runNow();
    await second.quiet();
    await branch.mend();
    await second.service.runNow();
    await expect.poll(() => hook.posts.length).toBe(2);
    expect(hook.posts[1]?.body.text).toContain('All is well again');
    expect(second.errors).toEqual([]);
  },
);

test('that a person is needed is told once, by the settings that are still in force', async () => {
  await using hook = await startHookReceiver();
  const branch = await brokenBranch({ ...toHook(hook), language: 'id' });
  const watched = watchService(branch.folder);
  await watched.quiet();

  changeSettings(branch.folder, { connections: [{ id: 'two words', password: 'hunter2' }] });
  await watched.quiet();
  await expect.poll(() => events(hook)).toEqual(['refused']);
  changeSettings(branch.folder, { connections: [{ id: 'two words', password: 'hunter2' }] });
  await watched.quiet();

  expect(events(hook)).toEqual(['refused']);
  expect(hook.posts[0]?.body).toMatchObject({ level: 'problem', title: 'Branchline perlu diatur' });
  expect(JSON.stringify(hook.posts[0]?.body)).not.toContain('hunter2');
  expect(hook.posts[0]?.signed).toBeNull();
});

test('rows that may only be deleted with consent are a question to a channel, and no failure', async () => {
  const pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item SELECT generate_series(1, 3000)',
  );
  await using failures = await startHookReceiver();
  await using questions = await startHookReceiver();
  const home = makeHome(pair);
  onTestFinished(async () => {
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  changeSettings(home.folder, { ...toHook(failures, { events: ['failure'] }), language: 'id' });
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await atBranch(pair, 'DELETE FROM item WHERE id > 1000');
  await watched.service.runNow();
  await watched.quiet();
  expect(watched.service.status().attention[0]?.asking).toEqual([{ connection: 'pgsql_lmp', table: 'item' }]);
  expect(failures.attempts()).toBe(0);

  changeSettings(home.folder, toHook(questions, { events: ['question'] }));
  withJournal(home.folder, (journal) => journal.setServiceNote('told_outside', null));
  await watched.service.stop();
  const second = watchService(home.folder);
  await expect.poll(() => events(questions)).toEqual(['asking']);
  expect(questions.posts[0]?.body).toMatchObject({
    level: 'problem',
    title: '1 tabel menunggu jawaban Anda',
    branches: [{ id: 'pgsql_lmp', label: 'Lampung' }],
    tables: [{ connection: 'pgsql_lmp', table: 'item' }],
  });
  expect([...watched.errors, ...second.errors]).toEqual([]);
});

test('a channel tells only of its events, and one that is switched off of nothing, not even what waits', async () => {
  const clock = jumpClock();
  await using hook = await startHookReceiver();
  const branch = await brokenBranch(toHook(hook, { events: ['recovery'] }));
  const watched = watchService(branch.folder, { clock });
  await watched.service.runNow();
  await watched.quiet();
  expect(hook.attempts()).toBe(0);
  await branch.mend();
  hook.status = 503;
  await watched.service.runNow();
  await expect.poll(hook.attempts).toBe(1);
  expect(JSON.parse(waiting(branch.folder, clock)?.payload ?? '{}').message?.kind).toBe('recovered');

  changeSettings(branch.folder, toHook(hook, { enabled: false }));
  await watched.quiet();
  await expect.poll(() => waiting(branch.folder, clock)).toBeNull();
  hook.status = 200;
  clock.jump(2 * HOUR_MS);
  await watched.quiet();
  expect(hook.posts).toEqual([]);
  expect(watched.errors).toEqual([]);
});

test('an e-mail that some recipients cannot get is not sent to the others again', async () => {
  await using server = await startMailReceiver({ secure: false, disabledCommands: ['STARTTLS'] });
  const to = ['gone@hq.example', 'it@hq.example'];
  const email = { host: '127.0.0.1', port: server.port, security: 'none', from: 'a@hq.example', to };
  const branch = await brokenBranch({ notifications: { email } });
  const clock = jumpClock();
  const watched = watchService(branch.folder, { clock });
  await watched.service.runNow();
  await expect.poll(() => server.mails.length).toBe(1);
  await expect.poll(() => waiting(branch.folder, clock, 'email')).toBeNull();
  clock.jump(2 * HOUR_MS);
  await watched.quiet();
  expect(server.mails).toMatchObject([{ to: ['it@hq.example'] }]);
});

test('an attempt that the end of the service cuts off is made again by the next one, under the same id', async () => {
  const clock = jumpClock();
  await using hook = await startHookReceiver();
  hook.hangs = true;
  const branch = await brokenBranch(toHook(hook));
  const first = watchService(branch.folder, { clock });
  await first.service.runNow();
  await expect.poll(hook.attempts).toBe(1);
  await first.service.stop();
  expect(waiting(branch.folder, clock)?.attempts).toBe(1);

  hook.hangs = false;
  clock.jump(60_000);
  watchService(branch.folder, { clock });
  await expect.poll(() => events(hook)).toEqual(['failed']);
  const id = hook.posts[0]?.body.id;
  expect(hook.ids).toEqual([id, id]);
});

const pings = (hook: HookReceiver) => hook.posts.map((one) => one.path.replace(/\?rid=.*$/, ''));

test('a dead man’s switch is pinged at the start and end of each batch, as a run with one id', async () => {
  const clock = jumpClock();
  await using hook = await startHookReceiver();
  const ping = { url: hook.url, allowHttp: true };
  const branch = await brokenBranch({ notifications: { desktop: false, ping } });
  const watched = watchService(branch.folder, { clock });
  await watched.service.runNow();
  await expect.poll(() => pings(hook)).toEqual(['/hook/T0PS3CRET/start', '/hook/T0PS3CRET/fail']);
  const ids = hook.posts.map((one) => new URL(one.path, hook.url).searchParams.get('rid'));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  await branch.mend();
  await watched.service.runNow();
  await expect.poll(() => pings(hook).slice(2)).toEqual(['/hook/T0PS3CRET/start', '/hook/T0PS3CRET']);
  await watched.quiet();
  expect(pings(hook)).toHaveLength(4);
  expect(watched.errors).toEqual([]);
});

test('a ping that cannot be delivered disturbs no run, drops its start, and expires within an hour', async () => {
  const clock = jumpClock();
  await using hook = await startHookReceiver();
  hook.status = 503;
  const ping = { url: hook.url, allowHttp: true };
  const branch = await brokenBranch({ notifications: { desktop: false, ping } });
  await branch.mend();
  const first = watchService(branch.folder, { clock });
  await first.service.runNow();
  await expect.poll(hook.attempts).toBeGreaterThan(0);
  const ended = first.events.find((one) => one.type === 'batch_ended');
  expect(ended?.batch.status).toBe('completed');
  await expect
    .poll(() => JSON.parse(waiting(branch.folder, clock, 'ping')?.payload ?? '{}').message?.kind)
    .toBe('ping_success');
  await first.service.stop();

  // Within the hour the end is delivered by the next start of the service.
  hook.status = 200;
  clock.jump(HOUR_MS / 2);
  const second = watchService(branch.folder, { clock });
  await expect.poll(() => pings(hook)).toEqual(['/hook/T0PS3CRET']);
  hook.status = 503;
  await second.service.runNow();
  await expect.poll(() => waiting(branch.folder, clock, 'ping')).not.toBeNull();
  await second.service.stop();

  hook.status = 200;
  clock.jump(HOUR_MS + 60_000);
  const third = watchService(branch.folder, { clock });
  await third.quiet();
  await expect.poll(() => waiting(branch.folder, clock, 'ping')).toBeNull();
  expect(pings(hook)).toEqual(['/hook/T0PS3CRET']);
  expect([...first.errors, ...second.errors, ...third.errors]).toEqual([]);
});
