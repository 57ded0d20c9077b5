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
import type { Relations } from './constraintRecovery.ts';
import { isCancelled, isOurDisk, type RetryPolicy, retryDelay } from './retry.ts';
import { watched } from './watchdog.ts';

/** One table to run. */
export interface TableJob {
  readonly connection: ConnectionSettings;
  readonly source: TableShape;
  /** The table at central, as the batch found it. */
  readonly existing: TableShape | undefined;
  /** Where it stands, as the claim of the connection left it; null where it is to be read. */
  readonly checkpoint: Checkpoint | null;
  /** The batch it belongs to; null for a table alone. A pass of the same batch goes on where it was. */
  readonly batchId: string | null;
  /** As set for the table or asked for; null lets the engine choose. */
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  /** Whether a person has allowed more deletes than the brake does. */
  readonly allowDeletes: boolean;
  /** Layout `merge`: whether a person has let this connection delete in the shared table. */
  readonly mayDelete: boolean;
  readonly duty: TableDuty;
}

/**
 * What is to be done: the table's own turn (`sync`); the same again for another table's sake (`again`), with the
 * counts going on; or only the deletes that its turn has left (`deletes`).
 */
export type TableDuty = 'sync' | 'again' | 'deletes';

/** Everything that is the same for all tables of a connection's run. */
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
}

/** Is told what happens; writes it to the journal and emits it. */
export interface TableRecorder {
  started(): void;
  /** How it goes about it, and why. */
  chosen(strategy: Strategy, reason: string): void;
  /** The pass goes on behind rows that central has already. */
  resumed(checkpoint: Checkpoint): void;
  committed(checkpoint: Checkpoint): void;
  retrying(failure: FailureDetail, attempt: number, delayMs: number): void;
  /** Rows gone from the source stay at central: the layout makes removing them unsafe. */
  deletesOff(): void;
  /** What a person should know, although nothing has failed. */
  notice(notice: Notice): void;
}

export type TableEnd =
  | { readonly kind: 'completed'; readonly checkpoint: Checkpoint }
  /** All rows are there; what the branch has removed has to wait for other tables. */
  | { readonly kind: 'deletes_held' }
  | { readonly kind: 'failed'; readonly failure: FailureDetail }
  | { readonly kind: 'stopped' };

/**
 * Brings one table up to date: attempts, with back-off between them, until it is done, stopped, or
 * failed for good. Each attempt goes on where central says that the last one came to.
 *
 * @throws SyncFailure `lost_lease`: the whole connection belongs to somebody else; `local_disk_full`, `journal_failed`
 */
export async function runTable(
  runner: TableRunner,
  links: WorkerLinks,
  job: TableJob,
  recorder: TableRecorder,
): Promise<TableEnd> {
  const attempts = new Attempts(runner, job, recorder);
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
      const delay = retryDelay(runner.retry, failure, failures, runner.ports.random);
      if (delay === null) return { kind: 'failed', failure: await attempts.explain(links, failure, error) };
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
