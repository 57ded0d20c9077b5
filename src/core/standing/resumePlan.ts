import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { FailureKind } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../shared/status.ts';
import type { Candidate } from './candidates.ts';

/** What the service does with an unfinished batch on its own. */
export type ResumeVerdict =
  /** Later batches have completed all tables that it left. */
  | { readonly kind: 'superseded' }
  | {
      readonly kind: 'resume';
      readonly at: number;
      readonly attempt: number;
      readonly tables: TablesToRun;
      /** Connections whose databases must answer first; empty where only the batch's end is missing in the journal. */
      readonly connections: readonly string[];
    }
  /** Too many attempts without progress. */
  | { readonly kind: 'gave_up'; readonly attempts: number }
  /** A person has to decide: they stopped it, it belongs to another installation, failed permanently, or is too old. */
  | { readonly kind: 'left' };

/** Null: all remaining tables. */
export type TablesToRun = readonly { readonly connection: string; readonly table: string }[] | null;

const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 30 * 60_000;

/** Interruptions after which a batch is resumed without asking a person. */
const UNATTENDED: readonly (InterruptionReason | null)[] = [
  InterruptionReason.Crash,
  InterruptionReason.Shutdown,
];

/**
 * Decides whether and when an unfinished batch is resumed without a person.
 *
 * @param now wall-clock time, milliseconds
 * @returns for a resume, `at` is the time in milliseconds from which it may begin; `now` or earlier means at once
 */
export function judge(
  candidate: Candidate,
  { resume, connections }: Pick<Settings, 'resume' | 'connections'>,
  now: number,
): ResumeVerdict {
  const { batch, left, open } = candidate;
  const interrupted = batch.status === BatchStatus.Interrupted;
  if (interrupted && left > 0 && open.length === 0) return { kind: 'superseded' };
  const attempts = attemptsOf(candidate);
  // The process died after the last table, before the batch's end was written.
  if (interrupted && left === 0)
    return { kind: 'resume', at: now, attempt: attempts + 1, tables: null, connections: [] };
  // Its rows come from a file, whose passphrase a person has.
  if (batch.options.imported !== undefined) return { kind: 'left' };
  const rows = rowsToRun(candidate, connections);
  if (rows.length === 0) return { kind: 'left' };
  if (!resume.auto || isOld(batch, resume, now)) return { kind: 'left' };
  if (attempts >= resume.maxAttempts) return { kind: 'gave_up', attempts };
  return {
    kind: 'resume',
    at: earliest(candidate, attempts, now),
    attempt: attempts + 1,
    tables: interrupted && rows.length === open.length ? null : rows.map(nameOf),
    connections: [...new Set(rows.map((row) => row.connection))],
  };
}

/** The tables to run. Those of connections that are removed or disabled in the settings are left to a person. */
function rowsToRun({ batch, open }: Candidate, connections: Settings['connections']): readonly TableRow[] {
  const known = new Set(connections.filter((one) => one.enabled).map((one) => one.id));
  const rows = open.filter((row) => known.has(row.connection));
  if (batch.status !== BatchStatus.Interrupted) return rows.filter(isWorthAnotherTry);
  return UNATTENDED.includes(batch.interruption_reason) ? rows : [];
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

/** Failed attempts so far. An attempt with progress does not count as failed: power cuts may be frequent. */
function attemptsOf({ tried, progress }: Candidate): number {
  return tried === null || progress > tried.progress ? 0 : tried.attempts;
}

/**
 * The earliest time of the next attempt. After a power cut that is at once. After a failure, or an attempt without
 * progress, there is a delay that doubles each time.
 */
function earliest({ batch, tried }: Candidate, attempts: number, now: number): number {
  const failed = batch.status === BatchStatus.Failed;
  if (attempts === 0 && !failed) return now;
  const last = Date.parse((failed ? batch.ended_at : tried?.lastAt) ?? batch.started_at);
  // The clock was set back. Waiting for the old time could take hours.
  if (last > now) return now;
  return last + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1));
}
