import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { FailureKind } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../shared/status.ts';
import type { Unresolved } from '../journal/outcomes.ts';
import type { AutoResume } from '../journal/serviceNotes.ts';

/** A batch that did not end well, and what was tried. */
export interface Candidate extends Unresolved {
  readonly tried: AutoResume | null;
  readonly progress: number;
}

/** What becomes of one such batch without a person. */
export type ResumeVerdict =
  /** Later batches have completed all that it left. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'resume'; readonly at: number; readonly attempt: number; readonly tables: TablesToRun }
  /** Too many attempts without progress. */
  | { readonly kind: 'gave_up'; readonly attempts: number }
  /** A person has to decide: it was stopped by one, belongs to another installation, failed for good, is old. */
  | { readonly kind: 'left' };

/** Null: all that are left. */
export type TablesToRun = readonly { readonly connection: string; readonly table: string }[] | null;

const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 30 * 60_000;

/** Reasons after which nobody is asked. */
const UNATTENDED: readonly (InterruptionReason | null)[] = [
  InterruptionReason.Crash,
  InterruptionReason.Shutdown,
];

/**
 * Decides what becomes of a batch that did not end well (DESIGN, section 5).
 *
 * @param now wall-clock time, milliseconds
 * @returns with `at`, when it may be resumed: milliseconds, `now` or before for at once
 */
export function judge(candidate: Candidate, policy: Settings['resume'], now: number): ResumeVerdict {
  const { batch, left, open } = candidate;
  if (batch.status === BatchStatus.Interrupted && left > 0 && open.length === 0)
    return { kind: 'superseded' };
  const tables = tablesToRun(candidate);
  if (!policy.auto || tables === 'none' || isOld(batch, policy, now)) return { kind: 'left' };
  const attempts = attemptsOf(candidate);
  if (attempts >= policy.maxAttempts) return { kind: 'gave_up', attempts };
  return { kind: 'resume', at: earliest(candidate, attempts, now), attempt: attempts + 1, tables };
}

function tablesToRun({ batch, open }: Unresolved): TablesToRun | 'none' {
  if (batch.status === BatchStatus.Interrupted)
    return UNATTENDED.includes(batch.interruption_reason) ? null : 'none';
  const again = open.filter(isWorthAnotherTry);
  return again.length === 0
    ? 'none'
    : again.map((row) => ({ connection: row.connection, table: row.table_name }));
}

function isWorthAnotherTry({ status, error_detail }: TableRow): boolean {
  return status === TableStatus.Failed && error_detail?.kind !== FailureKind.Permanent;
}

function isOld(batch: BatchRow, { maxAgeHours }: Settings['resume'], now: number): boolean {
  const ended = Date.parse(batch.ended_at ?? batch.started_at);
  return now - ended > maxAgeHours * 3_600_000;
}

/** An attempt that came further than the one before was no failure, however it ended: power cuts are many. */
function attemptsOf({ tried, progress }: Candidate): number {
  return tried === null || progress > tried.progress ? 0 : tried.attempts;
}

/**
 * After a power cut the first attempt comes at once; after a failure, and after an attempt that came no further, a
 * while later, each time twice as long.
 */
function earliest({ batch, tried }: Candidate, attempts: number, now: number): number {
  const failed = batch.status === BatchStatus.Failed;
  if (attempts === 0 && !failed) return now;
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1));
  const last = failed ? batch.ended_at : tried?.lastAt;
  // A clock that was set back must not keep a batch waiting for hours.
  return Math.min(Date.parse(last ?? batch.started_at), now) + delay;
}

/** How far a batch is: grows with every committed chunk and every table that ends well. */
export function progressOf(tables: readonly TableRow[]): number {
  return tables.reduce(
    (sum, row) =>
      sum +
      row.records_processed +
      row.records_skipped +
      row.records_deleted +
      (row.status === TableStatus.Completed ? 1 : 0),
    0,
  );
}
