import { ident } from '../postgres/quote.ts';
import { type Recoding, storedText } from '../postgres/recoding.ts';
import type { KeyColumn, KeyOperators } from './keyIndex.ts';

/** A key as texts, one per column. */
export type Key = readonly string[];

/**
 * SQL conditions for rows `alias` with a key after `after` and up to and including `upTo`; null means
 * unbounded. `(a, b) > (x, y)` can use the key's index; written with OR it could not. But it needs one
 * operator for all columns: if they differ, a condition on the first column finds the place in the index.
 *
 * @param recoding of the server's texts
 */
export function keyConditions(
  alias: string,
  key: readonly KeyColumn[],
  { after, upTo }: { readonly after: Key | null; readonly upTo: Key | null },
  recoding: Recoding | null = null,
): readonly string[] {
  const stored = (values: Key): Key => values.map((one) => storedText(one, recoding));
  return [
    ...(after === null ? [] : [beyond(alias, key, stored(after), 'greater', 'atLeast', 'greater')]),
    ...(upTo === null ? [] : [beyond(alias, key, stored(upTo), 'less', 'atMost', 'atMost')]),
  ];
}

type Strategy = keyof KeyOperators;

/**
 * @param values SQL
 * @param last comparison of the last column; earlier columns decide by `strictly` as soon as they differ
 */
function beyond(
  alias: string,
  key: readonly KeyColumn[],
  values: Key,
  strictly: Strategy,
  orEqual: Strategy,
  last: Strategy,
): string {
  const columns = key.map((one) => column(alias, one));
  const bounds = key.map((one, place) => `${values[place] ?? 'NULL'}::${one.type}`);
  const [first] = key;
  const operator = first?.operators[last] ?? '';
  if (key.every((one) => one.operators[last] === operator)) {
    return key.length === 1
      ? `${columns[0]} ${operator} ${bounds[0]}`
      : `ROW(${columns.join(', ')}) ${operator} ROW(${bounds.join(', ')})`;
  }
  const compared = (place: number, how: Strategy): string =>
    `${columns[place]} ${key[place]?.operators[how]} ${bounds[place]}`;
  const from = (place: number): string =>
    place === key.length - 1
      ? compared(place, last)
      : `(${compared(place, orEqual)} AND (${compared(place, strictly)} OR ${from(place + 1)}))`;
  return from(0);
}

/** ORDER BY for a key, in its index's order; empty without a key. */
export function orderBy(alias: string, key: readonly KeyColumn[]): string {
  if (key.length === 0) return '';
  const columns = key.map((one) =>
    one.using
      ? `${column(alias, one)} USING ${one.operators.less}`
      : `${alias}.${ident(one.name)}${collate(one)}`,
  );
  return ` ORDER BY ${columns.join(', ')}`;
}

/** SQL conditions that two rows have the same key, by the operators of the first row's index. */
export function sameKey(alias: string, other: string, key: readonly KeyColumn[]): readonly string[] {
  return key.map(
    (one) => `${column(alias, one)} ${one.operators.equal} ${cast(`${other}.${ident(one.name)}`, one)}`,
  );
}

function column(alias: string, one: KeyColumn): string {
  return `${cast(`${alias}.${ident(one.name)}`, one)}${collate(one)}`;
}

function cast(value: string, { cast: casts, type }: KeyColumn): string {
  return casts ? `(${value})::${type}` : value;
}

function collate({ collation }: KeyColumn): string {
  return collation === null ? '' : ` COLLATE ${collation}`;
}
