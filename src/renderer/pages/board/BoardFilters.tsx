import { Group, NativeSelect } from '@mantine/core';
import type { FleetBranch } from '../../../shared/fleet.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Board.module.css';
import { BranchMark } from './BranchMark.tsx';
import { type BoardFilter, countStates, ORDERS } from './boardFilter.ts';

interface Props {
  readonly branches: readonly FleetBranch[];
  readonly filter: BoardFilter;
  readonly setFilter: (filter: BoardFilter) => void;
}

/** How many branches are in each state; each also shows only those. */
export function StateCounts({ branches, filter, setFilter }: Props) {
  const t = useT();
  const format = useFormat();
  return (
    <fieldset className={classes.counts} aria-label={t('boardPage.states')}>
      <button
        type="button"
        className={classes.count}
        aria-pressed={filter.state === null}
        onClick={() => setFilter({ ...filter, state: null })}
      >
        <b>{format.count(branches.length)}</b> {t('boardPage.all')}
      </button>
      {countStates(branches).map(({ state, count }) => (
        <button
          key={state}
          type="button"
          className={classes.count}
          aria-pressed={filter.state === state}
          onClick={() => setFilter({ ...filter, state: filter.state === state ? null : state })}
        >
          <b>{format.count(count)}</b> <BranchMark of={state} />
        </button>
      ))}
    </fieldset>
  );
}

/** Search and order. */
export function BoardFields({ filter, setFilter }: Omit<Props, 'branches'>) {
  const t = useT();
  return (
    <Group gap="sm" align="flex-end" role="search">
      <SearchField
        label={t('boardPage.search')}
        placeholder={t('boardPage.searchHint')}
        clearLabel={t('boardPage.clearSearch')}
        value={filter.text}
        onSearch={(text) => setFilter({ ...filter, text })}
      />
      <NativeSelect
        label={t('boardPage.sort')}
        data={ORDERS.map((value) => ({ value, label: t(`boardPage.order.${value}`) }))}
        value={filter.order}
        onChange={({ currentTarget: { value } }) =>
          setFilter({ ...filter, order: ORDERS.find((one) => one === value) ?? 'trouble' })
        }
      />
    </Group>
  );
}
