import type { ReadableJournal } from '../core/journal/journal.ts';
import { delayOf, nextRuns, plannedStretches, viewSchedules } from '../core/schedule/nextRuns.ts';
import { installationId } from '../core/settings/installation.ts';
import type { PlannedStretch } from '../shared/contract.ts';
import { cronProblem, isTimeZone } from '../shared/cron.ts';
import type { Settings } from '../shared/settings.ts';
import type { PlanPreview, Schedules } from '../window-api/views.ts';
import type { PlanDraft } from '../window-api/windowApi.ts';
import { computerZone, lastDays } from './historyViews.ts';

/** @param settings null if they cannot be used: nothing is planned then */
export function schedulesOf(
  journal: ReadableJournal,
  settings: Settings | null,
  folder: string,
  now: Date,
): Schedules {
  return settings === null ? [] : viewSchedules(settings.schedules, journal, installationId(folder), now);
}

/** Days of the week's view, today included. */
const DAYS = 7;

/** The starts of all schedules that are switched on, from the beginning of today on, in order. */
export function viewWeek(
  journal: ReadableJournal,
  settings: Settings | null,
  folder: string,
  now: Date,
): readonly PlannedStretch[] {
  const enabled = settings?.schedules.filter((one) => one.enabled) ?? [];
  if (enabled.length === 0) return [];
  const days = lastDays(new Date(now.getTime() + (DAYS - 1) * DAY_MS), DAYS, computerZone());
  const from = new Date(days[0]?.from ?? now);
  const to = new Date(days.at(-1)?.to ?? now);
  const own = installationId(folder);
  return enabled
    .flatMap((schedule) => {
      const { late } = delayOf(schedule, journal, own);
      return plannedStretches(schedule, { from, to, late }).map((one) => ({ schedule: schedule.id, ...one }));
    })
    .sort((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)));
}

const DAY_MS = 86_400_000;

/** Number of next runs to show. */
const SHOWN = 5;

/** Explains a plan while it is being edited: its next times, and how much later this installation starts. */
export function previewPlan(
  journal: ReadableJournal,
  { crons, timezone, id, jitterSeconds }: PlanDraft,
  folder: string,
  now: Date,
): PlanPreview {
  const refused = (problem: PlanPreview['problem']): PlanPreview => ({ next: [], late_seconds: 0, problem });
  if (!isTimeZone(timezone)) return refused({ reason: 'timezone' });
  const problem = crons.map(cronProblem).find((one) => one !== null) ?? null;
  if (problem !== null) return refused(problem);
  const { late } = delayOf({ id, jitterSeconds }, journal, installationId(folder));
  const from = new Date(now.getTime() - late * 1000);
  // nextRuns takes one expression: the first times of each, in order, are the first of all.
  const all = crons
    .flatMap((cron) => nextRuns({ cron, timezone }, from, SHOWN))
    .map((at) => at.toISOString());
  return { next: [...new Set(all)].sort().slice(0, SHOWN), late_seconds: late, problem: null };
}
