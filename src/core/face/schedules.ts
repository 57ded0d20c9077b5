import { cronProblem, isTimeZone } from '../../shared/cron.ts';
import type { Settings } from '../../shared/settings.ts';
import type { CronPreview, Schedules } from '../../shared/window/views.ts';
import type { Journal } from '../journal/journal.ts';
import { nextRuns } from '../schedule/plan.ts';
import { viewSchedules } from '../schedule/view.ts';
import { installationId } from '../settings/installation.ts';

/** @param settings null where they cannot be used: nothing is planned then */
export function schedulesOf(
  journal: Journal,
  settings: Settings | null,
  folder: string,
  now: Date,
): Schedules {
  return settings === null ? [] : viewSchedules(settings.schedules, journal, installationId(folder), now);
}

/** How many of the next runs are shown. */
const SHOWN = 5;

/** What a cron expression means while it is being typed. */
export function previewCron(cron: string, timezone: string, now: Date): CronPreview {
  if (!isTimeZone(timezone)) return { next: [], problem: { reason: 'timezone' } };
  const problem = cronProblem(cron);
  if (problem !== null) return { next: [], problem };
  return { next: nextRuns({ cron, timezone }, now, SHOWN).map((at) => at.toISOString()), problem: null };
}
