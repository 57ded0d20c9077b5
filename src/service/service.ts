import type { Engine, ResumeOutcome, RunControl } from '../core/engineApi.ts';
import type { ExportReport } from '../core/export/exportConnection.ts';
import type { Ports } from '../core/ports.ts';
import { knownFleet } from '../core/schedule/fleetSpread.ts';
import { errorFacts } from '../core/unexpected.ts';
import type { BatchRow, EngineEvent } from '../shared/contract.ts';
import { SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import type { Pause, ServiceEvent, ServiceStatus } from '../shared/service.ts';
import { BatchStatus, InterruptionReason } from '../shared/status.ts';
import type { VerifyReport } from '../shared/verify.ts';
import { CurrentRun, changesActivity, type Intent, IntentQueue, type RunKind } from './currentRun.ts';
import { OutsideNotifications } from './notify/outsideNotifications.ts';
import { type Opened, Opening, WatchedSettings } from './opening.ts';
import { ReachGate } from './reachGate.ts';
import { RequestWatch } from './requests/requestWatch.ts';
import type {
  ExportNowRequest,
  ImportNowRequest,
  ResumeNowRequest,
  RunNowRequest,
  Service,
  ServiceSetup,
  VerifyNowRequest,
} from './serviceApi.ts';
import { takeServiceLock } from './serviceLock.ts';
import { statusOf } from './statusOf.ts';
import { nextPlanned, nextTask, type Outlook } from './tasks.ts';
import { type Host, LOOK_MS, ServerRunWatch, Unattended } from './unattended.ts';

/** Pause after an error that belongs to no batch, such as a full disk, before trying again. */
const BREATHER_MS = 30_000;

/**
 * Starts the service on a user-data folder.
 *
 * @throws UsageError `service_running` if another process serves the folder; `data_folder_unusable`
 */
export function startService(ports: Ports, setup: ServiceSetup): Service {
  const lock = takeServiceLock(setup.folder);
  try {
    return new RunningService(ports, setup, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

class RunningService implements Service {
  readonly #ports: Ports;
  readonly #setup: ServiceSetup;
  readonly #opening: Opening;
  readonly #gate: ReachGate;
  readonly #unattended: Unattended;
  readonly #outside: OutsideNotifications;
  readonly #requests: RequestWatch;
  readonly #runWatch = new ServerRunWatch((error) => this.#logError(error));
  readonly #intents = new IntentQueue();
  readonly #listeners = new Set<(event: ServiceEvent) => void>();
  readonly #ended: Promise<void>;
  #run: CurrentRun | null = null;
  #asked = 0;
  #stopping = false;
  #woken = Promise.withResolvers<void>();
  /** See {@link Host.wanted}; replaced in each turn. */
  #wanted = Promise.withResolvers<void>();
  #told = '';

  constructor(ports: Ports, setup: ServiceSetup, unlock: () => void) {
    this.#ports = ports;
    this.#setup = setup;
    this.#gate = new ReachGate(ports);
    this.#unattended = new Unattended(this.#host());
    this.#opening = new Opening(ports, setup, new WatchedSettings(setup.folder, setup.language), {
      tell: (event) => this.#tell(event),
      onEngine: (event) => this.#takeEvent(event),
    });
    this.#outside = new OutsideNotifications(ports, setup, () => this.#opening.opened, {
      installationId: () => this.#opening.installationId,
      status: () => this.status(),
      timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    this.#requests = this.#watchRequests();
    this.#ended = this.#live().finally(unlock);
  }

  #host(): Host {
    return {
      clock: this.#ports.clock,
      trigger: this.#setup.trigger,
      gate: this.#gate,
      wanted: () => this.#wanted.promise,
      asCurrent: (run, work) => this.#asCurrent(run, work),
      rest: (ms) => this.#rest(ms),
      tell: (event) => this.#tell(event),
      logError: (error) => this.#logError(error),
    };
  }

  #watchRequests(): RequestWatch {
    return new RequestWatch({
      ports: this.#ports,
      setup: this.#setup,
      ask: (what, key, run) => this.#ask(what, key, run),
      service: this,
      opened: () => this.#opening.opened,
      installationId: () => this.#opening.installationId,
      tell: (event) => this.#tell(event),
    });
  }

  get engine(): Engine | null {
    return this.#opening.opened?.engine ?? null;
  }

  status(): ServiceStatus {
    return statusOf({
      opened: this.#opening.opened,
      run: this.#run,
      leaseTaken: this.#unattended.leaseTaken,
      waiting: this.#gate.waiting,
      next: this.#nextPlanned(),
      refusal: this.#opening.refusal,
      now: this.#ports.clock.now(),
    });
  }

  runNow(request: RunNowRequest = {}): Promise<BatchRow> {
    return this.#ask('batch', `run ${JSON.stringify(request)}`, (engine, control) =>
      engine.syncAll({ ...request, trigger: this.#setup.trigger }, control),
    );
  }

  resumeNow(batchId: string, request: ResumeNowRequest = {}): Promise<ResumeOutcome> {
    return this.#ask('batch', `resume ${batchId} ${JSON.stringify(request)}`, (engine, control) =>
      engine.resume(batchId, { ...request, trigger: this.#setup.trigger }, control),
    );
  }

  verifyNow(request: VerifyNowRequest = {}): Promise<VerifyReport> {
    return this.#ask('verify', `verify ${JSON.stringify(request)}`, (engine, control) =>
      engine.verify({ ...request, trigger: this.#setup.trigger }, control),
    );
  }

  exportNow(request: ExportNowRequest): Promise<ExportReport> {
    return this.#ask('export', `export ${this.#onceOnly()}`, (engine, control) =>
      engine.exportConnection({ ...request, trigger: this.#setup.trigger }, control),
    );
  }

  importNow(request: ImportNowRequest): Promise<BatchRow> {
    return this.#ask('batch', `import ${this.#onceOnly()}`, (engine, control) =>
      engine.importFile({ ...request, trigger: this.#setup.trigger }, control),
    );
  }

  /** A key that no other request has: one made of the request would hold its passphrase. */
  #onceOnly(): number {
    return ++this.#asked;
  }

  pause(until: Date | null): Pause {
    const { pause } = this.#opening.mustBeOpen();
    const begun = pause.begin(this.#ports.clock.now(), until);
    this.#want();
    return begun;
  }

  unpause(): void {
    this.#opening.mustBeOpen().pause.end();
    this.wake();
  }

  stopRun(): void {
    this.#run?.stop(InterruptionReason.User);
  }

  wake(): void {
    this.#woken.resolve();
    try {
      if (this.#run?.givesWay && this.#isBetterThingToDo()) this.#run.stop(InterruptionReason.Shutdown);
    } catch (error) {
      // Errors are not passed on: `wake` is called by timers and by people who want something else, and the
      // next turn meets the same error.
      this.#logError(error);
    }
  }

  /** Wakes the loop, and also cuts short the check of databases that do not answer. */
  #want(): void {
    this.#wanted.resolve();
    this.wake();
  }

  async stop(now?: AbortSignal): Promise<void> {
    this.#stopping = true;
    this.#run?.stop(InterruptionReason.Shutdown);
    const halt = (): void => this.#run?.halt();
    if (now?.aborted) halt();
    now?.addEventListener('abort', halt);
    this.#want();
    await this.#ended;
    now?.removeEventListener('abort', halt);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  on(listener: (event: ServiceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #live(): Promise<void> {
    // Lets the caller of startService subscribe before the first event.
    await Promise.resolve();
    const stopWaker = this.#setup.waker.start(() => {
      this.wake();
      return this.#nextPlannedAt();
    });
    try {
      while (!this.#stopping) await this.#turn();
    } finally {
      stopWaker();
      this.#intents.refuseAll(new UsageError(UsageCode.RunStopped));
      await this.#outside.stop();
      await this.#requests.stop();
      await this.#opening.close();
    }
  }

  async #turn(): Promise<void> {
    this.#wanted = Promise.withResolvers();
    try {
      if (!(await this.#opening.folderIsUsable())) {
        this.#intents.refuseAll(this.#opening.notOpen());
        await this.#rest(LOOK_MS);
        return;
      }
      this.#opening.look();
      await this.#step();
      this.#opening.well();
    } catch (error) {
      this.#logError(error);
      await this.#opening.fail(error);
      const { opened } = this.#opening;
      // Refuses waiting requests now: left in the queue, they would end the pause at once.
      this.#intents.refuseAll(opened === null || !(error instanceof Error) ? this.#opening.notOpen() : error);
      await this.#breathe();
    }
  }

  /**
   * Waits the whole pause, whatever wakes the loop; only a person's request or the end of the service ends it
   * early.
   */
  async #breathe(): Promise<void> {
    const until = this.#ports.clock.monotonic() + BREATHER_MS;
    const isOver = (): boolean => this.#stopping || !this.#intents.isEmpty;
    for (let left = BREATHER_MS; left > 0 && !isOver(); left = until - this.#ports.clock.monotonic())
      await this.#rest(left);
  }

  /** One turn: a person's request first, then what is due, then rest. */
  async #step(): Promise<void> {
    const { opened } = this.#opening;
    if (opened === null) {
      this.#intents.refuseAll(this.#opening.notOpen());
      return this.#rest(LOOK_MS);
    }
    this.#requests.look(opened);
    const now = this.#ports.clock.now();
    if (opened.pause.isOver(now)) opened.pause.end();
    const intent = this.#intents.take();
    if (intent !== undefined) return this.#fulfil(opened, intent);
    const silence = opened.health.look(opened.settings, now);
    if (silence !== null) this.#tell({ type: 'no_success', ...silence });
    const pause = opened.pause.current();
    if (pause !== null) {
      this.#unattended.leaseTaken = false;
      this.#gate.open();
      return this.#rest(pause.until === null ? LOOK_MS : Date.parse(pause.until) - now.getTime());
    }
    this.#runWatch.look(opened.engine, now.getTime());
    return this.#unattended.perform(opened, nextTask(this.#outlook(opened)));
  }

  async #fulfil(opened: Opened, intent: Intent): Promise<void> {
    this.#gate.open();
    this.#unattended.leaseTaken = false;
    await this.#asCurrent(new CurrentRun(intent.what, true), (run) =>
      intent.perform(opened.engine, run.control),
    );
  }

  async #asCurrent(run: CurrentRun, work: (run: CurrentRun) => Promise<void>): Promise<void> {
    this.#run = run;
    this.#tellStatus();
    try {
      await work(run);
    } finally {
      this.#run = null;
      this.#tellStatus();
    }
  }

  #ask<T>(what: RunKind, key: string, run: (engine: Engine, control: RunControl) => Promise<T>): Promise<T> {
    if (this.#stopping) return Promise.reject(new UsageError(UsageCode.RunStopped));
    const result = this.#intents.add(what, key, async (engine, control) => {
      try {
        return await run(engine, control);
      } catch (error) {
        // Stopped while waiting for another process's run to end.
        if (control.stop?.aborted && !(error instanceof UsageError || error instanceof SyncFailure))
          throw new UsageError(UsageCode.RunStopped, {}, { cause: error });
        throw error;
      }
    });
    this.#want();
    return result;
  }

  #isBetterThingToDo(): boolean {
    const { opened } = this.#opening;
    if (!this.#intents.isEmpty || opened === null) return true;
    return nextTask(this.#outlook(opened)).kind !== 'wait';
  }

  #outlook({ journal, settings }: Opened): Outlook {
    return {
      journal,
      settings,
      installationId: this.#opening.installationId,
      now: this.#ports.clock.now(),
      notBefore: (connections) => this.#gate.notBefore(connections),
    };
  }

  #nextPlanned(): ServiceStatus['next'] {
    const { opened, installationId } = this.#opening;
    if (opened === null) return null;
    const fleet = knownFleet(opened.journal);
    return nextPlanned(opened.settings, installationId, this.#ports.clock.now(), fleet);
  }

  #nextPlannedAt(): Date | null {
    const next = this.#nextPlanned();
    return next === null ? null : new Date(next.at);
  }

  async #rest(ms: number): Promise<void> {
    this.#tellStatus();
    const early = new AbortController();
    const sleep = this.#ports.clock.sleep(Math.max(0, Math.min(ms, LOOK_MS)), early.signal).catch(() => {});
    await Promise.race([this.#woken.promise, sleep]);
    early.abort();
    this.#woken = Promise.withResolvers();
  }

  #takeEvent(event: EngineEvent): void {
    this.#run?.take(event);
    if (event.type === 'batch_ended' && event.batch.status === BatchStatus.Completed) {
      this.#gate.open();
      this.#unattended.batchCompleted();
    }
    this.#tell(event);
    if (changesActivity(event)) this.#tellStatus();
  }

  /** Sends the status if it has changed. Does not throw: the next turn handles a failing journal. */
  #tellStatus(): void {
    try {
      const status = this.status();
      const text = JSON.stringify(status);
      if (text === this.#told) return;
      this.#told = text;
      this.#tell({ type: 'status', status });
    } catch (error) {
      this.#logError(error);
    }
  }

  #tell(event: ServiceEvent): void {
    for (const listener of [(one: ServiceEvent) => this.#outside.take(one), ...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#logError(error);
      }
    }
  }

  #logError(error: unknown): void {
    this.#ports.logger.log('error', 'The service met an error', errorFacts(error));
  }
}
