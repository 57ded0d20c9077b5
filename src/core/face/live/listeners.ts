import type { WindowEvent } from '../../../shared/window/events.ts';
import type { LiveView } from '../../../shared/window/views.ts';
import type { Logger } from '../../ports.ts';

/** Those who are told. A listener that throws is logged and ignored. */
export class Listeners {
  readonly #listeners = new Set<(event: WindowEvent) => void>();
  readonly #logger: Logger;
  /** What was told last, as text. */
  #live = '';

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  add(listener: (event: WindowEvent) => void): () => void {
    this.#listeners.add(listener);
    // Whoever is new has been told nothing.
    this.#live = '';
    return () => this.#listeners.delete(listener);
  }

  tell(event: WindowEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.log('error', 'A listener failed', { event: event.type, error: String(error) });
      }
    }
  }

  /** Only where it is another than the last. */
  tellLive(live: LiveView): void {
    const text = JSON.stringify(live);
    if (text === this.#live) return;
    this.#live = text;
    this.tell({ type: 'live', live });
  }
}
