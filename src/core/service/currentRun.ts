import type { EngineEvent } from '../../shared/contract.ts';
import { InterruptionReason } from '../../shared/status.ts';
import type { RunControl } from '../engineApi.ts';
import type { RunKind } from './intents.ts';

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
