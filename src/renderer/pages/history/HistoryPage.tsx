import { Button, Group, NativeSelect, Text, VisuallyHidden } from '@mantine/core';
import { IconReport, IconX } from '@tabler/icons-react';
import { useDeferredValue, useMemo } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { BatchPage } from '../../../shared/contract.ts';
import { BatchStatus, BatchTrigger } from '../../../shared/status.ts';
import type { BatchFilter } from '../../../window-api/windowApi.ts';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall, useConnections } from '../../data/useCall.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BatchList } from './BatchList.tsx';
import { historyAddress, isEverything, PAGE_SIZE, readFilter, withPart } from './batchQuery.ts';
import { DayCalendar } from './DayCalendar.tsx';
import { ExportMenu } from './ExportMenu.tsx';

/** All batches, by day and as a list. */
export function HistoryPage() {
  const t = useT();
  const { filter, setPart, clear } = useFilter();
  const first = useCall('history', filter, 0, PAGE_SIZE);
  // The list comes first: drawing the calendar must not delay it.
  const stripIsDue = useDeferredValue(first.data !== undefined, false);
  const nothingYet = first.data?.total === 0 && isEverything(filter);
  return (
    <Page title={t('window.pages.history')} actions={!nothingYet && <Actions day={filter.day} />}>
      {stripIsDue && !nothingYet && (
        <DayCalendar chosen={filter.day ?? null} onChoose={(day) => setPart('day', day)} />
      )}
      {!nothingYet && <Filters filter={filter} setPart={setPart} clear={clear} />}
      <Answered to={first}>
        {(page) =>
          nothingYet ? (
            <NoBatch />
          ) : (
            <Found page={page}>
              {page.total === 0 ? (
                <Empty title={t('historyPage.noneFits')}>{t('historyPage.noneFitsNext')}</Empty>
              ) : (
                <BatchList filter={filter} first={page} busy={first.isPlaceholderData} />
              )}
            </Found>
          )
        }
      </Answered>
    </Page>
  );
}

/** @param props.day the chosen day; today if none is */
function Actions({ day }: { readonly day: string | undefined }) {
  const t = useT();
  const format = useFormat();
  const reported = day ?? format.dayOf(new Date().toISOString());
  return (
    <>
      <ExportMenu />
      <Button
        component={Link}
        href={`/report/${reported}`}
        variant="default"
        leftSection={<IconReport size={18} aria-hidden />}
      >
        {t('reportPage.open')}
      </Button>
    </>
  );
}

/** The number of results, announced as soon as the filter changes it. */
function Found({ page, children }: { readonly page: BatchPage; readonly children: React.ReactNode }) {
  const t = useT();
  const format = useFormat();
  const batches = t('historyPage.batches', { count: page.total, number: format.count(page.total) });
  return (
    <div>
      <div role="status">
        {page.total === 0 ? (
          // The message shown instead already says it.
          <VisuallyHidden>{batches}</VisuallyHidden>
        ) : (
          <Text size="sm" c="dimmed" mb="xs">
            {batches}
          </Text>
        )}
      </div>
      {children}
    </div>
  );
}

function NoBatch() {
  const t = useT();
  const { data: setup } = useCall('setup');
  // Before set-up, the banner already has the only useful button.
  const action = setup !== undefined && !isNotSetUp(setup) && (
    <Button component={Link} href="/" mt="xs">
      {t('historyPage.toToday')}
    </Button>
  );
  return (
    <Empty title={t('historyPage.empty')} action={action}>
      {t('historyPage.emptyNext')}
    </Empty>
  );
}

/** The filter fields. */
function Filters({
  filter,
  setPart,
  clear,
}: {
  readonly filter: BatchFilter;
  readonly setPart: SetPart;
  readonly clear: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const connections = useConnections(filter.connection);
  const all = { value: '', label: t('window.all') };
  return (
    <Group gap="sm" align="flex-end" role="search">
      <SearchField
        label={t('historyPage.filter.text')}
        placeholder={t('historyPage.filter.textHint')}
        clearLabel={t('historyPage.filter.clearText')}
        value={filter.text ?? ''}
        onSearch={(text) => setPart('text', text)}
      />
      <NativeSelect
        label={t('historyPage.filter.status')}
        data={[
          all,
          ...Object.values(BatchStatus).map((value) => ({ value, label: t(`words.batch.${value}`) })),
        ]}
        value={filter.status ?? ''}
        onChange={({ currentTarget: { value } }) =>
          setPart('status', chosen(Object.values(BatchStatus), value))
        }
      />
      <NativeSelect
        label={t('historyPage.filter.trigger')}
        data={[
          all,
          ...Object.values(BatchTrigger).map((value) => ({
            value,
            label: t(`historyPage.trigger.${value}`),
          })),
        ]}
        value={filter.trigger ?? ''}
        onChange={({ currentTarget: { value } }) =>
          setPart('trigger', chosen(Object.values(BatchTrigger), value))
        }
      />
      {connections.length > 1 && (
        <NativeSelect
          label={t('historyPage.filter.connection')}
          maw={220}
          data={[all, ...connections.map(({ id, label }) => ({ value: id, label }))]}
          value={filter.connection ?? ''}
          onChange={({ currentTarget: { value } }) => setPart('connection', value)}
        />
      )}
      {!isEverything(filter) && (
        <Group gap="xs" w="100%">
          {filter.day !== undefined && (
            <Button
              variant="default"
              size="xs"
              radius="xl"
              rightSection={<IconX size={14} aria-label={t('historyPage.filter.removeDay')} />}
              onClick={() => setPart('day', undefined)}
            >
              {t('historyPage.filter.day', { day: format.day(filter.day) })}
            </Button>
          )}
          <Button variant="default" size="xs" onClick={clear}>
            {t('historyPage.clear')}
          </Button>
        </Group>
      )}
    </Group>
  );
}

function chosen<T extends string>(known: readonly T[], value: string): T | undefined {
  return known.find((one) => one === value);
}

type SetPart = <K extends keyof BatchFilter>(key: K, value: BatchFilter[K] | undefined) => void;

/** The current filter. It is kept in the page's address, so that Back returns to the same list. */
function useFilter(): {
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
      // While a word is being typed, entries replace each other, so that Back does not step through its
      // letters.
      const replace = key === 'text' && filter.text !== undefined;
      goTo(historyAddress(withPart(filter, key, value)), { replace });
    },
    clear: () => goTo(historyAddress({})),
  };
}
