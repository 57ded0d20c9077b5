import { mkdtempDisposableSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import type { Message } from '../../../src/core/notify/message.ts';
import { NO_STANDING } from '../../../src/core/standing/standing.ts';
import { DailyDigest } from '../../../src/service/notify/dailyDigest.ts';
import { type Settings, settingsSchema } from '../../../src/shared/settings.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { atBranch, atCentral } from '../../support/branch.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { jumpClock } from '../../support/jumpClock.ts';
import { type HookReceiver, startHookReceiver, startMailReceiver } from '../../support/receivers.ts';
import { changeSettings, HOUR_MS, watchService } from '../support.ts';

const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

const digestSettings = (more: Readonly<Record<string, unknown>> = {}): Settings =>
  settingsSchema.parse({
    central: { host: 'hq', database: 'd', user: 'u' },
    connections: [{ id: 'lmp', label: 'Lampung', host: 'b', database: 'd', user: 'u' }],
    notifications: { webhook: { url: 'https://hook.example/x', events: ['digest'] }, ...more },
  });

/** A digest without a service, in a time zone of choice. */
function digestIn(zone: string, settings = digestSettings()) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-digest-'));
  let now = new Date();
  const clock = { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() };
  const opened = openJournal(folder.path, { clock, random: Math.random, logger: { log: () => {} } });
  const { journal } = opened;
  onTestFinished(() => {
    journal.close();
    folder[Symbol.dispose]();
  });
  const host = {
    installationId: () => 'one',
    timeZone: () => zone,
    status: () => ({
      ...NO_STANDING,
      activity: { kind: 'idle' as const },
      pause: null,
      next: null,
      refusal: null,
    }),
  };
  const sent: Date[] = [];
  const look = (at: Date, of: Settings): number | null => {
    now = at;
    // Anew each time, as after a restart.
    const digest = new DailyDigest(host, () => createTranslator('en'));
    const due = digest.look({ engine: { label: (id) => id }, journal, settings: of }, at);
    const waiting = journal.outboxHead('webhook');
    if (waiting !== null) {
      sent.push(at);
      journal.noteDelivered(waiting.id);
    }
    return due;
  };
  return {
    journal,
    sent,
    look: (at: Date, of = settings) => look(at, of),
    /** Looks every ten minutes. */
    live: (from: Date, until: Date) => {
      for (let at = from.getTime(); at <= until.getTime(); at += 10 * MINUTE_MS) look(new Date(at), settings);
    },
    /** Looks without delivering. */
    queue: (at: Date) => {
      now = at;
      new DailyDigest(host, () => createTranslator('en')).look(
        { engine: { label: (id) => id }, journal, settings },
        at,
      );
    },
  };
}

const localTimes = (dates: readonly Date[], timeZone: string) =>
  dates.map((one) => one.toLocaleString('sv', { timeZone }).slice(0, 16));

test.each([
  ['Asia/Jakarta', '07:00', ['2026-03-28 07:10', '2026-03-29 07:10', '2026-03-30 07:10']],
  // The clocks go forward at 02:00 on 29 March: 02:30 does not exist.
  ['Europe/Berlin', '02:30', ['2026-03-28 02:40', '2026-03-29 03:10', '2026-03-30 02:40']],
] as const)('a digest comes once a day of the clock in %s, at %s', (zone, digestAt, expected) => {
  const daily = digestIn(zone, digestSettings({ digestAt }));
  daily.live(new Date('2026-03-27T20:00:00Z'), new Date('2026-03-30T20:00:00Z'));
  expect(localTimes(daily.sent, zone)).toEqual(expected);
});

test('the hour that comes twice brings no second digest', () => {
  const daily = digestIn('Europe/Berlin', digestSettings({ digestAt: '02:30' }));
  daily.live(new Date('2026-10-24T10:00:00Z'), new Date('2026-10-26T10:00:00Z'));
  expect(localTimes(daily.sent, 'Europe/Berlin')).toEqual(['2026-10-25 02:40', '2026-10-26 02:40']);
});

test('a computer that was off for days sends one digest, late, and none where nobody has asked before', () => {
  const daily = digestIn('UTC');
  daily.look(new Date('2026-06-01T10:00:00Z'));
  expect(daily.sent).toEqual([]);
  daily.live(new Date('2026-06-04T13:20:00Z'), new Date('2026-06-05T08:00:00Z'));
  expect(localTimes(daily.sent, 'UTC')).toEqual(['2026-06-04 13:20', '2026-06-05 07:10']);
});

test('a changed time brings no second digest on one day, and none that is past already', () => {
  const daily = digestIn('UTC');
  daily.live(new Date('2026-06-01T06:00:00Z'), new Date('2026-06-01T08:00:00Z'));
  const later = digestSettings({ digestAt: '09:00' });
  daily.look(new Date('2026-06-01T08:10:00Z'), later);
  daily.look(new Date('2026-06-01T09:10:00Z'), later);
  const earlier = digestSettings({ digestAt: '08:00' });
  daily.look(new Date('2026-06-01T10:00:00Z'), earlier);
  daily.look(new Date('2026-06-01T10:10:00Z'), earlier);
  expect(localTimes(daily.sent, 'UTC')).toEqual(['2026-06-01 07:10']);
});

test('a digest that nobody took is replaced by the next, which counts from where it began', () => {
  const daily = digestIn('UTC');
  daily.look(new Date('2026-06-01T06:00:00Z'));
  daily.queue(new Date('2026-06-01T07:10:00Z'));
  daily.queue(new Date('2026-06-02T07:10:00Z'));
  daily.queue(new Date('2026-06-03T07:10:00Z'));
  const waiting = messagesIn(daily.journal);
  expect(waiting.map((one) => one.facts?.since)).toEqual(['2026-05-31T07:10:00.000Z']);
});

test('nobody is sent a digest who has not asked for it, and a wish that is taken back leaves none waiting', () => {
  const daily = digestIn('UTC');
  const without = digestSettings({ webhook: { url: 'https://hook.example/x' } });
  expect(daily.look(new Date('2026-06-01T07:10:00Z'), without)).toBeNull();
  daily.look(new Date('2026-06-02T06:00:00Z'));
  daily.queue(new Date('2026-06-02T07:10:00Z'));
  daily.look(new Date('2026-06-02T07:20:00Z'), without);
  expect(messagesIn(daily.journal)).toEqual([]);
});

function messagesIn(journal: WritableJournal): readonly Message[] {
  const messages: Message[] = [];
  for (;;) {
    const row = journal.outboxHead('webhook');
    if (row === null) return messages;
    messages.push(JSON.parse(row.payload).message);
    journal.dropFromOutbox(row.id);
  }
}

const digests = (hook: HookReceiver) => hook.posts.filter((one) => one.body.event === 'digest');

/** The next local time of day from now on, so that the databases' clocks are near. */
function nextAt(hour: number, minute = 0): Date {
  const at = new Date();
  at.setHours(hour, minute, 0, 0);
  return at.getTime() > Date.now() ? at : new Date(at.getTime() + DAY_MS);
}

test('the digest tells once a day how all branches stand, through a receiver that is down and a restart', async () => {
  const pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE c_tax (id integer PRIMARY KEY, name text)',
    "INSERT INTO c_tax VALUES (1, 'row content that stays private')",
    'CREATE TABLE "c_<b>&order" (id integer PRIMARY KEY)',
  );
  await atCentral(pair, 'CREATE TABLE "c_<b>&order" (id boolean PRIMARY KEY)');
  await using hook = await startHookReceiver();
  const home = makeHome(pair);
  onTestFinished(async () => {
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  const webhook = { url: hook.url, allowHttp: true, events: ['digest'] };
  changeSettings(home.folder, { notifications: { desktop: false, webhook } });
  const clock = jumpClock(new Date(nextAt(7).getTime() - 30 * MINUTE_MS));

  const first = watchService(home.folder, { clock });
  await first.service.runNow();
  await first.quiet();
  // A failure is not among what this channel tells of.
  expect(hook.attempts()).toBe(0);

  hook.status = 503;
  clock.jump(HOUR_MS);
  await expect.poll(hook.attempts).toBeGreaterThan(0);
  await first.service.stop();
  hook.status = 200;
  const second = watchService(home.folder, { clock });
  await second.quiet();
  clock.jump(10 * MINUTE_MS);
  await expect.poll(() => digests(hook).length).toBe(1);
  const { body } = digests(hook)[0] ?? {};
  expect(body).toMatchObject({
    level: 'problem',
    title: 'Lampung: 1 table failed',
    digest: {
      branches: [
        {
          id: 'pgsql_lmp',
          up_to_date: false,
          batches: 1,
          failed_batches: 1,
          rows: 1,
          failed: ['c_<b>&order'],
        },
      ],
    },
  });
  expect(String(body?.text)).toContain('Failed tables: c_&lt;b&gt;&amp;order');
  expect(String(body?.text)).toMatch(/Batches since [A-Z][a-z]+day .*: 1, 1 of them with failed tables/);
  expect(JSON.stringify(body)).not.toMatch(/private|T0PS3CRET|hunter2/);

  await atCentral(pair, 'DROP TABLE "c_<b>&order"');
  await second.service.runNow();
  await second.quiet();
  clock.jump(2 * HOUR_MS);
  await second.quiet();
  expect(digests(hook)).toHaveLength(1);

  // Off for two days: one digest, late.
  await second.service.stop();
  clock.jump(2 * DAY_MS);
  changeSettings(home.folder, { notifications: { desktop: false, noSuccessHours: 0, webhook } });
  const third = watchService(home.folder, { clock });
  await third.service.runNow();
  await expect.poll(() => digests(hook).length).toBe(2);
  await third.quiet();
  expect(digests(hook)).toHaveLength(2);
  expect([...first.errors, ...second.errors, ...third.errors]).toEqual([]);
});

test.each([
  ['en', '[Branchline] 1 of 2 branches up to date; Surabaya has never been copied', 'Needs a person'],
  ['id', '[Branchline] 1 dari 2 cabang sudah lengkap; Surabaya belum pernah disalin', 'Perlu ditangani'],
] as const)('the digest as an e-mail in %s', async (language, subject, needs) => {
  const pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE c_tax (id integer PRIMARY KEY)', 'INSERT INTO c_tax VALUES (1)');
  await using server = await startMailReceiver({ secure: false, disabledCommands: ['STARTTLS', 'AUTH'] });
  const home = makeHome(pair);
  onTestFinished(async () => {
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  const email = {
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    from: 'branch@hq.example',
    to: ['it@hq.example'],
    events: ['digest'],
  };
  changeSettings(home.folder, { language, notifications: { desktop: false, email } });
  const clock = jumpClock(new Date(nextAt(7).getTime() - 30 * MINUTE_MS));
  const watched = watchService(home.folder, { clock });
  await watched.service.runNow();
  await watched.quiet();
  const { connections } = JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  changeSettings(home.folder, {
    connections: [...connections, { ...connections[0], id: 'pgsql_sby', label: 'Surabaya' }],
  });
  await watched.quiet();
  clock.jump(HOUR_MS);
  await expect.poll(() => server.mails.length).toBe(1);
  const [mail] = server.mails;
  expect(mail?.subject).toBe(subject);
  expect(mail?.text).toContain(needs);
  expect(mail?.html).toContain('<h3>Surabaya</h3>');
  expect(watched.errors).toEqual([]);
});

test.each([
  [
    'en',
    'Lampung is up to date; what runs after a batch is failing: totals',
    'Failing after a batch: "totals", since ',
  ],
  [
    'id',
    'Lampung sudah lengkap; yang dijalankan setelah pengiriman gagal: totals',
    'Gagal setelah pengiriman: "totals", sejak ',
  ],
])('the digest names what fails after a batch (%s)', async (language, title, line) => {
  const pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  await using hook = await startHookReceiver();
  const home = makeHome(pair, {
    hooks: [
      { name: 'totals', sql: 'SELECT 1/0' },
      { name: 'fine', sql: 'SELECT 1' },
    ],
  });
  onTestFinished(async () => {
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  const webhook = { url: hook.url, allowHttp: true, events: ['digest'] };
  changeSettings(home.folder, { language, notifications: { desktop: false, webhook } });
  const clock = jumpClock(new Date(nextAt(7).getTime() - 30 * MINUTE_MS));
  const watched = watchService(home.folder, { clock });
  await watched.service.runNow();
  await watched.quiet();
  clock.jump(HOUR_MS);
  await expect.poll(() => digests(hook).length).toBe(1);
  expect(hook.posts[0]?.body).toMatchObject({
    level: 'problem',
    title,
    digest: { failing_hooks: ['totals'] },
  });
  expect(String(hook.posts[0]?.body.text)).toContain(line);
});

test.runIf(hasOpenssl())('the digest in Telegram, after the wait that it asked for', async () => {
  process.env.DIGEST_BOT = '123456789:AAhunter2hunter2hunter2hunter2hunt';
  using certificates = mkdtempDisposableSync(join(tmpdir(), 'branchline-telegram-'));
  makeCa(certificates.path, 'ca');
  await using hook = await startHookReceiver({ tls: issue(certificates.path, 'ca', 'localhost') });
  const pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE c_tax (id integer PRIMARY KEY)', 'INSERT INTO c_tax VALUES (1)');
  const home = makeHome(pair, { connection: { label: 'Lampung *1* @all' } });
  onTestFinished(async () => {
    delete process.env.DIGEST_BOT;
    home[Symbol.dispose]();
    await pair[Symbol.asyncDispose]();
  });
  const telegram = {
    chatId: -100123,
    token: '${DIGEST_BOT}',
    apiUrl: new URL(hook.url).origin,
    caFile: join(certificates.path, 'ca.pem'),
    events: ['digest'],
  };
  changeSettings(home.folder, { notifications: { desktop: false, telegram } });
  hook.status = 429;
  hook.answer = '{"ok":false,"parameters":{"retry_after":600}}';
  const clock = jumpClock(new Date(nextAt(7).getTime() - 30 * MINUTE_MS));
  const watched = watchService(home.folder, { clock });
  await watched.service.runNow();
  await watched.quiet();
  clock.jump(HOUR_MS);
  await expect.poll(hook.attempts).toBe(1);
  hook.status = 200;
  hook.answer = '{"ok":true}';
  await watched.quiet();
  clock.jump(15 * MINUTE_MS);
  await expect.poll(() => hook.posts.length).toBe(1);
  const { body } = hook.posts[0] ?? {};
  // Neither emphasis nor a mention, and silent, because all is well.
  expect(body?.text).toMatch(/^Lampung \*\u200b?1\*\u200b? @\u200ball is up to date\n/);
  expect(body).toMatchObject({ disable_notification: true });
  expect(watched.errors).toEqual([]);
});
