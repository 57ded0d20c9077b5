import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { BatchFilter } from '../../../window-api/windowApi.ts';
import { historyAddress, readFilter, withPart } from './filter.ts';

export type SetPart = <K extends keyof BatchFilter>(key: K, value: BatchFilter[K] | undefined) => void;

/** Which batches are shown. It is kept in the page's address, so that the way back leads to the same ones. */
export function useFilter(): {
  readonly filter: BatchFilter;
  readonly setPart: SetPart;
  readonly clear: () => void;
} {
  const search = useSearch();
  const [, goTo] = useLocation();
  const filter = useMemo(() => readFilter(search), [search]);
  return {
    filter,
    setPart: (key, value) => {
      // While a word is typed, the way back does not lead through its letters.
      const replace = key === 'text' && filter.text !== undefined;
      goTo(historyAddress(withPart(filter, key, value)), { replace });
    },
    clear: () => goTo(historyAddress({})),
  };
}
