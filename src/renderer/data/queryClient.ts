import { QueryClient } from '@tanstack/react-query';
import { Refused } from './refused.ts';

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
