import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { rowAfterKey } from './rowKeys.ts';

/** The same height as in VirtualTable.module.css. */
const HEAD_HEIGHT = 36;
/** Rows drawn beyond the visible ones, so that fast scrolling does not show gaps. */
const OVERSCAN = 4;

/** Rows of equal height in a list that scrolls with the window. Only those near the screen are in the page. */
export interface VirtualRows {
  readonly body: RefObject<HTMLDivElement | null>;
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
  /** The rows in the page: index, and distance from the top. */
  readonly items: readonly { readonly index: number; readonly top: number }[];
  /** First and last visible row. */
  readonly first: number;
  readonly last: number;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
}

export function useVirtualRows(count: number, rowHeight: number): VirtualRows {
  const body = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  const stop = useRef(0);
  const scrollMargin = useTop(body, count > 0);
  const rangeExtractor = useCallback((range: Range) => withFocused(range, body.current), []);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin,
    scrollPaddingStart: HEAD_HEIGHT + 60,
    rangeExtractor,
  });
  useEffect(() => keepOneStop(body.current, stop.current, virtualizer.range?.startIndex ?? 0));
  useEffect(() => {
    if (wanted.current === null) return;
    const link = body.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"] a`);
    if (link == null) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
  });
  return {
    body,
    height: virtualizer.getTotalSize(),
    rowHeight,
    count,
    items: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, top: start - scrollMargin })),
    first: virtualizer.range?.startIndex ?? 0,
    last: virtualizer.range?.endIndex ?? 0,
    onFocus: ({ target }) => {
      wanted.current = null;
      stop.current = indexOfRow(target) ?? stop.current;
      keepOneStop(body.current, stop.current, stop.current);
    },
    onKeyDown: (event) => {
      // Keys may repeat faster than rows are drawn, so continue from the row that the last key led to.
      const at = wanted.current ?? indexOfRow(event.target);
      const page = Math.max(1, Math.floor(window.innerHeight / rowHeight) - 2);
      const next = at === null ? null : rowAfterKey(event.key, at, count, page);
      if (next === null) return;
      event.preventDefault();
      const link = body.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`);
      wanted.current = link == null ? next : null;
      link?.focus({ preventScroll: true });
      virtualizer.scrollToIndex(next);
    },
  };
}

/**
 * Makes the list a single Tab stop, at the last focused row; the arrow keys move between rows. Otherwise Tab
 * would step through thousands of rows.
 *
 * @param seen the row to use if the last one no longer exists
 */
function keepOneStop(body: HTMLElement | null, last: number, seen: number): void {
  const links = [...(body?.querySelectorAll<HTMLElement>('[data-index] a') ?? [])];
  const at = (index: number) => links.find((link) => indexOfRow(link) === index);
  const stop = at(last) ?? at(seen) ?? links[0];
  for (const link of links) link.tabIndex = link === stop ? 0 : -1;
}

/** Distance of the rows from the top of the document, which changes as banners and filters come and go. */
function useTop(element: RefObject<HTMLElement | null>, there: boolean): number {
  const [top, setTop] = useState(0);
  useEffect(() => {
    if (!there) return;
    const measure = () => {
      const rectangle = element.current?.getBoundingClientRect();
      if (rectangle !== undefined) setTop(Math.round(rectangle.top + window.scrollY));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element, there]);
  return top;
}

/** The focused row stays in the page even when scrolled out of sight. */
function withFocused(range: Range, body: HTMLElement | null): number[] {
  const seen = defaultRangeExtractor(range);
  const focused = body?.contains(document.activeElement) ? indexOfRow(document.activeElement) : null;
  if (focused === null || focused >= range.count || seen.includes(focused)) return seen;
  return [...seen, focused].sort((a, b) => a - b);
}

function indexOfRow(element: EventTarget | null): number | null {
  if (!(element instanceof Element)) return null;
  const index = element.closest<HTMLElement>('[data-index]')?.dataset.index;
  return index === undefined ? null : Number(index);
}
