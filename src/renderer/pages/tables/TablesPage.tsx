import { Button, Drawer, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { trafficText } from '../../../shared/texts/trafficText.ts';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../window-api/views.ts';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall, useConnections } from '../../data/useCall.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { RunNowButton } from '../../parts/RunButtons.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { tableAddress } from '../../parts/tableAddress.ts';
import { decodedName } from '../../shell/hashPlace.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { TableDetail } from './TableDetail.tsx';
import classes from './TableList.module.css';
import { TableList } from './TableList.tsx';
import {
  countShown,
  fits,
  narrows,
  ordered,
  readTableFilter,
  SHOWN,
  type TableFilter,
  tableSearch,
  widened,
} from './tableFilter.ts';

/**
 * Every table: how it is copied, its last copy, and whether it is verified identical at head office.
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
      {tables.data?.length !== 0 && (
        <TableFilters states={tables.data ?? NO_STATES} filter={ways.filter} setFilter={ways.setFilter} />
      )}
      <Answered to={tables}>{(states) => <FoundTables states={states} ways={ways} />}</Answered>
      <TableDrawer wanted={wanted} states={tables.data} search={ways.search} close={ways.close} />
    </Page>
  );
}

/** The details of a table, next to the list. */
function TableDrawer({
  wanted,
  states,
  search,
  close,
}: {
  readonly wanted: { readonly connection: string; readonly table: string } | null;
  /** Undefined until they are loaded. */
  readonly states: readonly TableState[] | undefined;
  /** The query that links to other tables keep. */
  readonly search: string;
  readonly close: () => void;
}) {
  const t = useT();
  // Escape must close only the open question, and not also the drawer behind it.
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
        <TableDetail
          key={state.connection + state.table}
          state={state}
          others={states?.filter((one) => one.table === state.table) ?? NO_STATES}
          search={search}
          onAsking={setAsking}
        />
      )}
      {state === undefined && states !== undefined && wanted !== null && (
        <Empty title={t('tablesPage.detail.missing')}>{t('tablesPage.detail.missingNext')}</Empty>
      )}
    </Drawer>
  );
}

/** The current filter, order and links. All of it is kept in the page's address. */
function useTableFilter(): {
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
  /** The query for a link to a table's details, which keeps the list behind it unchanged. */
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
      // While a word is being typed, entries replace each other, so that Back does not step through its
      // letters.
      const replace = next.text !== filter.text && filter.text !== '';
      goTo(`${location}${tableSearch(next)}`, { replace });
    },
    search: query,
    open: (state) => goTo(`${tableAddress(state)}${query}`),
    close: () => goTo(`/tables${query}`),
  };
}

/** The tables that match the filter, or why there are none. */
function FoundTables({
  states,
  ways,
}: {
  readonly states: readonly TableState[];
  readonly ways: ReturnType<typeof useTableFilter>;
}) {
  const t = useT();
  const format = useFormat();
  const { filter } = ways;
  const found = useMemo(
    () =>
      ordered(
        states.filter((state) => fits(state, filter)),
        filter,
      ),
    [states, filter],
  );
  if (found.length === 0 && !narrows(filter)) return <NoTable />;
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="xs">
        <Text size="sm" c="dimmed" role="status">
          {t('tablesPage.tables', { count: found.length, number: format.count(found.length) })}
        </Text>
        <OnLink />
      </Group>
      {found.length === 0 ? (
        <NoneFits clear={() => ways.setFilter(widened(filter))} />
      ) : (
        <TableList tables={found} filter={filter} setFilter={ways.setFilter} search={ways.search} />
      )}
    </div>
  );
}

/** What all runs of the latest month have cost on the link. */
function OnLink() {
  const t = useT();
  const format = useFormat();
  const [latest] = useCall('traffic', 1).data ?? [];
  if (latest === undefined) return null;
  const traffic = trafficText(latest, t, format.bytes);
  return (
    <Text size="sm" c="dimmed">
      {t('tablesPage.linkMonth', { month: format.wholeMonth(latest.month), traffic })}
    </Text>
  );
}

function NoTable() {
  const t = useT();
  const { data: setup } = useCall('setup');
  // Before set-up there is nothing to run, and no connection to open.
  const isSetUp = setup !== undefined && !isNotSetUp(setup);
  const action = isSetUp && (
    <Group justify="center" gap="xs" mt="xs">
      <RunNowButton main />
      <Button component={Link} href="/connections" variant="default">
        {t('tablesPage.toConnections')}
      </Button>
    </Group>
  );
  return (
    <Empty title={t('tablesPage.empty')} action={action}>
      {t('tablesPage.emptyNext')}
    </Empty>
  );
}

function NoneFits({ clear }: { readonly clear: () => void }) {
  const t = useT();
  const action = (
    <Button onClick={clear} mt="xs">
      {t('tablesPage.clear')}
    </Button>
  );
  return (
    <Empty title={t('tablesPage.noneFits')} action={action}>
      {t('tablesPage.noneFitsNext')}
    </Empty>
  );
}

const NO_STATES: readonly TableState[] = [];

/** The filter fields. */
function TableFilters({
  states,
  filter,
  setFilter,
}: {
  readonly states: readonly TableState[];
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
}) {
  const t = useT();
  const connections = useConnections(filter.connection ?? undefined);
  return (
    <Stack gap="sm" role="search">
      <Group gap="sm" align="flex-end">
        <SearchField
          label={t('tablesPage.filter.text')}
          placeholder={t('tablesPage.filter.textHint')}
          clearLabel={t('tablesPage.filter.clearText')}
          value={filter.text}
          onSearch={(text) => setFilter({ ...filter, text })}
        />
        {connections.length > 1 && (
          <NativeSelect
            label={t('tablesPage.filter.connection')}
            maw={220}
            data={[
              { value: '', label: t('window.all') },
              ...connections.map(({ id, label }) => ({ value: id, label })),
            ]}
            value={filter.connection ?? ''}
            onChange={({ currentTarget: { value } }) => setFilter({ ...filter, connection: value || null })}
          />
        )}
        {narrows(filter) && (
          <Button variant="subtle" onClick={() => setFilter(widened(filter))}>
            {t('tablesPage.clear')}
          </Button>
        )}
      </Group>
      <Chips states={states} filter={filter} setFilter={setFilter} />
    </Stack>
  );
}

/** Which tables to show, each choice with its number; choices without a table are left out. */
function Chips({
  states,
  filter,
  setFilter,
}: {
  readonly states: readonly TableState[];
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
}) {
  const t = useT();
  const format = useFormat();
  const counts = useMemo(() => countShown(states, filter), [states, filter]);
  return (
    <fieldset className={`${classes.chips} numbers`} aria-label={t('tablesPage.filter.shown')}>
      {SHOWN.filter((shown) => shown === 'all' || shown === filter.shown || counts[shown] > 0).map(
        (shown) => (
          <Button
            key={shown}
            size="compact-sm"
            radius="xl"
            variant={shown === filter.shown ? 'filled' : 'default'}
            aria-pressed={shown === filter.shown}
            onClick={() => setFilter({ ...filter, shown })}
          >
            {t(`tablesPage.shown.${shown}`, { number: format.count(counts[shown]) })}
          </Button>
        ),
      )}
    </fieldset>
  );
}
