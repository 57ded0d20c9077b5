import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { FailureKind } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../shared/status.ts';
import type { Candidate } from './candidates.ts';

/** What becomes of one such batch without a person. */
export type ResumeVerdict =
  /** Later batches have completed all that it left. */
  | { readonly kind: 'superseded' }
  | {
      readonly kind: 'resume';
      readonly at: number;
      readonly attempt: number;
      readonly tables: TablesToRun;
      /** Whose databases have to answer; none where only the end is missing in the journal. */
      readonly connections: readonly string[];
    }
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
export function judge(
  candidate: Candidate,
  { resume, connections }: Pick<Settings, 'resume' | 'connections'>,
  now: number,
): ResumeVerdict {
  const { batch, left, open, paused } = candidate;
  const interrupted = batch.status === BatchStatus.Interrupted;
  if (interrupted && left > 0 && open.length === 0) return { kind: 'superseded' };
  const attempts = attemptsOf(candidate);
  // It died between its last table and its end.
  if (interrupted && left === 0)
    return { kind: 'resume', at: now, attempt: attempts + 1, tables: null, connections: [] };
  const rows = rowsToRun(candidate, connections);
  if (rows.length === 0) return { kind: 'left' };
  // Whoever pauses wants it to go on afterwards, however long that takes.
  if (!paused && (!resume.auto || isOld(batch, resume, now))) return { kind: 'left' };
  if (attempts >= resume.maxAttempts) return { kind: 'gave_up', attempts };
  return {
    kind: 'resume',
    at: earliest(candidate, attempts, now),
    attempt: attempts + 1,
    tables: interrupted && rows.length === open.length ? null : rows.map(nameOf),
    connections: [...new Set(rows.map((row) => row.connection))],
  };
}

/** Those of connections that the settings have no more, or switched off, are left to a person. */
function rowsToRun(
  { batch, open, paused }: Candidate,
  connections: Settings['connections'],
): readonly TableRow[] {
  const known = new Set(connections.filter((one) => one.enabled).map((one) => one.id));
  const rows = open.filter((row) => known.has(row.connection));
  if (batch.status !== BatchStatus.Interrupted) return rows.filter(isWorthAnotherTry);
  return paused || UNATTENDED.includes(batch.interruption_reason) ? rows : [];
}

function isWorthAnotherTry({ status, error_detail }: TableRow): boolean {
  return status === TableStatus.Failed && error_detail?.kind !== FailureKind.Permanent;
}

function nameOf({ connection, table_name }: TableRow) {
  return { connection, table: table_name };
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
  const last = Date.parse((failed ? batch.ended_at : tried?.lastAt) ?? batch.started_at);
  // The clock was set back: waiting until it is there again could take hours.
  if (last > now) return now;
  return last + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1));
}
