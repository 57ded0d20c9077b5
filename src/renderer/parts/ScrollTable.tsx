import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useRef } from 'react';
import classes from './ScrollTable.module.css';

/**
 * A table that keeps only visible rows in the page, so that thousands scroll smoothly; screen readers are
 * told the total. It scrolls inside itself in both directions.
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
  /** Name of the table for screen readers. */
  readonly label: string;
  readonly rows: readonly T[];
  /** Must be the same function each time. */
  readonly keyOf: (row: T) => string | number;
  /** Estimated height of a row in pixels, until it is measured. */
  readonly rowHeight: number;
  /** Widths of the columns; they must not depend on the visible rows. */
  readonly widths: readonly (string | undefined)[];
  /** The cells of the heading row. */
  readonly head: ReactNode;
  /** One or more `tr` per row; each needs the index as its `aria-rowindex`. */
  readonly children: (row: T, rowIndex: number) => ReactNode;
}) {
  const scroller = useRef<HTMLElement>(null);
  // A new function would make all rows be measured again.
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

/** Takes the place of rows that are not visible. */
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
