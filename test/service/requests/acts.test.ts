import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Asked } from '../../../src/core/headOffice/signedRequest.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { jumpClock } from '../../support/jumpClock.ts';
import { answerTo, officeKey, signed, store, takeRequests } from '../../support/officeRequests.ts';
import { after, changeSettings, HOUR_MS, type Watched, watchService, withJournal } from '../support.ts';
import { answerOf, lookingAt, saysOf } from './support.ts';

const ALL = { everyMinutes: 0.1, allow: ['run', 'verify', 'pause', 'resume', 'retry', 'settings'] };
const key = officeKey();
let pair: DatabasePair;
let home: Home;

beforeAll(async () => {
  pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  takeRequests(home.folder, key, ALL);
});
afterAll(async () => {
  home[Symbol.dispose]();
  await pair.drop();
});

const request = ({ clock }: Pick<Watched, 'clock'>, asked: Asked) =>
  signed({ folder: home.folder, key, issued: clock.now(), asked });

/** Asks, and waits for the end. */
async function ask(watched: Watched, asked: Asked): Promise<string> {
  const row = request(watched, asked);
  await answerOf(pair, watched, row);
  return saysOf(pair, watched, row.id, (said) => /^(done|failed|refused)/.test(said));
}

const settings = () => JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
const change = (fragment: Readonly<Record<string, unknown>>): Asked => ({
  action: 'settings',
  args: { fragment },
});

test('a pause begins and ends, and a longer one of a person stays', async () => {
  const watched = await lookingAt(home);
  const until = (ms: number): Asked => ({
    action: 'pause',
    args: { until: after(watched.clock, ms).toISOString() },
  });
  expect(await ask(watched, until(HOUR_MS))).toBe('done');
  expect(watched.service.status().pause?.until).not.toBeNull();
  expect(await ask(watched, until(2 * HOUR_MS))).toBe('done');
  expect(await ask(watched, until(HOUR_MS))).toBe('done pause_kept');
  watched.service.pause(null);
  expect(await ask(watched, until(2 * HOUR_MS))).toBe('done pause_kept');
  expect(watched.service.status().pause?.until).toBeNull();
  expect(await ask(watched, { action: 'run', args: {} })).toBe('failed paused');
  expect(await ask(watched, { action: 'verify', args: {} })).toBe('failed paused');
  expect(await ask(watched, { action: 'resume', args: {} })).toBe('done');
  expect(watched.service.status().pause).toBeNull();
  expect(await ask(watched, until(-1000))).toBe('failed expired');
});

test('a verify says what it found, and a retry of nothing that there was nothing', async () => {
  const watched = await lookingAt(home);
  expect(await ask(watched, { action: 'verify', args: {} })).toBe('done');
  expect(await ask(watched, { action: 'verify', args: { tables: ['unheard_of'] } })).toBe(
    'failed table_unknown',
  );
  expect(await ask(watched, { action: 'run', args: { tables: ['unheard_of'] } })).toBe(
    'failed table_unknown',
  );
  expect(await ask(watched, { action: 'retry', args: {} })).toBe('done nothing_failed');
  await atBranch(pair, 'INSERT INTO item VALUES (2)');
  expect(await ask(watched, { action: 'verify', args: {} })).toBe('done tables_behind');
  expect(await ask(watched, { action: 'run', args: {} })).toBe('done');
  expect(await ask(watched, { action: 'verify', args: {} })).toBe('done');
  const admin = await pair.central.connectAdmin();
  await admin.query('DELETE FROM item');
  await admin.end();
  expect(await ask(watched, { action: 'verify', args: {} })).toBe('done tables_differ');
});

test('settings are taken as a whole or not at all', async () => {
  const watched = await lookingAt(home);
  const before = settings();
  expect(await ask(watched, change({ requests: { keys: [] } }))).toBe('refused settings_forbidden');
  expect(await ask(watched, change({ sync: { parallelTables: 99 }, connection: { enabled: false } }))).toBe(
    'refused settings_invalid',
  );
  expect(settings()).toEqual(before);
  const next = watched.next('settings_changed');
  expect(await ask(watched, change({ sync: { verifyEveryDays: 30 } }))).toBe('done');
  await next;
  expect(settings()).toEqual({ ...before, sync: { ...before.sync, verifyEveryDays: 30 } });
});

test('a connection that head office has switched off runs nothing, and is switched on again by head office', async () => {
  const watched = await lookingAt(home);
  const switched = async (enabled: boolean): Promise<void> => {
    const next = watched.next('settings_changed');
    expect(await ask(watched, change({ connection: { enabled } }))).toBe('done');
    await next;
  };
  await switched(false);
  for (const action of ['run', 'verify', 'retry'] as const)
    expect(await ask(watched, { action, args: {} })).toBe('refused not_allowed');

  await switched(true);

  expect(settings().connections[0].enabled).toBe(true);
  expect(await ask(watched, { action: 'verify', args: {} })).not.toContain('not_allowed');
});

test('what was accepted goes on after a restart, and what had begun does not', async () => {
  const clock = jumpClock();
  await (await lookingAt(home, { clock })).service.stop();
  const accept = (row: ReturnType<typeof request>): void =>
    withJournal(home.folder, (journal) => {
      const expiresAt = after(clock, HOUR_MS);
      const about = { key: row.id, connection: CONNECTION, rowId: row.id, expiresAt, facts: {} };
      journal.acceptOfficeRequest({ ...about, text: row.request, keyName: 'hq-2026' });
    });
  const run = request({ clock }, { action: 'run', args: {} });
  const begun = request({ clock }, { action: 'run', args: {} });
  // Its successor has the same name.
  const ofOldKey = signed({ folder: home.folder, key: officeKey(), issued: clock.now() });
  const late = signed({
    folder: home.folder,
    key,
    issued: after(clock, -2 * HOUR_MS),
    expires: after(clock, -HOUR_MS),
  });
  for (const row of [run, begun, ofOldKey, late]) await store(pair, row);
  accept(run);
  accept(begun);
  accept(ofOldKey);
  accept(late);
  withJournal(home.folder, (journal) => journal.beginOfficeRequest(begun.id, {}));

  const watched = watchService(home.folder, { clock });
  expect(await saysOf(pair, watched, run.id, (said) => said.startsWith('done'))).toBe('done');
  expect(await answerTo(pair, begun.id)).toBe('failed interrupted');
  expect(await answerTo(pair, ofOldKey.id)).toBe('failed forged');
  expect(await answerTo(pair, late.id)).toBe('failed expired');
  const events = withJournal(home.folder, (journal) => journal.log({ limit: 1000 }));
  expect(events.filter((row) => row.event === 'request_begun' && row.detail.id === run.id)).toHaveLength(1);
});

test('nothing is looked for where the settings do not allow it', async () => {
  const watched = await lookingAt(home);
  const off = watched.next('settings_changed');
  changeSettings(home.folder, { requests: { ...settings().requests, enabled: false } });
  watched.wake();
  await off;
  const id = await store(pair, request(watched, { action: 'resume', args: {} }));
  for (let times = 0; times < 5; times++) {
    watched.clock.jump(HOUR_MS / 60);
    await watched.quiet();
  }
  expect(await answerTo(pair, id)).toBe('waiting');
  changeSettings(home.folder, { requests: { ...settings().requests, enabled: true } });
  watched.wake();
  expect(await saysOf(pair, watched, id, (said) => said.startsWith('done'))).toBe('done not_paused');
});
