import type { Engine, RunControl } from '../core/engineApi.ts';
import type { EngineEvent } from '../shared/contract.ts';
import { InterruptionReason } from '../shared/status.ts';

/** What runs now, and how it is stopped. */
export class CurrentRun {
  readonly what: RunKind;
  readonly control: RunControl & { readonly stop: AbortSignal };
  /** Null before the batch has begun, and for a verify. */
  batchId: string | null = null;
  /** Whether it has told anything: it holds the lease, then. */
  begun = false;
  readonly #stop = new AbortController();
  readonly #halt = new AbortController();
  readonly #onBatch: ((batchId: string) => void)[] = [];
  readonly #asked: boolean;

  /** @param asked whether a person has asked for it, and so waits for another process's run to end */
  constructor(what: RunKind, asked: boolean) {
    this.what = what;
    this.#asked = asked;
    this.control = { stop: this.#stop.signal, halt: this.#halt.signal, wait: asked };
  }

  /** Takes note of what the engine tells. */
  take(event: EngineEvent): void {
    this.begun = true;
    if (event.type !== 'batch_started' && event.type !== 'batch_resumed') return;
    this.batchId = event.batch.batch_id;
    for (const listener of this.#onBatch.splice(0)) listener(this.batchId);
  }

  /** Calls back when the journal has the batch as running, before any of its tables is begun. */
  onBatch(listener: (batchId: string) => void): void {
    if (this.batchId === null) this.#onBatch.push(listener);
    else listener(this.batchId);
  }

  /** Stops at the next chunk border. */
  stop(reason: InterruptionReason): void {
    this.#stop.abort(reason);
  }

  /** Stops at once; the chunk under way is rolled back. */
  halt(): void {
    this.#halt.abort(InterruptionReason.Shutdown);
  }

  /** Whether a person has stopped it; not to give way, nor because the service ends. */
  get stoppedByPerson(): boolean {
    return this.#stop.signal.reason === InterruptionReason.User;
  }

  /** A verify that nobody is waiting for ends where there is something better to do, and goes on later. */
  get givesWay(): boolean {
    return this.what === 'verify' && !this.#asked && !this.#stop.signal.aborted;
  }
}

/** What a person has asked for. */
export interface Intent {
  readonly what: RunKind;
  /** Does it, and tells whoever asked how it ended; does not throw. */
  perform(engine: Engine, control: RunControl): Promise<void>;
  refuse(error: Error): void;
}

export type RunKind = 'batch' | 'verify';

interface Waiting extends Intent {
  readonly key: string;
  readonly result: Promise<unknown>;
}

/** What people have asked for and what has not begun, in order. */
export class IntentQueue {
  readonly #waiting: Waiting[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * The same request twice is one: a person who sees nothing happen clicks again.
   *
   * @param key names the request; the same for the same kind of result only
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
