import type { Clock } from '../../core/ports.ts';
import type { OnTestProgress } from '../../core/probe/connectionTest.ts';
import type { TestProgress } from '../../shared/contract.ts';
import { type Listeners, Throttle } from './listeners.ts';

/** Sends the progress of connection tests. Thousands of tests need no more events than one. */
export class TestReports implements Disposable {
  readonly #throttle: Throttle;
  readonly #listeners: Listeners;
  /** What no event has told yet. */
  readonly #news = new Map<string, TestProgress>();

  constructor(listeners: Listeners, clock: Clock) {
    this.#listeners = listeners;
    this.#throttle = new Throttle(clock, () => this.#tell());
  }

  /** @param name that the window gave the test; undefined if it does not follow it */
  of(name: string | undefined): OnTestProgress {
    if (name === undefined) return () => undefined;
    return (progress) => {
      if (this.#listeners.isEmpty) return;
      this.#news.set(name, progress);
      this.#throttle.want();
    };
  }

  /** The test has ended, and its answer says all. */
  ended(name: string | undefined): void {
    if (name !== undefined) this.#news.delete(name);
  }

  [Symbol.dispose](): void {
    this.#throttle[Symbol.dispose]();
  }

  #tell(): void {
    if (this.#news.size === 0) return;
    const progress = Object.fromEntries(this.#news);
    this.#news.clear();
    this.#listeners.tell({ type: 'tests', progress });
  }
}
