import type { ScheduleSettings } from '../../shared/settings.ts';
import type { ScheduleRuns } from '../journal/scheduleRuns.ts';
import type { History } from './decide.ts';

/**
 * What the journal knows of a schedule. Notes that it was seen, so ask for disabled ones too: one that is
 * switched on again has missed nothing.
 */
export function scheduleHistory(journal: ScheduleRuns, schedule: ScheduleSettings): History {
  return {
    firstSeenAt: new Date(journal.scheduleSeen(schedule.id, definitionOf(schedule))),
    last: journal.scheduleRun(schedule.id),
    has: (dueAt) => journal.hasScheduleRun(schedule.id, dueAt.toISOString()),
  };
}

/** What makes it another schedule when it changes: 08:30 moved to 07:00 at ten o'clock was not missed today. */
function definitionOf({ cron, timezone, enabled }: ScheduleSettings): string {
  return enabled ? `${cron} ${timezone}` : 'off';
}
