import type { BatchSummary } from '../../../shared/contract.ts';
import { cronsOf } from '../../../shared/schedulePlan.ts';
import type { SettingsFile } from '../../../shared/settings.ts';
import type { Language } from '../../../shared/texts/language.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { connectionsOf, rawOf } from '../branches/model/fields.ts';

/** The set-up steps, in order. */
export const SETUP_STEPS = ['welcome', 'central', 'branch', 'tables', 'schedule', 'first'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** Where an interrupted set-up continues: the first step whose settings are not saved. */
export function nextStep({ document }: Pick<SettingsView, 'document'>): SetupStep {
  if (rawOf(document, { kind: 'central' }) === null) return 'welcome';
  if (connectionsOf(document).length === 0) return 'branch';
  // "All tables" is not written, so it is unknown whether the person saw that step; it is shown again.
  return (document?.schedules ?? []).length === 0 ? 'tables' : 'first';
}

/** Whether a step can be opened: everything before it is saved. */
export function mayOpen(step: SetupStep, view: Pick<SettingsView, 'document'>): boolean {
  const reached = nextStep(view);
  // The tables step can be skipped, because its default is valid.
  const farthest = reached === 'tables' ? 'first' : reached;
  const limit = farthest === 'welcome' ? 'central' : farthest;
  return SETUP_STEPS.indexOf(step) <= SETUP_STEPS.indexOf(limit);
}

/** Whether a step is done: its settings are saved, or the person went past it. */
export function isDone(step: SetupStep, at: SetupStep, view: Pick<SettingsView, 'document'>): boolean {
  const behind = Math.max(SETUP_STEPS.indexOf(nextStep(view)), SETUP_STEPS.indexOf(at));
  return step !== at && SETUP_STEPS.indexOf(step) < behind;
}

export function stepAfter(step: SetupStep): SetupStep {
  return SETUP_STEPS[SETUP_STEPS.indexOf(step) + 1] ?? step;
}

export function stepBefore(step: SetupStep): SetupStep {
  return SETUP_STEPS[SETUP_STEPS.indexOf(step) - 1] ?? step;
}

/** Writes the language that was chosen before there were settings, unless they already have one. */
export function withEarlyLanguage(document: SettingsFile, chosen: Language | null): SettingsFile {
  return chosen === null || document.language !== undefined ? document : { ...document, language: chosen };
}

/**
 * The batch that set-up shows: the one that runs now, else the one it started, else the latest when the
 * person returns to this step.
 *
 * @param latest the latest batch of the history
 * @param before id of the latest batch when this one was requested, null if there was none; undefined if
 *   nothing was requested yet
 */
export function batchToShow(
  latest: BatchSummary | undefined,
  before: string | null | undefined,
): BatchSummary | null {
  if (latest === undefined) return null;
  return latest.status !== 'running' && latest.batch_id === before ? null : latest;
}

/** The schedule as set-up asks for it. The Schedules page has all other choices. */
export type SimplePlan =
  /** @property time local, `08:30` */
  | { readonly kind: 'daily'; readonly time: string }
  | { readonly kind: 'hours'; readonly every: number }
  | { readonly kind: 'never' };

/** Divisors of 24, so that the times are the same every day. */
export const EVERY_HOURS = [1, 2, 3, 4, 6, 8, 12] as const;

/** Id of the schedule that set-up writes, so that opening it again changes that one instead of adding another. */
export const SIMPLE_ID = 'main';

export const FIRST_PLAN: SimplePlan = { kind: 'daily', time: '08:30' };

/** The cron expression of a plan; null if nothing is planned or the time is not valid yet. */
export function cronOf(plan: SimplePlan): string | null {
  switch (plan.kind) {
    case 'daily': {
      const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(plan.time) ?? [];
      return hour === undefined ? null : `${Number(minute)} ${Number(hour)} * * *`;
    }
    case 'hours':
      return plan.every === 1 ? '0 * * * *' : `0 */${plan.every} * * *`;
    case 'never':
      return null;
  }
}

/** The plan for a cron expression; null if set-up cannot show it. */
export function planOf(cron: string): SimplePlan | null {
  const [, minute, hour] = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron) ?? [];
  if (minute !== undefined && hour !== undefined)
    return { kind: 'daily', time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
  const [, every] = /^0 \*(?:\/(\d{1,2}))? \* \* \*$/.exec(cron) ?? [];
  const hours = every === undefined ? Number(cron === '0 * * * *') : Number(every);
  return EVERY_HOURS.some((one) => one === hours) ? { kind: 'hours', every: hours } : null;
}

/** The plan that set-up saved before; otherwise its proposal. */
export function writtenPlan(document: SettingsFile | null): SimplePlan {
  const own = document?.schedules?.find(({ id }) => id === SIMPLE_ID);
  return (own === undefined ? null : planOf(cronsOf(own).join('; '))) ?? FIRST_PLAN;
}

/** Saves the plan in place of the one that set-up saved before; other schedules stay. */
export function withPlan(document: SettingsFile, plan: SimplePlan, timezone: string): SettingsFile {
  const cron = cronOf(plan);
  const before = document.schedules ?? [];
  const others = before.filter(({ id }) => id !== SIMPLE_ID);
  if (cron === null) return others.length === before.length ? document : { ...document, schedules: others };
  const known = before.some(({ id }) => id === SIMPLE_ID);
  return {
    ...document,
    schedules: known
      ? before.map((one) =>
          one.id === SIMPLE_ID ? { ...one, times: undefined, days: undefined, cron, timezone } : one,
        )
      : [...before, { id: SIMPLE_ID, cron, timezone }],
  };
}
