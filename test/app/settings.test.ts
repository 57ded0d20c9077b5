import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Draft, SettingsFile } from '../../src/shared/settings.ts';
import { freshFolder, journalIn } from '../core/journal/support/world.ts';
import { failedBatch, writeSettings } from '../main/support/history.ts';
import { watchService } from '../service/support.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { windowAppOn } from './support.ts';

const ENDPOINT = { host: '127.0.0.1', database: 'erp', user: 'branchline' };

function settingsWith(parts: Partial<SettingsFile> = {}): SettingsFile {
  return { central: ENDPOINT, connections: [{ ...ENDPOINT, id: 'pgsql_lmp' }], ...parts };
}

test('settings are created, changed on top of what was read, and never overwrite another person’s change', async () => {
  const folder = freshFolder();
  const opened = windowAppOn(folder);
  const { value, refusal } = opened;

  const first = await value('saveSettings', settingsWith(), null);
  const view = await value('settings');
  expect(view).toMatchObject({ document: settingsWith(), revision: first, problem: null });
  expect(view.effective?.sync.parallelTables).toBe(2);
  expect(Object.keys(view.passwords).sort()).toEqual(['central', 'pgsql_lmp']);

  const second = await value('saveSettings', settingsWith({ language: 'id' }), first);
  expect(second).not.toBe(first);
  expect(await refusal('saveSettings', settingsWith({ language: 'en' }), first)).toMatchObject({
    code: 'settings_changed',
  });
  expect(await refusal('saveSettings', settingsWith(), null)).toMatchObject({ code: 'settings_changed' });
  expect((await value('setup')).language).toBe('id');
  const wrong = { ...settingsWith(), sync: { parallelTables: 0 } };
  expect(await refusal('saveSettings', wrong, second)).toMatchObject({ code: 'settings_invalid' });
  expect((await value('settings')).revision).toBe(second);
});

test('a window adds no hook, saves around those of the file, and imports none', async () => {
  const folder = freshFolder();
  const { value, refusal } = windowAppOn(folder);
  const hooks = {
    afterBatch: [{ command: ['/bin/sh', '-c', 'id'] }] satisfies [{ command: [string, ...string[]] }],
  };
  expect(await refusal('saveSettings', settingsWith({ hooks }), null)).toMatchObject({
    code: 'hooks_by_hand',
  });
  expect((await value('checkImport', JSON.stringify(settingsWith({ hooks })))).problems).toMatchObject([
    { path: 'hooks' },
  ]);
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settingsWith({ hooks })));
  const { revision } = await value('settings');
  const saved = await value('saveSettings', settingsWith({ hooks, language: 'id' }), revision);
  expect(await refusal('saveSettings', settingsWith({ hooks: {} }), saved)).toMatchObject({
    code: 'hooks_by_hand',
  });
  await value('saveSettings', settingsWith(), saved);
  expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')).hooks).toEqual(hooks);
});

test('saved settings apply at once, and an event is sent', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair);
  const watched = watchService(home.folder);
  await watched.quiet();
  const opened = windowAppOn(home.folder, { service: watched.service });
  opened.listen();
  const { document, revision } = await opened.value('settings');
  if (document === null) throw new Error('there are settings');

  const schedules = [{ id: 'morning', cron: '30 8 * * *', timezone: 'Asia/Jakarta', jitterSeconds: 0 }];
  await opened.value('saveSettings', { ...document, schedules }, revision);

  await opened.event('settings');
  const told = await opened.event('live', ({ live }) => live.status.next !== null);
  expect(told.live.status.next).toMatchObject({ schedule: 'morning' });
  const [schedule] = await opened.value('schedules');
  expect(schedule?.next_runs[0]).toBe(told.live.status.next?.at);
});

test('a plan is shown as its next times with the delay of this installation, or as its problem', async () => {
  const { value } = windowAppOn(freshFolder());
  const plan = {
    crons: ['30 8 * * *', '0 17 * * *'],
    timezone: 'Asia/Jakarta',
    id: 'daily',
    jitterSeconds: 0,
  };
  const exact = await value('previewPlan', plan);
  expect(exact).toMatchObject({ problem: null, late_seconds: 0 });
  expect(exact.next).toHaveLength(5);
  expect(new Set(exact.next.map((at) => at.slice(11)))).toEqual(new Set(['01:30:00.000Z', '10:00:00.000Z']));
  expect(exact.next.toSorted()).toEqual(exact.next);
  const spread = await value('previewPlan', { ...plan, jitterSeconds: 3600 });
  expect(spread.late_seconds).toBeGreaterThan(0);
  expect(await value('previewPlan', { ...plan, jitterSeconds: 3600 })).toEqual(spread);
  const problemOf = async (cron: string, timezone = 'UTC') =>
    await value('previewPlan', { ...plan, crons: ['0 8 * * *', cron], timezone });
  expect(await problemOf('30 8 * *')).toEqual({
    next: [],
    late_seconds: 0,
    problem: { reason: 'cron_fields' },
  });
  expect(await problemOf('30 8 31 2 *')).toMatchObject({ problem: { reason: 'cron_never' } });
  expect(await problemOf('30 8 * * *', 'Asia/Nowhere')).toMatchObject({ problem: { reason: 'timezone' } });
});

test('settings are exported to another computer and imported from one, after a check', async () => {
  const folder = freshFolder();
  const { value } = windowAppOn(folder);
  await value('saveSettings', settingsWith({ language: 'id' }), null);

  const text = await value('exportSettings');
  expect(await value('checkImport', text)).toEqual({
    document: settingsWith({ language: 'id' }),
    problems: null,
  });
  const { document, problems } = await value('checkImport', text.replace('"id"', '"idd"'));
  expect(document).toBeNull();
  expect(problems?.length).toBeGreaterThan(0);
  expect(await value('checkImport', '{')).toMatchObject({ document: null });
  expect((await value('settings')).document).toEqual(settingsWith({ language: 'id' }));
});

test('a connection is tested and read before it is saved, with the typed password', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  const { host, port, database, user, password } = pair.source;
  const connection = { id: 'pgsql_new', host, port, database, user, schema: 'adempiere', tables: ['c_*'] };
  const draft: Draft = { kind: 'source', connection };
  const folder = freshFolder();
  const { value, refusal } = windowAppOn(folder);

  const steps = await value('testConnection', draft, password);
  expect(steps.every((one) => one.ok)).toBe(true);
  expect(steps.at(-1)?.step).toBe('read');
  const wrong = await value('testConnection', draft, 'not this one');
  expect(wrong.at(-1)).toMatchObject({ ok: false, failure: { code: 'source_sign_in' } });

  const { schemas, tables } = await value('discover', draft, password);
  expect(schemas.map((one) => one.schema)).toContain('adempiere');
  expect(tables.find((one) => one.table === 'c_invoice')).toMatchObject({ selected: true, hasKey: true });
  expect(tables.find((one) => one.table === 'ad_org')).toMatchObject({ selected: false });
  expect(await refusal('discover', draft, 'not this one')).toMatchObject({
    kind: 'failure',
    failure: { code: 'source_sign_in' },
  });
});

test('a password is stored where nobody else can read it, and deleted again', async () => {
  // No session bus, no keychain: a protected file stands in.
  const bus = process.env.DBUS_SESSION_BUS_ADDRESS;
  process.env.DBUS_SESSION_BUS_ADDRESS = 'disabled:';
  onTestFinished(() => {
    if (bus === undefined) delete process.env.DBUS_SESSION_BUS_ADDRESS;
    else process.env.DBUS_SESSION_BUS_ADDRESS = bus;
  });
  const folder = freshFolder();
  writeSettings(folder);
  const { value, refusal } = windowAppOn(folder);
  const draft: Draft = { kind: 'source', connection: { ...ENDPOINT, id: 'pgsql_lmp' } };

  expect(await value('setPassword', draft, 'geheim: 42')).toBe('file');
  expect((await value('settings')).passwords).toMatchObject({ pgsql_lmp: 'file' });
  expect(statSync(join(folder, 'branchline.pgpass')).mode & 0o777).toBe(0o600);
  expect(await value('setPassword', draft, null)).toBe('none');
  expect(readFileSync(join(folder, 'branchline.pgpass'), 'utf8')).not.toContain('geheim');
  const named: Draft = { kind: 'central', central: { ...ENDPOINT, password: '${HQ}' } };
  expect(await refusal('setPassword', named, 'x')).toMatchObject({ code: 'password_named' });
});

test('a support bundle has what helps, and no secret', async () => {
  process.env.BRANCHLINE_TEST_HQ = 'hunter2-of-hq';
  onTestFinished(() => void delete process.env.BRANCHLINE_TEST_HQ);
  const folder = freshFolder();
  const webhook = 'https://hooks.example/T000/very-secret';
  const central = { ...ENDPOINT, host: 'hq.example', password: '${BRANCHLINE_TEST_HQ}' };
  const settings = settingsWith({ central, notifications: { webhook } });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  mkdirSync(join(folder, 'logs'));
  const old = `${'x'.repeat(99)}\n`.repeat(10_000);
  const lines = `${old}could not reach postgres://a:hunter2@hq.example/db and hunter2-of-hq\npassword=abc ${webhook}\nlast line\n`;
  writeFileSync(join(folder, 'logs', 'tray.log'), lines);
  const id = failedBatch(journalIn(folder));

  const files = await windowAppOn(folder).value('bundle');

  const names = files.map((one) => one.name);
  expect(names).toEqual([
    'program.json',
    'settings.json',
    'status.json',
    'history.json',
    'last-batch.json',
    'last-batch-tables.jsonl',
    'logs/tray.log',
  ]);
  const all = files.map((one) => one.text).join('\n');
  for (const secret of ['hunter2', 'BRANCHLINE_TEST_HQ', 'very-secret', 'password=abc'])
    expect(all, secret).not.toContain(secret);
  for (const helpful of ['hq.example', id, 'permission denied for table c_invoice', '1.2.3', 'last line'])
    expect(all, helpful).toContain(helpful);
  const log = files.at(-1)?.text ?? '';
  expect(log.length).toBeLessThan(500_000);
  expect(log.split('\n')[0]).toBe('x'.repeat(99));
});

test('a support bundle has no secret of a notification channel', async () => {
  const secrets = {
    HOOK_SIGNS: 'signs-hunter2',
    HOOK_TOKEN: 'token-hunter2',
    MAIL_PASSWORD: 'mail-hunter2',
    BOT_TOKEN: '1:bot-hunter2',
  };
  Object.assign(process.env, secrets);
  onTestFinished(() => {
    for (const name of Object.keys(secrets)) delete process.env[name];
  });
  const folder = freshFolder();
  const url = 'https://hooks.example/T000/very-secret';
  const webhook = { url, secret: '${HOOK_SIGNS}', headers: { Authorization: '${HOOK_TOKEN}' } };
  const mail = { host: 'mail.example', from: 'a@hq.example', to: ['b@hq.example'], user: 'me' };
  const email = { ...mail, password: '${MAIL_PASSWORD}' };
  const telegram = { chatId: -100123, token: '${BOT_TOKEN}' };
  const ping = 'https://hc-ping.example/very-secret-too';
  writeFileSync(
    join(folder, 'settings.json'),
    JSON.stringify(settingsWith({ notifications: { webhook, email, telegram, ping } })),
  );
  mkdirSync(join(folder, 'logs'));
  writeFileSync(
    join(folder, 'logs', 'tray.log'),
    `${url} ${ping} ${Object.values(secrets).join(' ')}\nlast line\n`,
  );
  journalIn(folder);

  const files = await windowAppOn(folder).value('bundle');

  const all = files.map((one) => one.text).join('\n');
  for (const secret of ['hunter2', 'very-secret', 'MAIL_PASSWORD', 'HOOK_TOKEN', 'HOOK_SIGNS', 'BOT_TOKEN'])
    expect(all, secret).not.toContain(secret);
  expect(all).toContain('last line');
  expect(all).toContain('mail.example');
});

test('for invalid settings a bundle has their problems, and none of their values', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ pasword: 'hunter2', connections: [] }));
  const files = await windowAppOn(folder).value('bundle');
  const all = files.map((one) => one.text).join('\n');
  expect(all).not.toContain('hunter2');
  expect(all).toContain('pasword');
});
