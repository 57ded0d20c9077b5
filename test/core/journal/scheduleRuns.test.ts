import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { initial } from '../../../src/core/journal/migrations/0001-initial.ts';
import { decide } from '../../../src/core/schedule/decide.ts';
import { scheduleHistory } from '../../../src/service/tasks.ts';
import { scheduleOf } from '../schedule/support/schedules.ts';
import { freshFolder, handClock, journalIn, realPorts } from './support/world.ts';

test('a run is noted before it begins, and gets its batch afterwards', () => {
  const clock = handClock('2026-03-02T01:30:05Z');
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const due = '2026-03-02T01:30:00.000Z';
  expect(journal.hasScheduleRun('morning', due)).toBe(false);
  journal.noteScheduleRun('morning', due, null, 'ran');
  clock.pass(60);
  journal.noteScheduleRun('morning', due, 'sync_x', 'ran');
  expect(journal.hasScheduleRun('morning', due)).toBe(true);
  expect(journal.scheduleRun('morning')).toEqual({
    schedule_id: 'morning',
    due_at: due,
    ran_at: '2026-03-02T01:30:05.000Z',
    batch_id: 'sync_x',
    outcome: 'ran',
  });
  expect(journal.log().map(({ event, detail }) => [event, detail])).toEqual([
    ['schedule_ran', { schedule: 'morning', due_at: due }],
  ]);
});

test('the last run is the one noted last, also after the clock was set back', () => {
  const journal = journalIn(freshFolder());
  journal.noteScheduleRun('morning', '2027-01-01T00:00:00.000Z', null, 'ran');
  journal.noteScheduleRun('morning', '2026-01-01T00:00:00.000Z', null, 'skipped');
  journal.noteScheduleRun('evening', '2025-01-01T00:00:00.000Z', null, 'ran');
  expect(journal.scheduleRun('morning')?.due_at).toBe('2026-01-01T00:00:00.000Z');
  expect(journal.scheduleRuns().map((run) => [run.schedule_id, run.due_at, run.outcome])).toEqual([
    ['evening', '2025-01-01T00:00:00.000Z', 'ran'],
    ['morning', '2026-01-01T00:00:00.000Z', 'skipped'],
  ]);
  expect(journal.scheduleRun('noon')).toBeNull();
});

test('runs of more than a day, every minute, are kept; older ones are let go', () => {
  const journal = journalIn(freshFolder());
  const due = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
  journal.together(() => {
    for (let minute = 0; minute < 1600; minute += 1)
      journal.noteScheduleRun('often', due(minute), null, 'ran');
  });
  expect(journal.hasScheduleRun('often', due(99))).toBe(false);
  expect(journal.hasScheduleRun('often', due(100))).toBe(true);
});

test('a schedule is seen anew where its times change or it is switched on again', () => {
  const clock = handClock('2026-03-02T01:00:00Z');
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const hour = () => scheduleHistory(journal, schedule).firstSeenAt.toISOString().slice(11, 13);
  let schedule = scheduleOf();
  expect(hour()).toBe('01');
  clock.pass(3600);
  expect(hour()).toBe('01');
  schedule = scheduleOf({ tables: ['c_invoice'], missed: 'skip' });
  expect(hour()).toBe('01');
  schedule = scheduleOf({ cron: '0 9 * * *' });
  expect(hour()).toBe('02');
  schedule = scheduleOf({ cron: '0 9 * * *', enabled: false });
  clock.pass(7 * 86_400);
  expect(hour()).toBe('02');
  schedule = scheduleOf({ cron: '0 9 * * *' });
  clock.pass(3600);
  expect(hour()).toBe('03');
  const decision = decide(schedule, clock.now(), scheduleHistory(journal, schedule), 0);
  expect(decision.kind).toBe('wait');
});

test('runs of a journal with the first schema are kept', () => {
  const folder = freshFolder();
  const db = new Database(join(folder, 'journal.db'));
  db.exec(initial);
  db.pragma('user_version = 1');
  db.exec(
    `INSERT INTO schedule_runs VALUES ('morning', '2026-03-02T01:30:00.000Z', '2026-03-02T01:32:00.000Z', 'sync_x')`,
  );
  db.close();
  expect(journalIn(folder).scheduleRuns()).toEqual([
    {
      schedule_id: 'morning',
      due_at: '2026-03-02T01:30:00.000Z',
      ran_at: '2026-03-02T01:32:00.000Z',
      batch_id: 'sync_x',
      outcome: 'ran',
    },
  ]);
});
