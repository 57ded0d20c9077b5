import type { ScheduleOutcome, ScheduleRun } from '../../shared/contract.ts';
import type { Clock } from '../ports.ts';
import { appendEvent } from './batchTotals.ts';
import type { Store } from './store.ts';

/** What was done about schedules, and since when they are there. Times are ISO 8601 in UTC. */
export interface ScheduleRuns {
  /** The run noted last; null where there is none. */
  scheduleRun(scheduleId: string): ScheduleRun | null;
  /** The last one of every schedule that ever ran, by id. */
  scheduleRuns(): readonly ScheduleRun[];
  /** Whether a planned time was run or skipped. */
  hasScheduleRun(scheduleId: string, dueAt: string): boolean;
  /**
   * Notes a planned time as done. To be noted before the run begins, so that a power cut in it leads to a
   * resumed batch and not to a second one; noted again with its batch, it gets the batch's id.
   *
   * @param dueAt the planned time, without jitter
   */
  noteScheduleRun(scheduleId: string, dueAt: string, batchId: string | null, outcome: ScheduleOutcome): void;
  /** Since when the schedule is defined so; now, and noted, where it is new or was defined otherwise. */
  scheduleSeen(scheduleId: string, definition: string): string;
}

/** A day of runs every minute and some: the times that a clock set back may come by again. */
const KEPT = 1500;

const COLUMNS = 'schedule_id, due_at, ran_at, batch_id, outcome';

export function createScheduleRuns(store: Store, clock: Clock): ScheduleRuns {
  return {
    scheduleRun: (scheduleId) =>
      store.get<ScheduleRun>(
        `SELECT ${COLUMNS} FROM schedule_runs WHERE schedule_id = @schedule_id ORDER BY id DESC LIMIT 1`,
        { schedule_id: scheduleId },
      ) ?? null,
    scheduleRuns: () =>
      store.all<ScheduleRun>(
        `SELECT ${COLUMNS} FROM schedule_runs
         WHERE id IN (SELECT max(id) FROM schedule_runs GROUP BY schedule_id) ORDER BY schedule_id`,
      ),
    hasScheduleRun: (scheduleId, dueAt) => has(store, scheduleId, dueAt),
    noteScheduleRun: (scheduleId, dueAt, batchId, outcome) =>
      store.write(() => note(store, clock, { schedule_id: scheduleId, due_at: dueAt, batchId, outcome })),
    scheduleSeen: (scheduleId, definition) => seen(store, clock, scheduleId, definition),
  };
}

function has(store: Store, scheduleId: string, dueAt: string): boolean {
  const found = store.get(
    'SELECT 1 FROM schedule_runs WHERE schedule_id = @schedule_id AND due_at = @due_at',
    {
      schedule_id: scheduleId,
      due_at: dueAt,
    },
  );
  return found !== undefined;
}

interface Noted {
  readonly schedule_id: string;
  readonly due_at: string;
  readonly batchId: string | null;
  readonly outcome: ScheduleOutcome;
}

function note(store: Store, clock: Clock, { schedule_id, due_at, batchId, outcome }: Noted): void {
  const isNew = !has(store, schedule_id, due_at);
  store.run(
    `INSERT INTO schedule_runs (${COLUMNS}) VALUES (@schedule_id, @due_at, @ran_at, @batch_id, @outcome)
     ON CONFLICT (schedule_id, due_at)
       DO UPDATE SET batch_id = coalesce(excluded.batch_id, batch_id), outcome = excluded.outcome`,
    { schedule_id, due_at, ran_at: clock.now().toISOString(), batch_id: batchId, outcome },
  );
  if (!isNew) return;
  store.run(
    `DELETE FROM schedule_runs WHERE schedule_id = @schedule_id AND id <= (
       SELECT id FROM schedule_runs WHERE schedule_id = @schedule_id ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
    { schedule_id },
  );
  const detail = { schedule: schedule_id, due_at };
  appendEvent(store, clock, `schedule_${outcome}`, { batchId, detail });
}

function seen(store: Store, clock: Clock, scheduleId: string, definition: string): string {
  const known = store.get<{ readonly first_seen_at: string }>(
    'SELECT first_seen_at FROM schedules_seen WHERE schedule_id = @schedule_id AND definition = @definition',
    { schedule_id: scheduleId, definition },
  );
  if (known !== undefined) return known.first_seen_at;
  const now = clock.now().toISOString();
  store.write(() =>
    store.run(
      `INSERT INTO schedules_seen (schedule_id, definition, first_seen_at)
       VALUES (@schedule_id, @definition, @now)
       ON CONFLICT (schedule_id) DO UPDATE SET definition = excluded.definition,
         first_seen_at = excluded.first_seen_at`,
      { schedule_id: scheduleId, definition, now },
    ),
  );
  return now;
}
