import { BatchStatus, BatchTrigger } from '../../../shared/status.ts';
import type { BatchFilter } from '../../../window-api/windowApi.ts';

/** @param search the query of the page's address; invalid parts are ignored */
export function readFilter(search: string): BatchFilter {
  const query = new URLSearchParams(search);
  const status = oneOf(Object.values(BatchStatus), query.get('status'));
  const trigger = oneOf(Object.values(BatchTrigger), query.get('trigger'));
  const connection = query.get('connection');
  const text = query.get('text');
  const day = query.get('day');
  return {
    ...(status === undefined ? {} : { status }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(connection ? { connection: connection.slice(0, 200) } : {}),
    ...(text ? { text: text.slice(0, 200) } : {}),
    ...(day !== null && isDay(day) ? { day } : {}),
  };
}

/** The page's address with this filter. */
export function historyAddress(filter: BatchFilter): string {
  const query = new URLSearchParams();
  for (const key of ['status', 'trigger', 'connection', 'text', 'day'] as const) {
    const value = filter[key];
    if (value !== undefined && value !== '') query.set(key, value);
  }
  const search = query.toString();
  return search === '' ? '/history' : `/history?${search}`;
}

/** The filter with one part set, or removed if `undefined`. */
export function withPart<K extends keyof BatchFilter>(
  filter: BatchFilter,
  key: K,
  value: BatchFilter[K] | undefined,
): BatchFilter {
  const { [key]: _before, ...rest } = filter;
  return value === undefined || value === '' ? rest : { ...rest, [key]: value };
}

export function isEverything(filter: BatchFilter): boolean {
  return Object.keys(filter).length === 0;
}

function oneOf<T extends string>(known: readonly T[], value: string | null): T | undefined {
  return known.find((one) => one === value);
}

/** Whether the date exists: the program would refuse `2026-02-31`. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

/** How many batches are loaded at a time. */
export const PAGE_SIZE = 100;

/**
 * The numbers of the pages that contain these rows.
 *
 * @param last included
 */
export function pagesOf(first: number, last: number, total: number): readonly number[] {
  if (total === 0) return [];
  const from = Math.floor(Math.max(0, first) / PAGE_SIZE);
  const to = Math.floor(Math.min(total - 1, Math.max(first, last)) / PAGE_SIZE);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** The longest of these durations in seconds; never 0, because it is used as a divisor. */
export function longestOf(seconds: readonly (number | null | undefined)[]): number {
  return seconds.reduce<number>((longest, one) => Math.max(longest, one ?? 0), 0.001);
}
