import type { ScheduleView } from '../../shared/contract.ts';
import type { ScheduleSettings } from '../../shared/settings.ts';
import type { Journal } from '../journal/journal.ts';
import { jitterSeconds } from './jitter.ts';
import { nextRuns } from './plan.ts';

/** How many of the next runs are shown. */
const SHOWN = 5;

/** The schedules for people: in the order of the settings, with their last run and the next five. */
export function viewSchedules(
  schedules: readonly ScheduleSettings[],
  journal: Pick<Journal, 'scheduleRun' | 'batch'>,
  installationId: string,
  now: Date,
): readonly ScheduleView[] {
  return schedules.map((schedule) => {
    const { id, cron, timezone, connections, tables, missed, enabled } = schedule;
    const late = jitterSeconds(installationId, id, schedule.jitterSeconds);
    // One that is planned for a moment ago and still waits for its jitter is the next.
    const from = new Date(now.getTime() - late * 1000);
    const last = journal.scheduleRun(id);
    const batch = last?.batch_id ? journal.batch(last.batch_id) : null;
    return {
      id,
      cron,
      timezone,
      connections,
      tables,
      missed,
      enabled,
      jitter_seconds: schedule.jitterSeconds,
      late_seconds: late,
      last_run: last && { ...last, batch_status: batch?.status ?? null },
      next_runs: enabled ? nextRuns(schedule, from, SHOWN).map((at) => at.toISOString()) : [],
    };
  });
}
