import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './TableList.module.css';
import type { Sort, SortKey } from './tableFilter.ts';

/** What is asked for most comes first: on a small screen the last ones are reached by scrolling. */
const COLUMNS = [
  { key: 'status', sort: 'status', isNumber: false, width: '8.5rem' },
  { key: 'table', sort: 'table', isNumber: false, width: '11rem' },
  { key: 'rows', sort: 'rows', isNumber: true, width: '8rem' },
  { key: 'duration', sort: 'duration', isNumber: true, width: '11rem' },
  { key: 'strategy', sort: null, isNumber: false, width: '13rem' },
  { key: 'skipped', sort: 'skipped', isNumber: true, width: '11rem' },
  { key: 'deleted', sort: 'deleted', isNumber: true, width: '6rem' },
  { key: 'bytes', sort: 'bytes', isNumber: true, width: '6.5rem' },
  { key: 'actions', sort: null, isNumber: false, width: '6.5rem' },
] as const;

/** Of the columns; that of what can be done is there where a row has something that can be. */
export function widthsOf(hasActions: boolean): readonly string[] {
  return columnsOf(hasActions).map(({ width }) => width);
}

function columnsOf(hasActions: boolean) {
  return hasActions ? COLUMNS : COLUMNS.filter(({ key }) => key !== 'actions');
}

/** The heads of the columns; a click sorts. */
export function TableListHead({
  sort,
  hasActions,
  onSort,
}: {
  readonly sort: Sort;
  readonly hasActions: boolean;
  readonly onSort: (by: SortKey) => void;
}) {
  const t = useT();
  return columnsOf(hasActions).map(({ key, sort: by, isNumber }) => {
    const name = t(`batchPage.column.${key}`);
    if (by === null)
      return (
        <th key={key} scope="col" className={key === 'actions' ? classes.last : undefined}>
          <span className={key === 'actions' ? classes.unseen : undefined}>{name}</span>
        </th>
      );
    const isSorted = by === sort.by;
    const Arrow = sort.descending ? IconArrowDown : IconArrowUp;
    const direction = sort.descending ? 'descending' : 'ascending';
    return (
      <th
        key={key}
        scope="col"
        aria-sort={isSorted ? direction : 'none'}
        className={isNumber ? classes.number : undefined}
      >
        <button
          type="button"
          className={classes.sort}
          title={t('batchPage.sortBy', { column: name })}
          onClick={() => onSort(by)}
        >
          {name}
          {isSorted && <Arrow size={14} aria-hidden />}
        </button>
      </th>
    );
  });
}
