import { Button, Group, NativeSelect } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { BatchStatus, BatchTrigger } from '../../../shared/status.ts';
import type { BatchFilter } from '../../../window-api/windowApi.ts';
import { useConnections } from '../../data/useConnections.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { historyAddress, isEverything, readFilter, withPart } from './filter.ts';

/** What the list is narrowed to. */
export function Filters({
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
