import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signRequest } from '../../../src/core/headOffice/signedRequest.ts';
import { installationId } from '../../../src/core/settings/installation.ts';
import type { LogRow } from '../../../src/shared/contract.ts';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { jumpClock } from '../../support/jumpClock.ts';
import {
  answerTo,
  officeKey,
  type Signing,
  signed,
  store,
  takeRequests,
} from '../../support/officeRequests.ts';
import { type Watched, watchService, withJournal } from '../support.ts';
import { answerOf, lookAgain, lookingAt, saysOf } from './support.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const key = officeKey();
let pair: DatabasePair;
let home: Home;

beforeAll(async () => {
  pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  takeRequests(home.folder, key, { everyMinutes: 0.1 });
});
afterAll(async () => {
  home[Symbol.dispose]();
  await pair.drop();
});

const looking = (): Promise<Watched> => lookingAt(home);

function audit(): readonly LogRow[] {
  return withJournal(home.folder, (journal) => journal.log({ limit: 1000 })).filter((row) =>
    row.event.startsWith('request_'),
  );
}

const auditOf = (id: string): readonly string[] =>
  audit()
    .filter((row) => row.detail.id === id)
    .map((row) => [row.event, row.detail.code].filter((part) => part != null).join(' '));

const right = (more: Partial<Signing> = {}, clock = jumpClock()) =>
  signed({ folder: home.folder, key, issued: clock.now(), ...more });

const says = (watched: Watched, id: string, fits: (answer: string) => boolean) =>
  saysOf(pair, watched, id, fits);
const answer = (watched: Watched, row: Parameters<typeof store>[1]) => answerOf(pair, watched, row);

test('a right request is carried out, and the audit trail says who asked', async () => {
  const watched = await looking();
  const row = right({ asked: { action: 'run', args: { tables: ['item'] } } }, watched.clock);
  await answer(watched, row);
  await says(watched, row.id, (one) => one === 'done');

  expect(auditOf(row.id)).toEqual(['request_accepted', 'request_begun', 'request_done']);
  const [accepted] = audit().filter((one) => one.detail.id === row.id);
  expect(accepted).toMatchObject({
    connection: CONNECTION,
    detail: { by: 'Sari Wulandari', action: 'run', key: 'hq-2026', args: '{"tables":["item"]}' },
  });
  const batch = watched.service.engine?.latestBatch()?.batch;
  expect(batch?.options).toMatchObject({
    tables: ['item'],
    askedBy: { by: 'Sari Wulandari', request: row.id },
  });
});

test('what was not signed by a key of the settings is refused, and told once', async () => {
  const watched = await looking();
  const other = right({ key: officeKey() }, watched.clock);
  expect(await answer(watched, other)).toBe('refused forged');

  const whole = right({}, watched.clock);
  const changed = { ...whole, request: whole.request.replace('"action":"run"', '"action":"verify"') };
  expect(changed.request).not.toBe(whole.request);
  expect(await answer(watched, changed)).toBe('refused forged');
  const spaced = { ...right({}, watched.clock) };
  expect(await answer(watched, { ...spaced, request: `${spaced.request} ` })).toBe('refused forged');
  const unsigned = right({}, watched.clock);
  expect(await answer(watched, { ...unsigned, signature: '' })).toBe('refused forged');
  const elsewhere = right({}, watched.clock);
  const moved = { ...elsewhere, id: 'another-id' };
  expect(await answer(watched, moved)).toBe('refused forged');

  // Nobody at head office sets it back but whoever has the database.
  await atCentral(pair, "UPDATE branchline.requests SET state = 'waiting' WHERE state = 'refused'");
  lookAgain(watched);
  await says(watched, other.id, (one) => one === 'refused forged');
  expect(auditOf(other.id)).toEqual(['request_refused forged']);
  expect(watched.service.engine?.batches(50).filter((one) => one.trigger === 'agent')).toHaveLength(1);
});

test('what has expired, was issued in the future, or lives too long is refused', async () => {
  const watched = await looking();
  const now = watched.clock.now().getTime();
  const at = (ms: number): Date => new Date(now + ms);
  const expired = right({ issued: at(-2 * DAY_MS), expires: at(-DAY_MS) });
  expect(await answer(watched, expired)).toBe('refused expired');
  const early = right({ issued: at(60 * MINUTE_MS), expires: at(90 * MINUTE_MS) });
  expect(await answer(watched, early)).toBe('refused from_future');
  const long = right({ issued: at(0), expires: at(8 * DAY_MS) });
  expect(await answer(watched, long)).toBe('refused malformed');
  const before = right({ issued: at(-2 * DAY_MS), expires: at(DAY_MS) });
  expect(await answer(watched, before)).toBe('refused before_records');
});

test('what is for another branch or another installation is refused', async () => {
  const watched = await looking();
  const other = right({ connection: 'pgsql_plb' }, watched.clock);
  expect(await answer(watched, { ...other, connection: CONNECTION })).toBe('refused other_branch');
  const computer = right({ installation: '00000000-0000-4000-8000-000000000000' }, watched.clock);
  const { installation } = right({}, watched.clock);
  expect(await answer(watched, { ...computer, installation })).toBe('refused other_branch');
  expect(auditOf(computer.id)).toEqual(['request_refused other_branch']);
  // Rows of another computer stay as they are, however many, whoever has signed them.
  const theirs = { installation: computer.installation, key: officeKey() };
  const rows = Array.from({ length: 21 }, () => right(theirs, watched.clock));
  for (const row of rows) await store(pair, row);
  await store(pair, other);
  lookAgain(watched);
  expect(await answer(watched, right({ key: officeKey() }, watched.clock))).toBe('refused forged');
  expect(await answerTo(pair, other.id)).toContain('waiting');
  for (const row of rows) expect(await answerTo(pair, row.id)).toBe('waiting');
});

test('a request is carried out once, also after a restart, and after its row was deleted', async () => {
  const first = await looking();
  const row = right({ asked: { action: 'pause', args: { until: '2099-01-01T00:00:00Z' } } }, first.clock);
  // Too far away: refused, so that nothing of this test pauses the others.
  expect(await answer(first, row)).toBe('refused malformed');

  const resume = right({ asked: { action: 'resume', args: {} } }, first.clock);
  await answer(first, resume);
  expect(await answerTo(pair, resume.id)).toBe('done not_paused');
  await store(pair, resume);
  await says(first, resume.id, (one) => one === 'refused replayed');

  await atCentral(pair, `DELETE FROM branchline.requests WHERE id = '${resume.id}'`);
  await first.service.stop();
  await store(pair, resume);
  const second = watchService(home.folder, { clock: first.clock });
  await says(second, resume.id, (one) => one === 'refused replayed');
  // Long after it has expired, and with a clock that was set back then.
  second.clock.jump(40 * DAY_MS);
  const later = right({ asked: { action: 'resume', args: {} } }, second.clock);
  await answer(second, later);
  await expect.poll(() => withJournal(home.folder, (journal) => journal.officeRequest(resume.id))).toBeNull();
  second.clock.jump(-40 * DAY_MS);
  await store(pair, resume);
  await second.service.stop();
  const third = watchService(home.folder, { clock: second.clock });
  await says(third, resume.id, (one) => one === 'refused expired');
  expect(auditOf(resume.id).filter((line) => line === 'request_begun')).toHaveLength(1);
});

test('what this version does not know, and what the settings do not allow, is refused', async () => {
  const watched = await looking();
  const unknown = signRaw(watched, { action: 'shell', args: { command: 'rm -rf /' } });
  expect(await answer(watched, unknown)).toBe('refused unknown_action');
  expect(await answer(watched, signRaw(watched, { action: 'constructor', args: {} }))).toBe(
    'refused unknown_action',
  );
  expect(await answer(watched, signRaw(watched, { action: 'run', args: { allowDeletes: true } }))).toBe(
    'refused malformed',
  );
  expect(await answer(watched, signRaw(watched, { action: 'run', args: {}, more: 1 }))).toBe(
    'refused malformed',
  );
  expect(
    await answer(watched, signRaw(watched, { action: 'run', args: {}, by: 'x\u001b[31m\nrefused' })),
  ).toBe('refused malformed');
  const settings = right({ asked: { action: 'settings', args: { fragment: {} } } }, watched.clock);
  expect(await answer(watched, settings)).toBe('refused not_allowed');
});

test('megabytes, markup and control characters of whoever has the database harm nobody', async () => {
  const watched = await looking();
  await atCentral(pair, 'ALTER TABLE branchline.requests DROP CONSTRAINT requests_request_check');
  const here = { connection: CONNECTION, installation: installationId(home.folder) };
  const id = '<img src=x onerror=alert(1)>\u001b[2J\u202e';
  const big = { ...here, id, request: 'x'.repeat(5_000_000), signature: 'y'.repeat(200) };
  expect(await answer(watched, big)).toBe('refused too_big');
  const deep = { ...here, id: 'deep', request: '['.repeat(60_000), signature: 'AAAA' };
  expect(await answer(watched, deep)).toBe('refused forged');
  expect(auditOf(id)).toEqual(['request_refused too_big']);

  // Many rows of junk: a few lines a day are kept of them.
  for (let index = 0; index < 100; index++)
    await store(pair, {
      ...here,
      id: `junk-${index}`,
      request: randomBytes(9).toString('hex'),
      signature: 'x',
    });
  await says(watched, 'junk-99', (one) => one === 'refused forged');
  expect(audit().filter((row) => String(row.detail.id).startsWith('junk-')).length).toBeLessThanOrEqual(50);
  const row = right({ asked: { action: 'resume', args: {} } }, watched.clock);
  expect(await answer(watched, row)).toBe('done not_paused');
});

/** Signs what the program itself would never sign. */
function signRaw(watched: Watched, raw: Readonly<Record<string, unknown>>): Parameters<typeof store>[1] {
  const { by = 'Sari', ...asked } = raw;
  const row = right({}, watched.clock);
  const { id, installation, issued, expires } = JSON.parse(row.request);
  const times = { issued: new Date(issued), expires: new Date(expires) };
  return signRequest(
    { id, by: String(by), connection: CONNECTION, installation, asked: asked as never, ...times },
    key.privateKey,
  );
}
