import { modelName } from '../../shared/naming.ts';
import type { Format } from '../words/format.ts';

export type PaletteKind = 'page' | 'action' | 'branch' | 'table' | 'day';

/** Something to go to or to do. */
export interface PaletteItem {
  readonly key: string;
  readonly kind: PaletteKind;
  readonly label: string;
  /** Other words that find it, besides its label. */
  readonly words?: string;
  /** Shown without a search. */
  readonly first?: boolean;
  readonly run: () => void;
}

/** More are not seen at a glance; another letter finds the rest. */
const MOST = 12;

/** The items that have each word of the text, those that begin with it first; without a text, the first ones. */
export function findItems(items: readonly PaletteItem[], text: string): readonly PaletteItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.filter(({ first }) => first === true).slice(0, MOST);
  const [begin = ''] = words;
  const of = ({ label, words: more = '' }: PaletteItem): string => `${label} ${more}`.toLowerCase();
  return items
    .filter((item) => words.every((word) => of(item).includes(word)))
    .toSorted((a, b) => Number(of(b).startsWith(begin)) - Number(of(a).startsWith(begin)))
    .slice(0, MOST);
}

/** Days back from today that are found by name. */
const DAYS = 400;
const DAY_MS = 86_400_000;

/** The last days, found by their name, their date and `2026-11-30`. */
export function dayItems(today: string, format: Format, go: (day: string) => void): readonly PaletteItem[] {
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(Date.parse(today) - index * DAY_MS).toISOString().slice(0, 10);
    return { key: `day ${day}`, kind: 'day', label: format.day(day), words: day, run: () => go(day) };
  });
}

/** A table, found by its own and by its model's name. */
export function tableItem(table: string, label: string, key: string, run: () => void): PaletteItem {
  return { key: `table ${key}`, kind: 'table', label: `${table} · ${label}`, words: modelName(table), run };
}
