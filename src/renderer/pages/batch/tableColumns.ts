import type { Room } from '../../parts/useRoom.ts';
import type { SortKey } from './tableFilter.ts';

/** Columns of a batch's list of tables. */
export type ColumnKey =
  | 'status'
  | 'table'
  | 'strategy'
  | 'rows'
  | 'checked'
  | 'deleted'
  | 'duration'
  | 'bytes'
  | 'sent'
  | 'actions';

export interface TableColumn {
  readonly key: ColumnKey;
  /** Null if the column cannot be sorted by. */
  readonly sort: SortKey | null;
  readonly isNumber: boolean;
  /** Smallest width; room that is left is shared out. */
  readonly width: string;
}

const SORTS: Readonly<Record<ColumnKey, SortKey | null>> = {
  status: 'status',
  table: 'table',
  strategy: null,
  rows: 'rows',
  checked: 'checked',
  deleted: 'deleted',
  duration: 'duration',
  bytes: 'bytes',
  sent: 'sent',
  actions: null,
};

const NUMBERS: ReadonlySet<ColumnKey> = new Set<ColumnKey>([
  'rows',
  'checked',
  'deleted',
  'duration',
  'bytes',
  'sent',
]);

/** The widths of a room add up to less than its narrowest window has, so that nothing has to be scrolled sideways. */
const WIDTHS: Readonly<Record<Room, readonly (readonly [ColumnKey, number])[]>> = {
  narrow: [
    ['table', 10],
    ['rows', 6.5],
    ['duration', 7],
    ['actions', 5.75],
  ],
  medium: [
    ['table', 10.5],
    ['status', 8],
    ['rows', 7.5],
    ['duration', 8],
    ['sent', 5.5],
    ['actions', 5.75],
  ],
  wide: [
    ['table', 11],
    ['status', 8],
    ['strategy', 9],
    ['rows', 6.5],
    ['checked', 6.5],
    ['deleted', 5.5],
    ['duration', 9],
    ['bytes', 5.5],
    ['sent', 5],
    ['actions', 5.75],
  ],
};

/** @param hasActions false if no table has anything to do, so that the column for that is not needed */
export function columnsOf(room: Room, hasActions: boolean): readonly TableColumn[] {
  return WIDTHS[room]
    .filter(([key]) => hasActions || key !== 'actions')
    .map(([key, rem]) => ({ key, sort: SORTS[key], isNumber: NUMBERS.has(key), width: `${rem}rem` }));
}
