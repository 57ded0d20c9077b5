import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { failureOfRow } from '../../../shared/texts/failureGroups.ts';
import { isMendable, isProved, type VerifiedRow, VerifyResult } from '../../../shared/verify.ts';
import type { TableState } from '../../../window-api/views.ts';
import { needsConsent } from '../../parts/trouble/groupFailures.ts';

/** Whether head office has yesterday's rows of a table. */
export type Answer =
  /** `at`: when the run that completed them ended. `rows`: written since yesterday began; null if not on record. */
  | { readonly kind: 'arrived'; readonly rows: number | null; readonly at: string }
  /** The last run was yesterday, so rows of the hours after it are missing. */
  | { readonly kind: 'partly'; readonly upTo: string }
  | { readonly kind: 'missing'; readonly upTo: string }
  /** The table was never copied to its end. */
  | { readonly kind: 'never' };

const DAY_MS = 86_400_000;

/**
 * Answers whether yesterday's rows have arrived: they have, if a completed run has looked at the branch today.
 *
 * @param runs of the table, latest first
 * @param dayOf the day of a time, `2026-11-22`, where this computer is
 */
export function answerOf(
  { success, last }: TableState,
  runs: readonly TableRow[],
  now: Date,
  dayOf: (at: string) => string,
): Answer {
  if (success === null) return { kind: 'never' };
  const upTo =
    success.snapshotAt ?? (last?.ended_at === success.endedAt ? last.started_at : null) ?? success.endedAt;
  const today = dayOf(now.toISOString());
  if (dayOf(upTo) >= today) {
    const seenAt = (run: TableRow): string => run.source_snapshot_at ?? run.started_at ?? '';
    const first = runs.findLast(
      (run) => run.status === TableStatus.Completed && seenAt(run) !== '' && dayOf(seenAt(run)) >= today,
    );
    if (first === undefined) return { kind: 'arrived', rows: null, at: success.endedAt };
    const yesterday = dayBefore(today);
    const since = runs.slice(runs.indexOf(first)).filter((run) => run === first || isOn(run, yesterday));
    const rows = since.reduce((sum, run) => sum + run.records_processed, 0);
    return { kind: 'arrived', rows, at: first.ended_at ?? success.endedAt };
  }
  return { kind: dayOf(upTo) === dayBefore(today) ? 'partly' : 'missing', upTo };

  function isOn(run: TableRow, day: string): boolean {
    const at = run.source_snapshot_at ?? run.started_at;
    return at !== null && dayOf(at) === day;
  }
}

/** @param day `2026-11-22` */
function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

/** What would help a table; `consent`: a person has to allow something first. */
export type Cure = 'run' | 'verify' | 'repair' | 'consent';

/** The one action to recommend for a table; null if nothing has to be done, or nothing can. */
export function cureOf({ selected, now, last, verified }: TableState, answer: Answer): Cure | null {
  if (!selected || now !== null) return null;
  if (last?.status === TableStatus.Failed) return needsConsent(failureOfRow(last).code) ? 'consent' : 'run';
  // A repair also brings what is only newer at the branch.
  if (verified !== null && verified.differs_since !== null && canRepair(verified)) return 'repair';
  if (answer.kind !== 'arrived') return 'run';
  if (verified === null) return 'verify';
  if (verified.differs_since !== null) return null;
  if (verified.result === VerifyResult.Behind) return 'run';
  if (verified.result === VerifyResult.NotCompared || isProved(verified)) return null;
  return 'verify';
}

/** A later verify that could not compare the table does not make its known difference go away. */
function canRepair(verified: VerifiedRow): boolean {
  return isMendable({ ...verified, result: VerifyResult.Differs });
}
