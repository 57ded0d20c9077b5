import { useSyncExternalStore } from 'react';
import type { LiveView, Refusal } from '../../shared/window/views.ts';
import { useReach } from './BridgeProvider.tsx';

/** What the program behind the window told last. */
export class LiveStore {
  readonly #listeners = new Set<() => void>();
  #live: LiveView | null = null;
  // Until the first word of the link nothing is missing: the page is just being opened.
  #linked = true;
  #refusals: ((refusal: Refusal) => void) | null = null;

  readonly live = (): LiveView | null => this.#live;
  readonly linked = (): boolean => this.#linked;

  setLive(live: LiveView): void {
    this.#live = live;
    this.#tell();
  }

  setLinked(linked: boolean): void {
    if (linked === this.#linked) return;
    this.#linked = linked;
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

/** How things stand; null until the first answer. */
export function useLive(): LiveView | null {
  const { live } = useReach();
  return useSyncExternalStore(live.subscribe, live.live);
}

/** Whether the program behind the window answers. */
export function useLinked(): boolean {
  const { live } = useReach();
  return useSyncExternalStore(live.subscribe, live.linked);
}
