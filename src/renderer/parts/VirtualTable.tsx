import { type CSSProperties, type ReactNode, useRef } from 'react';
import type { VirtualRows } from './useVirtualRows.ts';
import classes from './VirtualTable.module.css';

export interface Column {
  readonly key: string;
  readonly head: ReactNode;
  readonly sort?: 'ascending' | 'descending' | 'none';
}

/** A table of thousands of rows. All rows have the same height, so nothing has to be measured while scrolling. */
export function VirtualTable({
  rows,
  label,
  columns,
  widths,
  style,
  keyOf = (index) => index,
  busy = false,
  children,
}: {
  readonly rows: VirtualRows;
  readonly label: string;
  readonly columns: readonly Column[];
  /** In the syntax of `grid-template-columns`. */
  readonly widths: string;
  readonly style?: CSSProperties;
  /** Needed if rows change places: identifies a row, so that the focus stays on it. */
  readonly keyOf?: (index: number) => string | number;
  /** Whether the rows still belong to the previous query. */
  readonly busy?: boolean;
  /** A row's cells, without state of their own: what is drawn for one row is used for others later. */
  readonly children: (index: number) => ReactNode;
}) {
  const height = rows.rowHeight;
  const places = usePlaces(rows.items.map(({ index }) => keyOf(index)));
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows of a table are not for the keyboard, the links in them are.
    // biome-ignore-start lint/a11y/useSemanticElements: a table element cannot leave out most of its rows and place the rest by itself.
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.count + 1}
      aria-busy={busy}
      className={classes.table}
      style={{ ...style, '--columns': widths } as CSSProperties}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.columns}>
          {columns.map(({ key, head, sort }) => (
            <div key={key} role="columnheader" aria-sort={sort}>
              {head}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        ref={rows.body}
        className={classes.body}
        style={{ height: rows.height }}
        onKeyDown={rows.onKeyDown}
        onFocus={rows.onFocus}
      >
        {rows.items.map(({ index, top }, at) => (
          <div
            key={places[at]}
            role="row"
            aria-rowindex={index + 2}
            data-index={index}
            className={`${classes.row} ${classes.columns}`}
            style={{ height, top }}
          >
            {children(index)}
          </div>
        ))}
      </div>
    </div>
    // biome-ignore-end lint/a11y/useSemanticElements: see above.
    // biome-ignore-end lint/a11y/useFocusableInteractive: see above.
  );
}

type Key = string | number;

/**
 * Which of the drawn rows shows which row of the table. A row keeps its place while it is near the screen. After a jump
 * the others take the places that have become free, in the same order: to change their texts costs a fraction of
 * drawing new ones. A jump over part of the screen draws new rows, because reused ones would have to be moved.
 */
function usePlaces(keys: readonly Key[]): readonly number[] {
  const last = useRef<{ readonly of: ReadonlyMap<Key, number>; next: number }>({ of: new Map(), next: 0 });
  const { of } = last.current;
  let { next } = last.current;
  const kept = new Set(keys.map((key) => of.get(key)));
  const isJump = keys.filter((key) => of.has(key)).length <= MOST_KEPT_IN_A_JUMP;
  const free = isJump ? Array.from(of.values()).filter((place) => !kept.has(place)) : [];
  const places = keys.map((key) => of.get(key) ?? free.shift() ?? next++);
  last.current = { of: new Map(keys.map((key, at) => [key, places[at] ?? 0])), next };
  return places;
}

/** The row that has the focus stays where it is. */
const MOST_KEPT_IN_A_JUMP = 1;
