import type { SettingsView } from '../../../shared/window/views.ts';
import { connectionsOf, rawOf } from '../connections/model/fields.ts';

/** The short path, in order. */
export const SETUP_STEPS = ['welcome', 'central', 'branch', 'tables', 'schedule', 'first'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** Where an interrupted set-up goes on: at the first step whose settings are not written yet. */
export function nextStep({ document }: Pick<SettingsView, 'document'>): SetupStep {
  if (rawOf(document, { kind: 'central' }) === null) return 'welcome';
  if (connectionsOf(document).length === 0) return 'branch';
  // That all tables are copied stays unwritten: whether it was looked at is not known, so it is asked again.
  return (document?.schedules ?? []).length === 0 ? 'tables' : 'first';
}

/** Whether a step can be opened: everything before it is there. */
export function mayOpen(step: SetupStep, view: Pick<SettingsView, 'document'>): boolean {
  const reached = nextStep(view);
  // What may be left as it is by default closes no door.
  const farthest = reached === 'tables' ? 'first' : reached;
  const limit = farthest === 'welcome' ? 'central' : farthest;
  return SETUP_STEPS.indexOf(step) <= SETUP_STEPS.indexOf(limit);
}

/** Whether a step lies behind: what it asks is written, or one has gone on from it. */
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
