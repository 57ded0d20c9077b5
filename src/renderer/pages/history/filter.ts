import { BatchStatus, BatchTrigger } from '../../../shared/status.ts';
import type { BatchFilter } from '../../../window-api/windowApi.ts';

/** @param search the query of the page's address; what it cannot mean is left out */
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

/** The address of the page with a filter. */
export function historyAddress(filter: BatchFilter): string {
  const query = new URLSearchParams();
  for (const key of ['status', 'trigger', 'connection', 'text', 'day'] as const) {
    const value = filter[key];
    if (value !== undefined && value !== '') query.set(key, value);
  }
  const search = query.toString();
  return search === '' ? '/history' : `/history?${search}`;
}

/** A filter with one part of it set, or with `undefined` taken out. */
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

/** Whether it is one in the calendar: `2026-02-31` would be refused by the program behind the window. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}
