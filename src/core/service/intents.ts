import type { Engine, RunControl } from '../engineApi.ts';

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
