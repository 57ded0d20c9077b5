import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { ServiceEvent } from '../../shared/service.ts';
import { BatchTrigger, InterruptionReason } from '../../shared/status.ts';
import type { Clock } from '../ports.ts';
import { CurrentRun } from './currentRun.ts';
import type { RunKind } from './intents.ts';
import type { Opened } from './opening.ts';
import type { ReachGate } from './reachGate.ts';
import type { Task } from './tasks.ts';
import { tablesToVerify, type VerifyDue } from './verifyPlan.ts';

/** How long a change of settings, journal or lease that nobody tells of may go unnoticed. */
export const LOOK_MS = 60_000;
/** How often a lease that another process holds is asked for. */
const LEASE_POLL_MS = 2_000;

/** What the doing of tasks needs of the service. */
export interface Host {
  readonly clock: Clock;
  readonly face: BatchTrigger;
  readonly gate: ReachGate;
  readonly stopping: boolean;
  /** Makes a run the current one, for as long as `work` lasts. */
  asCurrent(run: CurrentRun, work: (run: CurrentRun) => Promise<void>): Promise<void>;
  /** Waits, at most so long; less where something happens. */
  rest(ms: number): Promise<void>;
  tell(event: ServiceEvent): void;
  logError(error: unknown): void;
}

type TaskOf<Kind extends Task['kind']> = Extract<Task, { readonly kind: Kind }>;

/** Does what nobody has asked for: resumes, planned runs, verifies. */
export class Unattended {
  readonly #host: Host;
  /** Batches whose end of attempts has been told. */
  readonly givenUp = new Set<string>();
  /** Something is to be done, and another process syncs. */
  leaseTaken = false;
  /** A batch has ended well since the last look at what is to be verified: both databases answer. */
  verifySoon = false;

  constructor(host: Host) {
    this.#host = host;
  }

  async perform(opened: Opened, task: Task): Promise<void> {
    const { journal } = opened;
    switch (task.kind) {
      case 'supersede':
        journal.interruptBatch(task.batchId, InterruptionReason.Superseded);
        return;
      case 'give_up':
        this.givenUp.add(task.batchId);
        journal.logEvent('resume_given_up', { batchId: task.batchId, detail: { attempts: task.attempts } });
        this.#host.tell({ type: 'gave_up', batchId: task.batchId, attempts: task.attempts });
        return;
      case 'skip':
        journal.noteScheduleRun(task.schedule.id, task.dueAt.toISOString(), null, 'skipped');
        return;
      case 'resume':
        return this.#resume(opened, task);
      case 'run':
        return this.#runPlanned(opened, task);
      case 'wait':
        return this.#wait(opened, task);
    }
  }

  async #resume(opened: Opened, { candidate, verdict }: TaskOf<'resume'>): Promise<void> {
    const { batch, progress, open } = candidate;
    const { engine, journal, settings } = opened;
    const connections = [...new Set(open.map((row) => row.connection))];
    await this.#run(opened, 'batch', connections, async (run) => {
      run.onBatch(() => journal.noteAutoResume(batch.batch_id, verdict.attempt, progress));
      try {
        const tables = verdict.tables === null ? {} : { tables: verdict.tables };
        await engine.resume(batch.batch_id, { trigger: this.#host.face, ...tables }, run.control);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // A connection that the settings no longer have: no attempt will be better.
        journal.noteAutoResume(batch.batch_id, settings.resume.maxAttempts, progress);
        this.#host.logError(error);
      }
    });
  }

  async #runPlanned(opened: Opened, { schedule, dueAt, missed }: TaskOf<'run'>): Promise<void> {
    const { id, connections, tables } = schedule;
    const planned = { schedule: id, dueAt: dueAt.toISOString() };
    // A run that is due says in the history what is wrong; one that is caught up can as well wait.
    await this.#run(opened, 'batch', missed ? connections : null, async (run) => {
      if (missed) this.#host.tell({ type: 'run_missed', ...planned });
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
    this.leaseTaken = false;
    if (!task.gated) this.#host.gate.open();
    const now = this.#host.clock.now();
    const due = this.verifySoon ? tablesToVerify(opened.journal, opened.settings, now) : null;
    if (due !== null) return this.#verify(opened, due);
    this.verifySoon = false;
    await this.#host.rest(task.until === null ? LOOK_MS : task.until - now.getTime());
  }

  async #verify(opened: Opened, { connection, tables }: VerifyDue): Promise<void> {
    await this.#run(opened, 'verify', null, async (run) => {
      try {
        const request = { trigger: this.#host.face, connections: [connection], tables };
        await opened.engine.verify(request, run.control);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.verifySoon = false;
        this.#host.logError(error);
      }
    });
  }

  /**
   * Runs something: not while another process syncs, and not before the databases answer.
   *
   * @param connections whose databases have to answer; null where that need not be asked
   */
  async #run(
    opened: Opened,
    what: RunKind,
    connections: readonly string[] | null,
    work: (run: CurrentRun) => Promise<void>,
  ): Promise<void> {
    this.leaseTaken = opened.engine.holder() !== null;
    if (this.leaseTaken) return this.#host.rest(LEASE_POLL_MS);
    if (connections !== null && !(await this.#answer(opened, connections))) return;
    if (this.#host.stopping) return;
    try {
      await this.#host.asCurrent(new CurrentRun(what, false), work);
    } catch (error) {
      if (!(error instanceof UsageError) || error.code !== UsageCode.LeaseHeld) throw error;
      this.leaseTaken = true;
      await this.#host.rest(LEASE_POLL_MS);
    }
  }

  async #answer(opened: Opened, connections: readonly string[]): Promise<boolean> {
    try {
      return this.#host.gate.passes(await opened.engine.outOfReach(connections));
    } catch (error) {
      // A connection that the settings no longer have: the run says so.
      if (error instanceof UsageError) return true;
      throw error;
    }
  }
}

/** What a person would have to change first; not that another process syncs. */
function isRefusal(error: unknown): error is UsageError {
  return error instanceof UsageError && error.code !== UsageCode.LeaseHeld;
}
