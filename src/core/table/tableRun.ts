import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { CentralSettings, ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import type { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { WorkerLinks } from '../load/links.ts';
import type { ChunkLimits } from '../load/pass.ts';
import type { Throttle } from '../load/throttle.ts';
import type { Ports } from '../ports.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { Claim, Installation } from '../target/ownership.ts';
import { asFailure } from '../unexpected.ts';
import { Attempts } from './attempts.ts';
import { CentralWait, type CentralWaitState } from './centralWait.ts';
import type { Relations } from './constraintRecovery.ts';
import { isCancelled, isOurDisk, type RetryPolicy, retryDelay } from './retry.ts';
import { watched } from './watchdog.ts';

/** One table to run. */
export interface TableJob {
  readonly connection: ConnectionSettings;
  readonly source: TableShape;
  /** The table at central, as the batch found it. */
  readonly existing: TableShape | undefined;
  /** Whether the batch has just made it: it was empty then. */
  readonly created: boolean;
  /** The table's checkpoint as the claim read it; null where it has to be read again. */
  readonly checkpoint: Checkpoint | null;
  /** The batch; null for a single-table run. A pass of the same batch continues from its checkpoint. */
  readonly batchId: string | null;
  /** From the settings or the request; null lets the engine choose. */
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  /** Whether a person has allowed more deletes than the brake does. */
  readonly allowDeletes: boolean;
  /** Layout `merge`: whether a person has let this connection delete in the shared table. */
  readonly mayDelete: boolean;
  readonly duty: TableDuty;
}

/**
 * What to do: the table's own turn (`sync`), another sync because another table needs its rows (`again`, counts go on),
 * or only the deletes that its turn held back (`deletes`).
 */
export type TableDuty = 'sync' | 'again' | 'deletes';

/** What all tables of a connection's run share. */
export interface TableRunner {
  readonly ports: Ports;
  readonly central: CentralSettings;
  readonly installation: Installation;
  readonly claim: Claim;
  readonly limits: ChunkLimits;
  readonly retry: RetryPolicy;
  readonly throttle: Throttle;
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
  readonly relations: Relations | null;
  /** Called after each commit at central, before it is reported. */
  readonly noteTraffic: () => void;
}

/** Receives what happens to a table, writes it to the journal and emits events. */
export interface TableRecorder {
  started(): void;
  /** The strategy was chosen. */
  chosen(strategy: Strategy, reason: string): void;
  /** The pass continues from a checkpoint: central already has the rows before it. */
  resumed(checkpoint: Checkpoint): void;
  committed(checkpoint: Checkpoint): void;
  retrying(failure: FailureDetail, attempt: number, delayMs: number): void;
  /** Head office is busy; the table waits, or the wait is over. */
  waiting(state: CentralWaitState): void;
  /** Rows gone from the source stay at central: the layout makes removing them unsafe. */
  deletesOff(): void;
  /** Something that a person should know, although nothing failed. */
  notice(notice: Notice): void;
}

export type TableEnd =
  | { readonly kind: 'completed'; readonly checkpoint: Checkpoint }
  /** All rows are written. The deletes wait for other tables. */
  | { readonly kind: 'deletes_held' }
  | { readonly kind: 'failed'; readonly failure: FailureDetail }
  | { readonly kind: 'stopped' };

/**
 * Syncs one table: makes attempts, with back-off between them, until one succeeds, the run is stopped, or the table has
 * failed for good. Each attempt continues from central's checkpoint.
 *
 * @throws SyncFailure `lost_lease`: another installation has claimed the connection; `local_disk_full`, `journal_failed`
 */
export async function runTable(
  runner: TableRunner,
  links: WorkerLinks,
  job: TableJob,
  recorder: TableRecorder,
): Promise<TableEnd> {
  const wait = new CentralWait(runner, (state) => recorder.waiting(state));
  const attempts = new Attempts(runner, job, recorder, () => wait.over());
  const { throttle, ports } = runner;
  const names = { connection: job.connection.id, table: job.source.name };
  const tell = (notice: Notice): void => recorder.notice(notice);
  const watch = { links, throttle, logger: ports.logger, tell, ...names };
  let failures = 0;
  for (;;) {
    const before = attempts.commits;
    try {
      return await watched(watch, (tools) => attempts.next(tools));
    } catch (error) {
      links.cut();
      attempts.tellRewritten();
      if (runner.halt.aborted) return { kind: 'stopped' };
      const met = asFailure(error, runner.ports.logger);
      if (runner.stop.aborted && isCancelled(met)) return { kind: 'stopped' };
      if (met.code === FailureCode.LostLease || isOurDisk(met)) throw error;
      if (attempts.refuseDirect(met) || attempts.mayHaveCrossed(met) || attempts.refuseBinary(error))
        continue;
      const recoveryStep = await attempts.recoveryStep(met);
      if (recoveryStep.kind === 'again') continue;
      if (recoveryStep.kind === 'stopped') return recoveryStep;
      const { failure } = recoveryStep;
      if (attempts.commits > before) failures = 0;
      const waited = await wait.after(failure);
      if (waited === 'stopped') return { kind: 'stopped' };
      if (waited === 'given_up') return { kind: 'failed', failure };
      if (waited === 'again') {
        // A server that refuses us does answer.
        failures = 0;
        continue;
      }
      const delay = retryDelay(runner.retry, failure, failures, runner.ports.random);
      if (delay === null) {
        wait.over();
        return { kind: 'failed', failure: await attempts.explain(links, failure, error) };
      }
      failures++;
      recorder.retrying(failure, failures, delay);
      if (!(await pause(runner, delay))) return { kind: 'stopped' };
    }
  }
}

/** @returns false where the run was stopped meanwhile */
async function pause(runner: TableRunner, ms: number): Promise<boolean> {
  await runner.ports.clock.sleep(ms, runner.stop).catch(() => {});
  return !runner.stop.aborted;
}
