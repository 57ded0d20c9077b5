import type { Engine, RunControl } from '../core/engineApi.ts';
import type { EngineEvent } from '../shared/contract.ts';
import { InterruptionReason } from '../shared/status.ts';

/** The current run, and how to stop it. */
export class CurrentRun {
  readonly what: RunKind;
  readonly control: RunControl & { readonly stop: AbortSignal };
  /** Null before the batch has begun, and for a verify or an export. */
  batchId: string | null = null;
  /** Whether the engine has sent an event of this run; it holds the lease by then. */
  begun = false;
  /** What runs after the batch now; null if nothing does. */
  hook: string | null = null;
  readonly #stop = new AbortController();
  readonly #halt = new AbortController();
  readonly #onBatch: ((batchId: string) => void)[] = [];
  readonly #asked: boolean;

  /** @param asked whether a person requested it; it then waits for another process's run to end */
  constructor(what: RunKind, asked: boolean) {
    this.what = what;
    this.#asked = asked;
    this.control = { stop: this.#stop.signal, halt: this.#halt.signal, wait: asked };
  }

  /** Notes an event of the engine. */
  take(event: EngineEvent): void {
    this.begun = true;
    if (event.type === 'hook_started') this.hook = event.hook;
    if (event.type === 'hook_ended') this.hook = null;
    if (event.type !== 'batch_started' && event.type !== 'batch_resumed') return;
    this.batchId = event.batch.batch_id;
    for (const listener of this.#onBatch.splice(0)) listener(this.batchId);
  }

  /** Calls back when the journal has the batch as running, before its first table begins. */
  onBatch(listener: (batchId: string) => void): void {
    if (this.batchId === null) this.#onBatch.push(listener);
    else listener(this.batchId);
  }

  /** Stops at the next chunk border. */
  stop(reason: InterruptionReason): void {
    this.#stop.abort(reason);
  }

  /** Stops at once and rolls back the current chunk. */
  halt(): void {
    this.#halt.abort(InterruptionReason.Shutdown);
  }

  /** Whether a person stopped it, as opposed to giving way or the end of the service. */
  get stoppedByPerson(): boolean {
    return this.#stop.signal.reason === InterruptionReason.User;
  }

  /** A scheduled verify ends early when there is something more urgent, and continues later. */
  get givesWay(): boolean {
    return this.what === 'verify' && !this.#asked && !this.#stop.signal.aborted;
  }
}

/** Whether the activity changes with an event within a run. */
export function changesActivity({ type }: EngineEvent): boolean {
  return type === 'batch_started' || type === 'batch_resumed' || type === 'hook_started';
}

/** A request from a person. */
export interface Intent {
  readonly what: RunKind;
  /** Runs it and passes the result to whoever requested it; does not throw. */
  perform(engine: Engine, control: RunControl): Promise<void>;
  refuse(error: Error): void;
}

export type RunKind = 'batch' | 'verify' | 'export';

interface Waiting extends Intent {
  readonly key: string;
  readonly result: Promise<unknown>;
}

/** Requests that have not begun, in order. */
export class IntentQueue {
  readonly #waiting: Waiting[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * Adds a request, unless the same one is already waiting: people click again if nothing seems to happen.
   *
   * @param key identifies the request; equal keys must mean equal types of result
   */
  add<T>(what: RunKind, key: string, run: (engine: Engine, control: RunControl) => Promise<T>): Promise<T> {
    const same = this.#waiting.find((one) => one.key === key);
    if (same !== undefined) return same.result as Promise<T>;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({
      what,
      key,
      result: promise,
      perform: (engine, control) => run(engine, control).then(resolve, reject),
      refuse: reject,
    });
    return promise;
  }

  take(): Intent | undefined {
    return this.#waiting.shift();
  }

  refuseAll(error: Error): void {
    for (const one of this.#waiting.splice(0)) one.refuse(error);
  }
}
