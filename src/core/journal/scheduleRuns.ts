import type { ScheduleOutcome, ScheduleRun } from '../../shared/contract.ts';
import type { Clock } from '../ports.ts';
import { appendEvent } from './batchTotals.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** Past runs of schedules. Times are ISO 8601 in UTC. */
export interface ScheduleReads {
  /** The last run of a schedule; null if there is none. */
  scheduleRun(scheduleId: string): ScheduleRun | null;
  /** The last run of every schedule that has run, ordered by id. */
  scheduleRuns(): readonly ScheduleRun[];
  /** Whether a planned time was run or skipped. */
  hasScheduleRun(scheduleId: string, dueAt: string): boolean;
}

export interface ScheduleWrites {
  /**
   * Notes a planned time as done. It must be noted before the run begins, so that a power cut leads to a resumed batch and
   * not to a second one. A second call adds the id of the batch.
   *
   * @param dueAt the planned time, without jitter
   */
  noteScheduleRun(scheduleId: string, dueAt: string, batchId: string | null, outcome: ScheduleOutcome): void;
  /** The time since which the schedule has this definition. A new definition is noted with the present time. */
  scheduleSeen(scheduleId: string, definition: string): string;
}

/** More than a day of runs every minute: after a clock was set back, these times may come again. */
const KEPT = 1500;

const COLUMNS = 'schedule_id, due_at, ran_at, batch_id, outcome';

export function createScheduleReads(store: ReadableStore): ScheduleReads {
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
  };
}

export function createScheduleWrites(store: WritableStore, clock: Clock): ScheduleWrites {
  return {
    noteScheduleRun: (scheduleId, dueAt, batchId, outcome) =>
      store.write(() => note(store, clock, { schedule_id: scheduleId, due_at: dueAt, batchId, outcome })),
    scheduleSeen: (scheduleId, definition) => seen(store, clock, scheduleId, definition),
  };
}

function has(store: ReadableStore, scheduleId: string, dueAt: string): boolean {
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

function note(store: WritableStore, clock: Clock, { schedule_id, due_at, batchId, outcome }: Noted): void {
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

function seen(store: WritableStore, clock: Clock, scheduleId: string, definition: string): string {
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
