import { QueryClient } from '@tanstack/react-query';
import type { Args, QueryName } from '../../window-api/windowApi.ts';
import { Refused } from './refused.ts';

/** Under which an answer is kept. */
export function keyOf<C extends QueryName>(call: C, ...args: Args<C>): readonly unknown[] {
  return [call, ...args];
}

/** All answers to these questions are old: what is on the screen is read again. Resolves when it has been. */
export async function invalidate(queries: QueryClient, names: readonly QueryName[]): Promise<void> {
  await Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}

/**
 * Changes an answer that is kept. One that is known to be old stays as it is, to be asked for again when it is looked
 * at: a changed one would count as new.
 */
export function patch<T>(queries: QueryClient, key: readonly unknown[], change: (known: T) => T): void {
  if (queries.getQueryState(key)?.isInvalidated) return;
  queries.setQueryData<T>(key, (known) => (known === undefined ? known : change(known)));
}

/** What was read stays until an event says that it is old: nothing is polled. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        // The link is our own, to this computer: the browser's idea of being online says nothing about it.
        networkMode: 'always',
        // A refusal is an answer. What did not arrive is asked again when the link is back.
        retry: (count, error) => !(error instanceof Refused) && count < 2,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
