import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useRef } from 'react';
import classes from './ScrollTable.module.css';

/**
 * A table of which only the rows in sight are in the page, so that thousands scroll as smoothly as twenty; how many
 * there are is told to screen readers. It scrolls inside itself, in both directions.
 */
export function ScrollTable<T>({
  label,
  rows,
  keyOf,
  rowHeight,
  widths,
  head,
  children,
}: {
  /** What the table is of, for screen readers. */
  readonly label: string;
  readonly rows: readonly T[];
  /** The same function each time. */
  readonly keyOf: (row: T) => string | number;
  /** What a row takes at first, in pixels; then it is measured. */
  readonly rowHeight: number;
  /** Of the columns; they must not change with the rows that happen to be in sight. */
  readonly widths: readonly (string | undefined)[];
  /** The cells of the heading row. */
  readonly head: ReactNode;
  /** One or more `tr` for a row; each is to have the index as its `aria-rowindex`. */
  readonly children: (row: T, rowIndex: number) => ReactNode;
}) {
  const scroller = useRef<HTMLElement>(null);
  // Another function would have all rows measured anew.
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
    [rows, keyOf],
  );
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: 6,
  });
  const items = list.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = list.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={scroller} className={classes.scroller} tabIndex={0} aria-label={label}>
      <table aria-rowcount={rows.length + 1} aria-label={label} className={`${classes.table} numbers`}>
        <colgroup>
          {widths.map((width, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column has no other name than its place
            <col key={index} style={{ width }} />
          ))}
        </colgroup>
        <thead className={classes.head}>
          <tr aria-rowindex={1}>{head}</tr>
        </thead>
        <Space height={above} columns={widths.length} />
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <tbody key={item.key} ref={list.measureElement} data-index={item.index} className={classes.row}>
              {children(row, item.index + 2)}
            </tbody>
          );
        })}
        <Space height={below} columns={widths.length} />
      </table>
    </section>
  );
}

/** Stands for the rows that are not in sight. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden="true">
      <tr>
        <td colSpan={columns} style={{ height, padding: 0 }} />
      </tr>
    </tbody>
  );
}
