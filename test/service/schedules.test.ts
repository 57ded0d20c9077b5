import { expect, test } from 'vitest';
import { BatchStatus } from '../../src/shared/status.ts';
import { freshDatabases } from '../support/databases.ts';
import { type Home, makeHome } from '../support/home.ts';
import { jumpClock } from '../support/jumpClock.ts';
import { startProxy } from '../support/proxy.ts';
import { after, changeSettings, HOUR_MS, type Watched, watchService, withJournal } from './support.ts';

const MORNING = { id: 'morning', cron: '30 8 * * *', timezone: 'UTC', jitterSeconds: 0 };
const FEW = { connection: { tables: ['c_bpartner', 'c_order'] } };
const SCALE = 0.05;
const at = (time: string): Date => new Date(`2026-03-${time}Z`);

function plan(home: Home, ...schedules: readonly object[]): void {
  changeSettings(home.folder, {
    schedules,
    notifications: { noSuccessHours: 0 },
    sync: { verifyEveryDays: 0 },
  });
}

/** What the journal has of the schedule's planned times, the last. */
function noted(home: Home, schedule = 'morning') {
  return withJournal(home.folder, (journal) => journal.scheduleRun(schedule));
}

const begun = (watched: Watched): number => watched.count('batch_started');

test('runs take place at their times, once, however the clock is changed', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, FEW);
  plan(home, MORNING);
  const clock = jumpClock(at('02T08:00:00'));
  const watched = watchService(home.folder, { clock });
  await watched.quiet();
  expect(watched.service.status().next).toEqual({ schedule: 'morning', at: '2026-03-02T08:30:00.000Z' });
  expect(begun(watched)).toBe(0);

  watched.wakeAt(at('02T08:30:00'));
  const { batch } = await watched.event('batch_ended');
  expect(batch).toMatchObject({ status: BatchStatus.Completed, trigger: 'schedule' });
  expect(noted(home)).toMatchObject({
    due_at: '2026-03-02T08:30:00.000Z',
    batch_id: batch.batch_id,
    outcome: 'ran',
  });

  // Set back: the same time comes by again.
  watched.wakeAt(at('02T08:29:00'));
  await watched.quiet();
  watched.wakeAt(at('02T08:30:00'));
  await watched.quiet();
  expect(begun(watched)).toBe(1);

  // Asleep over three runs.
  watched.wakeAt(at('05T14:00:00'));
  expect(await watched.event('run_missed')).toMatchObject({
    schedule: 'morning',
    dueAt: '2026-03-05T08:30:00.000Z',
  });
  await watched.next('batch_ended');
  await watched.quiet();
  expect(begun(watched)).toBe(2);
  expect(watched.service.status().next?.at).toBe('2026-03-06T08:30:00.000Z');
});

test('runs missed while the service was off are caught up once, or recorded as skipped', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, FEW);
  plan(home, MORNING, { ...MORNING, id: 'careless', missed: 'skip' });
  const before = watchService(home.folder, { clock: jumpClock(at('02T09:00:00')) });
  await before.quiet();
  await before.service.stop();

  const watched = watchService(home.folder, { clock: jumpClock(at('04T12:00:00')) });
  await watched.event('batch_ended');
  await watched.quiet();
  expect(begun(watched)).toBe(1);
  expect(watched.count('run_missed')).toBe(1);
  expect(noted(home)).toMatchObject({ due_at: '2026-03-04T08:30:00.000Z', outcome: 'ran' });
  expect(noted(home, 'careless')).toMatchObject({
    due_at: '2026-03-04T08:30:00.000Z',
    outcome: 'skipped',
    batch_id: null,
  });
});

test('a run that is due during a batch comes after it, once; one that cannot begin says so, once', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_order', 'c_invoiceline'] } });
  plan(home, MORNING, { ...MORNING, id: 'elsewhere', connections: ['pgsql_gone'] });
  const clock = jumpClock(at('02T08:00:00'));
  const watched = watchService(home.folder, { clock });
  await watched.quiet();
  const asked = watched.service.runNow();
  await watched.event('batch_started');
  watched.wakeAt(at('02T08:30:00'));

  const first = await asked;
  const refused = await watched.event('run_refused');
  expect(refused).toMatchObject({
    schedule: 'elsewhere',
    refusal: { code: 'connection_unknown', params: { connection: 'pgsql_gone' } },
  });
  await watched.quiet();
  const order = watched.events.flatMap((one) =>
    one.type === 'batch_started' || one.type === 'batch_ended' ? [`${one.type} ${one.batch.trigger}`] : [],
  );
  expect(first.status).toBe(BatchStatus.Completed);
  expect(order).toEqual([
    'batch_started agent',
    'batch_ended agent',
    'batch_started schedule',
    'batch_ended schedule',
  ]);
  expect(watched.count('run_refused')).toBe(1);
  expect(noted(home, 'elsewhere')).toMatchObject({ outcome: 'ran', batch_id: null });
});

test('a missed run waits for the network; a due one shows in the history what is wrong', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using source = await startProxy(pair.source);
  using home = makeHome(pair, {
    connection: { ...FEW.connection, port: source.port, connectTimeoutSeconds: 1 },
  });
  plan(home, MORNING);
  const before = watchService(home.folder, { clock: jumpClock(at('02T09:00:00')) });
  await before.quiet();
  await before.service.stop();
  source.freeze();

  const watched = watchService(home.folder, { clock: jumpClock(at('03T12:00:00')) });
  await watched.status((one) => one.activity.kind === 'waiting_database');
  expect(begun(watched)).toBe(0);
  source.thaw();
  watched.wakeAt(after(watched.clock, 10_000));
  expect((await watched.event('batch_ended')).batch.status).toBe(BatchStatus.Completed);
  expect(watched.count('run_missed')).toBe(1);

  await watched.quiet();
  source.freeze();
  const ended = watched.next('batch_ended');
  watched.wakeAt(at('04T08:30:00'));
  expect((await ended).batch).toMatchObject({ status: BatchStatus.Failed, trigger: 'schedule' });
});

test('nothing begins during a pause, across a restart too; the run that was due comes after it', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, FEW);
  plan(home, MORNING);
  const clock = jumpClock(at('02T08:00:00'));
  const first = watchService(home.folder, { clock });
  await first.quiet();
  first.service.pause(at('02T12:00:00'));
  expect(first.service.status()).toMatchObject({
    pause: { until: '2026-03-02T12:00:00.000Z' },
    next: null,
  });
  await first.service.stop();

  const second = watchService(home.folder, { clock });
  second.wakeAt(at('02T09:00:00'));
  await second.quiet();
  expect(begun(second)).toBe(0);
  expect(second.service.status().pause).not.toBeNull();

  second.wakeAt(at('02T12:00:00'));
  await second.event('batch_ended');
  expect(second.service.status().pause).toBeNull();
  expect(second.count('run_missed')).toBe(1);

  // A pause without an end ends with a person, and one that a person wants to run meanwhile does.
  await second.quiet();
  second.service.pause(null);
  second.wakeAt(after(clock, 48 * HOUR_MS));
  await second.quiet();
  expect(begun(second)).toBe(1);
  expect(await second.service.runNow()).toMatchObject({ trigger: 'agent', status: BatchStatus.Completed });
  const caughtUp = second.next('batch_started');
  second.service.unpause();
  expect((await caughtUp).batch.trigger).toBe('schedule');
});
