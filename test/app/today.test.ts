import { expect, test } from 'vitest';
import { viewToday } from '../../src/app/todayView.ts';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import { settingsSchema } from '../../src/shared/settings.ts';
import { freshFolder, handClock, planOf } from '../core/journal/support/world.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const HOUR = 3_600_000;

/** The journal of a branch with a run at eight each day since the 13th. */
function journalOf() {
  const clock = handClock('2026-11-13T07:00:00.000Z');
  const { journal } = openJournal(freshFolder(), {
    clock,
    random: () => 0.5,
    logger: { log: () => undefined },
  });
  journal.scheduleSeen('daily', 'any');
  const run = (day: number, how: 'ends' | 'fails' | 'skips', hours = 0.1): void => {
    const dueAt = `2026-11-${day}T08:00:00.000Z`;
    clock.set(dueAt);
    if (how === 'skips') {
      journal.noteScheduleRun('daily', dueAt, null, 'skipped');
      return;
    }
    const { batch_id: batchId } = journal.beginBatch(planOf('c_order', 'ad_org'));
    journal.noteScheduleRun('daily', dueAt, batchId, 'ran');
    for (const table of ['c_order', 'ad_org']) {
      const ref = { batchId, connection: 'pgsql_lmp', table };
      journal.startTable(ref, { strategy: 'full', estimatedRows: 10 });
      clock.pass((hours * HOUR) / 2000);
      if (how === 'fails' && table === 'ad_org')
        journal.failTable(ref, { code: 'contention', kind: 'transient', message: '', params: {} });
      else {
        const counts = { processed: day, skipped: 1, deleted: 0, bytes: 10 };
        journal.progressTable(ref, {
          ...counts,
          checkpoint: null,
          sourceSnapshotAt: clock.now().toISOString(),
        });
        journal.completeTable(ref, counts);
      }
    }
    journal.endBatch(batchId);
  };
  return { journal, clock, run };
}

const settings = settingsSchema.parse({
  central: { host: 'h', database: 'd', user: 'u' },
  connections: [{ id: 'pgsql_lmp', host: 'h', database: 'd', user: 'u', tables: ['*'] }],
  schedules: [{ id: 'daily', cron: '0 8 * * *', timezone: 'UTC', jitterSeconds: 0 }],
});

test('each planned run of the last days is shown with what came of it, and missed ones are not left out', () => {
  const { journal, clock, run } = journalOf();
  run(14, 'ends');
  run(15, 'ends', 3);
  run(16, 'fails');
  run(17, 'skips');
  run(19, 'ends');
  clock.set(NOW.toISOString());
  const { days } = viewToday(journal.reader, settings, NOW, 'UTC');
  expect(days).toHaveLength(14);
  expect(days.flatMap(({ day, runs }) => runs.map(({ result }) => `${day.slice(8)} ${result}`))).toEqual([
    '13 missed',
    '14 arrived',
    '15 late',
    '16 failed',
    '17 missed',
    '18 missed',
    '19 arrived',
    '20 missed',
  ]);
  journal.close();
});

test('a branch without the data of the last planned run is late, and its tables are told by age', () => {
  const { journal, clock, run } = journalOf();
  run(19, 'ends');
  clock.set(NOW.toISOString());
  const before = viewToday(journal.reader, settings, NOW, 'UTC');
  expect(before.branches).toMatchObject([{ connection: 'pgsql_lmp', late: true, tables: 2 }]);
  expect(before.tables).toMatchObject({ today: { count: 0 }, older: { names: ['ad_org', 'c_order'] } });
  run(20, 'ends');
  clock.set(NOW.toISOString());
  const after = viewToday(journal.reader, settings, NOW, 'UTC');
  expect(after.branches).toMatchObject([{ late: false, runs: [{ result: 'arrived', rows: 40 }] }]);
  expect(after.branches[0]?.next).toBe('2026-11-21T08:00:00.000Z');
  expect(after.tables?.today.count).toBe(2);
  journal.close();
});

test('what was moved today is compared with the days before, up to the same time of day', () => {
  const { journal, clock, run } = journalOf();
  run(18, 'ends');
  run(19, 'ends');
  run(20, 'ends');
  clock.set(NOW.toISOString());
  expect(viewToday(journal.reader, settings, NOW, 'UTC').work).toMatchObject({ rows: 40, usualRows: 37 });
  const early = new Date('2026-11-20T07:00:00.000Z');
  expect(viewToday(journal.reader, settings, early, 'UTC').work.usualRows).toBeNull();
  journal.close();
});
