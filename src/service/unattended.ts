import { notComparedSince } from '../core/batch/compareDue.ts';
import type { OutOfReach } from '../core/batch/outOfReach.ts';
import type { Engine } from '../core/engineApi.ts';
import type { ReadableJournal } from '../core/journal/journal.ts';
import type { Clock } from '../core/ports.ts';
import { hasPassed } from '../core/schedule/decide.ts';
import { noteGaveUp } from '../core/standing/candidates.ts';
import type { TableName } from '../shared/contract.ts';
import { asksForDeletes, UsageCode, UsageError } from '../shared/errors.ts';
import type { ServiceEvent } from '../shared/service.ts';
import type { Settings } from '../shared/settings.ts';
import { BatchTrigger, InterruptionReason } from '../shared/status.ts';
import {
  isMendable,
  type VerifiedRow,
  type VerifyReport,
  VerifyResult,
  type VerifyRow,
} from '../shared/verify.ts';
import { CurrentRun, type RunKind } from './currentRun.ts';
import type { Opened } from './opening.ts';
import type { ReachGate } from './reachGate.ts';
import type { Task } from './tasks.ts';

/** Interval at which changes of settings, journal and lease are noticed if no event reports them. */
export const LOOK_MS = 60_000;
/** Interval at which a lease that another process holds is tried again. */
const LEASE_POLL_MS = 2_000;

/** What {@link Unattended} needs from the service. */
export interface Host {
  readonly clock: Clock;
  readonly trigger: BatchTrigger;
  readonly gate: ReachGate;
  /** Resolves when a person requests something, or the service has to end. */
  wanted(): Promise<void>;
  /** Makes a run the current one, for as long as `work` lasts. */
  asCurrent(run: CurrentRun, work: (run: CurrentRun) => Promise<void>): Promise<void>;
  /** Waits for at most that long, less if something happens. */
  rest(ms: number): Promise<void>;
  tell(event: ServiceEvent): void;
  logError(error: unknown): void;
}

type TaskOf<Kind extends Task['kind']> = Extract<Task, { readonly kind: Kind }>;

/** Does the tasks that no person has requested: resumes, planned runs, verifies. */
export class Unattended {
  readonly #host: Host;
  /** A task is waiting because another process holds the lease. */
  leaseTaken = false;
  /** A verify should be considered: a batch has completed, so both databases answer. */
  #verifySoon = false;
  /** Connections already verified since then, so that one whose source fails is not tried again and again. */
  readonly #verified = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** A batch has ended well. */
  batchCompleted(): void {
    this.#verifySoon = true;
    this.#verified.clear();
  }

  async perform(opened: Opened, task: Task): Promise<void> {
    const { journal } = opened;
    switch (task.kind) {
      case 'supersede':
        journal.interruptBatch(task.batchId, InterruptionReason.Superseded);
        return;
      case 'give_up':
        noteGaveUp(journal, task.batchId, task.attempts);
        this.#host.tell({ type: 'gave_up', batchId: task.batchId, attempts: task.attempts });
        return;
      case 'skip':
        journal.noteScheduleRun(task.schedule.id, task.dueAt.toISOString(), null, 'skipped');
        return;
      case 'hooks':
        return this.#run(opened, 'batch', [], (run) =>
          opened.engine.finishHooks({ trigger: this.#host.trigger }, run.control),
        );
      case 'resume':
        return this.#resume(opened, task);
      case 'run':
        return this.#runPlanned(opened, task);
      case 'wait':
        return this.#wait(opened, task);
    }
  }

  async #resume(opened: Opened, { candidate, verdict }: TaskOf<'resume'>): Promise<void> {
    const { batch, tried } = candidate;
    const { engine, journal, settings } = opened;
    // Never less than before: if an attempt lost counts, regaining them is no progress.
    const progress = Math.max(candidate.progress, tried?.progress ?? 0);
    await this.#run(opened, 'batch', verdict.connections, async (run) => {
      // Somebody else may have resumed and stopped the batch while we checked the databases.
      if (journal.batch(batch.batch_id)?.resume_count !== batch.resume_count) return;
      run.onBatch(() => journal.noteAutoResume(batch.batch_id, verdict.attempt, progress));
      try {
        const tables = verdict.tables === null ? {} : { tables: verdict.tables };
        await engine.resume(batch.batch_id, { trigger: this.#host.trigger, ...tables }, run.control);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // Further attempts would be refused too.
        journal.noteAutoResume(batch.batch_id, settings.resume.maxAttempts, progress);
        this.#host.logError(error);
      }
    });
  }

  async #runPlanned(opened: Opened, { schedule, dueAt, missed }: TaskOf<'run'>): Promise<void> {
    const { id, connections, tables } = schedule;
    const planned = { schedule: id, dueAt: dueAt.toISOString() };
    // A due run starts anyway, so that the history shows what is wrong. A missed run can wait for the databases.
    await this.#run(opened, 'batch', missed ? connections : [], async (run) => {
      if (missed) run.onBatch(() => this.#host.tell({ type: 'run_missed', ...planned }));
      try {
        const trigger = BatchTrigger.Schedule;
        await opened.engine.syncAll({ trigger, connections, tables, schedule: planned }, run.control);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        opened.journal.noteScheduleRun(id, planned.dueAt, null, 'ran');
        const { code, params } = error;
        this.#host.tell({ type: 'run_refused', ...planned, refusal: { code, params } });
        this.#host.logError(error);
      }
    });
  }

  async #wait(opened: Opened, task: TaskOf<'wait'>): Promise<void> {
    if (task.gated) this.#host.gate.forgetUnwanted();
    else this.#host.gate.open();
    const now = this.#host.clock.now();
    const due = this.#verifySoon
      ? tablesToVerify(opened.journal.reader, opened.settings, now).find(
          ({ connection }) => !this.#verified.has(connection),
        )
      : undefined;
    if (due !== undefined) return this.#verify(opened, due);
    this.#verifySoon = false;
    this.leaseTaken = false;
    await this.#host.rest(task.until === null ? LOOK_MS : task.until - now.getTime());
  }

  async #verify(opened: Opened, { connection, tables }: VerifyDue): Promise<void> {
    await this.#run(opened, 'verify', [], async (run) => {
      try {
        const request = { trigger: this.#host.trigger, connections: [connection], tables };
        const found = await opened.engine.verify(request, run.control);
        const { interrupted } = await this.#repair(opened, run, found);
        if (!interrupted) this.#verified.add(connection);
        // Otherwise the run that a person has stopped would start again.
        if (run.stoppedByPerson) this.#verifySoon = false;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#verified.add(connection);
        this.#host.logError(error);
      }
    });
  }

  /** Repairs the differences that a verify found, if the settings ask for it; otherwise a person is notified. */
  async #repair({ engine, settings }: Opened, run: CurrentRun, found: VerifyReport): Promise<VerifyReport> {
    const only = tablesWhere(found, isMendable);
    if (found.interrupted || only.length === 0 || settings.sync.onDifference !== 'repair') return found;
    const report = await engine.verify({ trigger: this.#host.trigger, only, repair: true }, run.control);
    const mended = tablesWhere(report, (row) => row.result === VerifyResult.Repaired);
    if (mended.length > 0) this.#host.tell({ type: 'differences_mended', tables: mended });
    return report;
  }

  /**
   * Does a run, once no other process holds the lease and the databases answer.
   *
   * @param connections connections whose databases must answer; empty to skip that check
   */
  async #run(
    opened: Opened,
    what: RunKind,
    connections: readonly string[],
    work: (run: CurrentRun) => Promise<void>,
  ): Promise<void> {
    this.leaseTaken = opened.engine.holder() !== null;
    if (this.leaseTaken) return this.#host.rest(LEASE_POLL_MS);
    if (connections.length > 0 && !(await this.#answer(opened, connections))) return;
    try {
      await this.#host.asCurrent(new CurrentRun(what, false), work);
    } catch (error) {
      if (!isTaken(error)) throw error;
      this.leaseTaken = true;
      await this.#host.rest(LEASE_POLL_MS);
    }
  }

  /** Checks whether the databases answer. A person's request does not wait for their time-outs. */
  async #answer(opened: Opened, connections: readonly string[]): Promise<boolean> {
    const wanted = this.#host.wanted().then((): 'wanted' => 'wanted');
    const found: OutOfReach | 'wanted' | null = await Promise.race([outOfReach(opened, connections), wanted]);
    return found !== 'wanted' && this.#host.gate.passes(connections, found);
  }
}

function tablesWhere({ tables }: VerifyReport, fits: (row: VerifyRow) => boolean): readonly TableName[] {
  return tables.filter(fits).map((row) => ({ connection: row.connection, table: row.table_name }));
}

async function outOfReach({ engine }: Opened, connections: readonly string[]): Promise<OutOfReach | null> {
  try {
    return await engine.outOfReach(connections);
  } catch (error) {
    // A connection that is missing in the settings: the run reports it.
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/** Whether an error is a refusal that a person must resolve first, except that another process holds the lease. */
function isRefusal(error: unknown): error is UsageError {
  return error instanceof UsageError && !isTaken(error);
}

/** Whether another process was faster: it holds the lease, or runs this batch. */
function isTaken(error: unknown): boolean {
  return (
    error instanceof UsageError &&
    (error.code === UsageCode.LeaseHeld || error.code === UsageCode.BatchRunning)
  );
}

/** Tables of one connection that are to be verified. */
interface VerifyDue {
  readonly connection: string;
  readonly tables: readonly string[];
}

const DAY_MS = 24 * 3_600_000;

/**
 * The connections with tables whose last verify is older than `verifyEveryDays`. Only a verify detects a server that was
 * reset to an older state (a virtual machine's snapshot). A failed verify is tried again a day later.
 */
export function tablesToVerify(
  journal: ReadableJournal,
  settings: Settings,
  now: Date,
): readonly VerifyDue[] {
  const { verifyEveryDays } = settings.sync;
  if (verifyEveryDays === 0) return [];
  const isOlder = (at: string, days: number): boolean => hasPassed(at, days * DAY_MS, now);
  return settings.connections.flatMap(({ id, enabled }) => {
    if (!enabled) return [];
    const last = new Map(journal.verifications(id).map((one) => [one.table_name, one]));
    const lost = new Set(notComparedSince(journal, id));
    const tables = journal.knownTables(id).filter((table) => {
      if (lost.has(table)) return true;
      const row = last.get(table);
      if (row !== undefined) return isOlder(row.checked_at, isWorthAnotherTry(row) ? 1 : verifyEveryDays);
      const first = journal.firstRunAt(id, table);
      return first !== null && isOlder(first, verifyEveryDays);
    });
    return tables.length > 0 ? [{ connection: id, tables }] : [];
  });
}

/** Whether to verify again tomorrow. If a person must first consent to deletes, that would fail again. */
function isWorthAnotherTry({ result, failure }: VerifiedRow): boolean {
  return result === VerifyResult.Failed && !asksForDeletes(failure?.code);
}

/** A server run that ends between two checks stays unknown; see `core/source/postgres/serverRuns.ts`. */
const EVERY_MS = 60 * 60_000;
/**
 * First retry delay if a server does not answer. A server that starts after this machine must be asked soon:
 * the start of its run can be seen for a few minutes only.
 */
const FIRST_RETRY_MS = 60_000;

/** Checks the sources' servers at the service's start and every hour, so that a restored server is noticed. */
export class ServerRunWatch {
  readonly #logError: (error: unknown) => void;
  #nextAt = 0;
  #failures = 0;
  #looking = false;

  constructor(logError: (error: unknown) => void) {
    this.#logError = logError;
  }

  /** Checks if it is time to, without waiting for the answers: a silent server delays nothing. */
  look(engine: Engine, now: number): void {
    if (this.#looking || now < this.#nextAt) return;
    this.#looking = true;
    void engine
      .noteServerRuns()
      .then((all) => this.#plan(now, all))
      .catch((error: unknown) => {
        this.#plan(now, false);
        this.#logError(error);
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  #plan(now: number, all: boolean): void {
    const retry = Math.min(EVERY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures = all ? 0 : this.#failures + 1;
    this.#nextAt = now + (all ? EVERY_MS : retry);
  }
}
