import type { LinkLoss } from '../../window-api/bridge.ts';
import type { LiveView, Refusal } from '../../window-api/views.ts';

/** What the program behind the window told last. */
export class LiveStore {
  readonly #listeners = new Set<() => void>();
  #live: LiveView | null = null;
  // Until the first word of the link nothing is missing: the page is just being opened.
  #loss: LinkLoss | null = null;
  #refusals: ((refusal: Refusal) => void) | null = null;

  readonly live = (): LiveView | null => this.#live;
  /** Why the program behind the window cannot be reached; null where it can. */
  readonly loss = (): LinkLoss | null => this.#loss;

  setLive(live: LiveView): void {
    this.#live = live;
    this.#tell();
  }

  setLoss(loss: LinkLoss | null): void {
    if (loss === this.#loss) return;
    this.#loss = loss;
    this.#tell();
  }

  /** Who shows what could not be done after all. */
  onRefused(show: (refusal: Refusal) => void): void {
    this.#refusals = show;
  }

  refused(refusal: Refusal): void {
    this.#refusals?.(refusal);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
