import { Drawer, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { decodedName } from '../../shell/hashPlace.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { FoundTables, TableFilters } from './FoundTables.tsx';
import { TableDetail } from './TableDetail.tsx';
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

/** The details of a table, beside the list. */
function TableDrawer({
  wanted,
  states,
  close,
}: {
  readonly wanted: { readonly connection: string; readonly table: string } | null;
  /** Undefined until they have been read. */
  readonly states: readonly TableState[] | undefined;
  readonly close: () => void;
}) {
  const t = useT();
  // Escape closes the question that is open, and not what is behind it as well.
  const [asking, setAsking] = useState(false);
  const state = states?.find(
    ({ connection, table }) => connection === wanted?.connection && table === wanted.table,
  );
  return (
    <Drawer
      opened={wanted !== null}
      onClose={close}
      closeOnEscape={!asking}
      position="right"
      size="min(50rem, 100vw)"
      title={
        <>
          <Text component="span" display="block" fw={700} size="lg" style={{ overflowWrap: 'anywhere' }}>
            {visible(wanted?.table ?? '')}
          </Text>
          <Text component="span" display="block" size="sm" c="dimmed" lineClamp={2}>
            {visible(state?.label ?? wanted?.connection ?? '')}
          </Text>
        </>
      }
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      {state !== undefined && (
        <TableDetail key={state.connection + state.table} state={state} onAsking={setAsking} />
      )}
      {state === undefined && states !== undefined && wanted !== null && (
        <Empty title={t('tablesPage.detail.missing')}>{t('tablesPage.detail.missingNext')}</Empty>
      )}
    </Drawer>
  );
}
