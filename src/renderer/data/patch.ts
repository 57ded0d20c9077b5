import type { QueryClient } from '@tanstack/react-query';

/**
 * Changes an answer that is kept. One that is known to be old stays as it is, to be asked for again when it is looked
 * at: a changed one would count as new.
 */
export function patch<T>(queries: QueryClient, key: readonly unknown[], change: (known: T) => T): void {
  if (queries.getQueryState(key)?.isInvalidated) return;
  queries.setQueryData<T>(key, (known) => (known === undefined ? known : change(known)));
}
