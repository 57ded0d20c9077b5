import { dueHooks } from '../core/hooks/hookMemory.ts';
import type { WritableJournal } from '../core/journal/journal.ts';
import { clockIsBehind, decide, type History } from '../core/schedule/decide.ts';
import { type Fleet, knownFleet, spreadSeconds } from '../core/schedule/fleetSpread.ts';
import { jitterSeconds, nextRun } from '../core/schedule/nextRuns.ts';
import { type Candidate, candidates } from '../core/standing/candidates.ts';
import { judge, type ResumeVerdict } from '../core/standing/resumePlan.ts';
import { cronsOf } from '../shared/schedulePlan.ts';
import type { ScheduleSettings, Settings } from '../shared/settings.ts';

/** The next automatic task. Times are wall-clock milliseconds. */
export type Task =
  /** Hooks of a batch that has ended are left to run. */
  | { readonly kind: 'hooks' }
  | { readonly kind: 'supersede'; readonly batchId: string }
  | {
      readonly kind: 'resume';
      readonly candidate: Candidate;
      readonly verdict: Extract<ResumeVerdict, { kind: 'resume' }>;
    }
  | { readonly kind: 'give_up'; readonly batchId: string; readonly attempts: number }
  | {
      readonly kind: 'run';
      readonly schedule: ScheduleSettings;
      readonly dueAt: Date;
      readonly missed: boolean;
    }
  | { readonly kind: 'skip'; readonly schedule: ScheduleSettings; readonly dueAt: Date }
  | {
      readonly kind: 'wait';
      readonly until: number | null;
      /** Whether a task is held back because a database does not answer. */
      readonly gated: boolean;
    };

/** What the choice of the next task depends on. */
export interface Outlook {
  readonly journal: WritableJournal;
  readonly settings: Settings;
  readonly installationId: string;
  readonly now: Date;
  /** When the databases of some connections may be asked: see ReachGate. */
  notBefore(connections: readonly string[]): number | null;
}

/**
 * The task to do now, or until when to wait. Interrupted batches come before due schedules: after a morning
 * without power the batch of 08:30 continues, and the missed one of 10:00 then finds little to do.
 */
export function nextTask(outlook: Outlook): Task {
  if (dueHooks(outlook.journal).length > 0) return { kind: 'hooks' };
  const resume = nextResume(outlook);
  if (resume.kind !== 'wait') return resume;
  const run = nextScheduled(outlook);
  if (run.kind !== 'wait') return run;
  return { kind: 'wait', until: soonest([resume.until, run.until]), gated: resume.gated || run.gated };
}

function nextResume({ journal, settings, now, notBefore }: Outlook): Task {
  const times: number[] = [];
  let gated = false;
  for (const candidate of candidates(journal.reader)) {
    const { batch_id } = candidate.batch;
    const verdict = judge(candidate, settings, now.getTime());
    if (verdict.kind === 'superseded') return { kind: 'supersede', batchId: batch_id };
    if (verdict.kind === 'gave_up' && !candidate.gaveUp)
      return { kind: 'give_up', batchId: batch_id, attempts: verdict.attempts };
    if (verdict.kind !== 'resume') continue;
    const gateAt = verdict.connections.length === 0 ? null : notBefore(verdict.connections);
    const at = Math.max(verdict.at, gateAt ?? 0);
    if (at <= now.getTime()) return { kind: 'resume', candidate, verdict };
    if (verdict.at <= now.getTime()) gated = true;
    times.push(at);
  }
  return { kind: 'wait', until: soonest(times), gated };
}

function nextScheduled(outlook: Outlook): Task {
  const { journal, settings, now, installationId } = outlook;
  const fleet = knownFleet(journal);
  const times: (number | null)[] = [];
  let gated = false;
  for (const schedule of settings.schedules) {
    const decision = decide(
      schedule,
      now,
      scheduleHistory(journal, schedule),
      jitterOf(installationId, schedule, fleet),
    );
    switch (decision.kind) {
      case 'skip':
        return { kind: 'skip', schedule, dueAt: decision.dueAt };
      case 'run': {
        // A missed run waits for the network. A due run starts anyway, so that the history shows what is
        // wrong.
        const gateAt = decision.missed ? outlook.notBefore(schedule.connections) : null;
        if (gateAt === null || gateAt <= now.getTime())
          return { kind: 'run', schedule, dueAt: decision.dueAt, missed: decision.missed };
        gated = true;
        times.push(gateAt);
        break;
      }
      case 'wait':
        times.push(decision.until?.getTime() ?? null);
        break;
      case 'off':
        break;
    }
  }
  return { kind: 'wait', until: soonest(times), gated };
}

/** The next planned run of all schedules, jitter included. */
export function nextPlanned(
  settings: Settings,
  installationId: string,
  now: Date,
  fleet: Fleet | null,
): { readonly schedule: string; readonly at: string } | null {
  const all = settings.schedules
    .filter((one) => one.enabled)
    .flatMap((schedule) => {
      const late = jitterOf(installationId, schedule, fleet) * 1000;
      const next = nextRun(schedule, new Date(now.getTime() - late));
      return next === null ? [] : [{ schedule: schedule.id, at: next.getTime() + late }];
    });
  const first = all.sort((a, b) => a.at - b.at)[0];
  return first === undefined ? null : { ...first, at: new Date(first.at).toISOString() };
}

/** Schedules whose journal entries are from a clock far ahead of this one. */
export function schedulesAhead({ journal, settings, now }: Outlook): readonly string[] {
  return settings.schedules
    .filter((schedule) => clockIsBehind(now, scheduleHistory(journal, schedule)))
    .map((schedule) => schedule.id);
}

function jitterOf(installationId: string, schedule: ScheduleSettings, fleet: Fleet | null): number {
  return jitterSeconds(installationId, schedule.id, spreadSeconds(schedule.jitterSeconds, fleet));
}

function soonest(times: readonly (number | null)[]): number | null {
  const known = times.filter((one) => one !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * What the journal knows of a schedule. It also notes that the schedule was seen, so call it for disabled
 * ones too: a schedule switched on again then has missed nothing.
 */
export function scheduleHistory(journal: WritableJournal, schedule: ScheduleSettings): History {
  return {
    firstSeenAt: new Date(journal.scheduleSeen(schedule.id, definitionOf(schedule))),
    last: journal.scheduleRun(schedule.id),
    has: (dueAt) => journal.hasScheduleRun(schedule.id, dueAt.toISOString()),
  };
}

/**
 * Identifies a schedule's definition. A schedule moved from 08:30 to 07:00 at ten o'clock has not missed
 * today's run.
 */
function definitionOf(schedule: ScheduleSettings): string {
  // The expressions, so that the same times written in another way are not a new definition.
  return schedule.enabled ? `${cronsOf(schedule).join('; ')} ${schedule.timezone}` : 'off';
}
