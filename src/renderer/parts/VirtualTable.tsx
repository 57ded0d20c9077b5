import type { CSSProperties, ReactNode } from 'react';
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
  /** A row's cells. */
  readonly children: (index: number) => ReactNode;
}) {
  const height = rows.rowHeight;
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
        {rows.items.map(({ index, top }) => (
          <div
            key={keyOf(index)}
            role="row"
            aria-rowindex={index + 2}
            data-index={index}
            className={`${classes.row} ${classes.columns}`}
            style={{ height, transform: `translateY(${top}px)` }}
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
