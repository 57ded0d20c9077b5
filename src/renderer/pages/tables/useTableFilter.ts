import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { readTableFilter, type TableFilter, tableAddress, tableSearch } from './tableFilter.ts';

/** Which tables are shown and in what order, and the ways from here. All of it is in the page's address. */
export function useTableFilter(): {
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
  /** The query to take along to a table's details, so that the list beside them stays as it is. */
  readonly search: string;
  readonly open: (state: { readonly connection: string; readonly table: string }) => void;
  readonly close: () => void;
} {
  const search = useSearch();
  const [location, goTo] = useLocation();
  const filter = useMemo(() => readTableFilter(search), [search]);
  const query = tableSearch(filter);
  return {
    filter,
    setFilter: (next) => {
      // While a word is typed, the way back does not lead through its letters.
      const replace = next.text !== filter.text && filter.text !== '';
      goTo(`${location}${tableSearch(next)}`, { replace });
    },
    search: query,
    open: (state) => goTo(`${tableAddress(state)}${query}`),
    close: () => goTo(`/tables${query}`),
  };
}
