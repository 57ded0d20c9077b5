import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { atBranch, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { answerTo, officeKey, signed, store, takeRequests } from '../../support/officeRequests.ts';
import { after, changeSettings, HOUR_MS, type Watched, withJournal } from '../support.ts';
import { answerOf, lookingAt, saysOf } from './support.ts';

const DAY_MS = 24 * HOUR_MS;
const key = officeKey();
let pair: DatabasePair;
let home: Home;

beforeEach(async () => {
  pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  home = makeHome(pair);
  {
    await using engine = home.open();
    await sync(engine);
  }
  takeRequests(home.folder, key, { everyMinutes: 0.1 });
  return async () => {
    home[Symbol.dispose]();
    await pair.drop();
  };
});

/** Begins a run of a person that waits for a lock of another program. @returns lets it go on, and waits for its end */
async function holdRun(watched: Watched): Promise<() => Promise<void>> {
  await atBranch(pair, 'INSERT INTO item VALUES (2)');
  const other = await pair.source.connectAdmin();
  onTestFinished(() => other.end());
  await other.query('BEGIN; LOCK TABLE adempiere.item IN ACCESS EXCLUSIVE MODE');
  const batch = watched.service.runNow();
  await watched.status(({ activity }) => activity.kind === 'running');
  return async () => {
    await other.query('ROLLBACK');
    expect((await batch).status).toBe('completed');
  };
}

function removeKeys(): void {
  const { requests } = JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  changeSettings(home.folder, { requests: { ...requests, keys: [{ name: 'new', key: officeKey().key }] } });
}

const ended = (said: string): boolean => /^(done|failed|refused)/.test(said);

test('a key that is removed while something runs orders nothing from then on', async () => {
  const watched = await lookingAt(home);
  const goOn = await holdRun(watched);
  const until = after(watched.clock, DAY_MS).toISOString();
  const pause = () =>
    signed({
      folder: home.folder,
      key,
      issued: watched.clock.now(),
      asked: { action: 'pause', args: { until } },
    });
  removeKeys();
  expect(await answerOf(pair, watched, pause())).toBe('refused forged');
  expect(watched.service.status().pause).toBeNull();
  await goOn();
});

test.each([
  ['its key is removed', 'failed forged', () => removeKeys()],
  ['it expires', 'failed expired', ({ clock }: Watched) => clock.jump(2 * HOUR_MS)],
])('a request that waits behind a run does not begin if meanwhile %s', async (_what, said, meanwhile) => {
  const watched = await lookingAt(home);
  const goOn = await holdRun(watched);
  const row = signed({ folder: home.folder, key, issued: watched.clock.now() });
  expect(await answerOf(pair, watched, row)).toBe('received');
  meanwhile(watched);
  await goOn();
  expect(await saysOf(pair, watched, row.id, ended)).toBe(said);
  const begun = withJournal(home.folder, (journal) =>
    journal.log({ limit: 1000 }).filter(({ event }) => event === 'request_begun'),
  );
  expect(begun).toEqual([]);
});

test('after a hundred accepted requests in a day, the next one waits until a day has passed', async () => {
  const watched = await lookingAt(home);
  withJournal(
    home.folder,
    (journal) => {
      for (let n = 0; n < 100; n++) {
        const about = { key: `earlier-${n}`, connection: CONNECTION, rowId: `earlier-${n}`, facts: {} };
        journal.acceptOfficeRequest({
          ...{ ...about, expiresAt: after(watched.clock, DAY_MS), text: '', keyName: 'hq-2026' },
        });
        journal.endOfficeRequest(about.key, { state: 'done', code: null, batchId: null }, {});
      }
    },
    watched.clock,
  );
  const row = signed({
    folder: home.folder,
    key,
    issued: watched.clock.now(),
    expires: after(watched.clock, 3 * DAY_MS),
    asked: { action: 'resume', args: {} },
  });
  await store(pair, row);
  // Answered in the same look, which has seen the other one, too.
  const forged = signed({ folder: home.folder, key: officeKey(), issued: watched.clock.now() });
  expect(await answerOf(pair, watched, forged)).toBe('refused forged');
  expect(await answerTo(pair, row.id)).toBe('waiting');
  watched.clock.jump(DAY_MS);
  expect(await saysOf(pair, watched, row.id, ended)).toBe('done not_paused');
});
