import { useMemo } from 'react';
import { decodedName } from '../../app/hashPlace.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Answered.tsx';
import { Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { FoundTables } from './FoundTables.tsx';
import { TableDrawer } from './TableDrawer.tsx';
import { TableFilters } from './TableFilters.tsx';
import { useTableFilter } from './useTableFilter.ts';

/**
 * Every table: how it is copied, when it last was, whether it is proved to be the same at head office.
 *
 * @param props.chosen the table whose details are open; as in the address, still encoded
 */
export function TablesPage({
  chosen = null,
}: {
  readonly chosen?: { readonly connection: string; readonly table: string } | null;
}) {
  const t = useT();
  const tables = useCall('tables');
  const ways = useTableFilter();
  const wanted = useMemo(
    () =>
      chosen === null
        ? null
        : { connection: decodedName(chosen.connection), table: decodedName(chosen.table) },
    [chosen],
  );
  return (
    <Page title={t('window.pages.tables')}>
      {tables.data?.length !== 0 && <TableFilters filter={ways.filter} setFilter={ways.setFilter} />}
      <Answered to={tables}>{(states) => <FoundTables states={states} ways={ways} />}</Answered>
      <TableDrawer wanted={wanted} states={tables.data} close={ways.close} />
    </Page>
  );
}
