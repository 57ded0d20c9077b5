import type { TableName } from './contract.ts';
import type { Translate } from './texts/translate.ts';
import { visible } from './visible.ts';

/**
 * The model name of a table, as people typed it in the older system: `c_invoice` → `CInvoice`.
 *
 * @param table name in the catalogue
 */
export function modelName(table: string): string {
  return table
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .map((part) => part[0]?.toUpperCase() + part.slice(1))
    .join('');
}

/**
 * Whether a typed text means this table: its name or model name, in any case.
 *
 * @param typed `c_invoice`, `CInvoice`, `C_INVOICE`, …
 * @param table name in the catalogue
 */
export function namesTable(typed: string, table: string): boolean {
  return namesOfTable(table).has(typedName(typed));
}

/**
 * The tables that a typed name means: the one with exactly this name, or else all that {@link namesTable}
 * matches (both `Order` and `order` may exist).
 */
export function tablesNamed<T>(typed: string, all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  return tableLookup(all, nameOf)(typed);
}

/** {@link tablesNamed} for many names, with an index that is built once. */
export function tableLookup<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
): (typed: string) => readonly T[] {
  const exact = Map.groupBy(all, nameOf);
  let loose: Map<string, T[]> | null = null;
  return (typed) => {
    const found = exact.get(typed);
    if (found !== undefined) return found;
    loose ??= byAnyName(all, nameOf);
    return loose.get(typedName(typed)) ?? [];
  };
}

function byAnyName<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const tables = new Map<string, T[]>();
  for (const one of all)
    for (const name of namesOfTable(nameOf(one))) tables.set(name, [...(tables.get(name) ?? []), one]);
  return tables;
}

/** All names of a table, in the form of {@link typedName}. */
export function namesOfTable(table: string): ReadonlySet<string> {
  return new Set([table.toLowerCase(), modelName(table).toLowerCase()]);
}

/** Normalizes a typed name: no surrounding blanks, no upper case. */
export function typedName(typed: string): string {
  return typed.trim().toLowerCase();
}

/** Whether a name or pattern matches a table's name or model name. `*` in a pattern stands for any characters. */
export function matchesTable(pattern: string, table: string): boolean {
  return pattern.includes('*') ? patternExpression(pattern)(table) : namesTable(pattern, table);
}

/**
 * {@link matchesTable} for many names and tables, compiled once.
 *
 * @returns the name or pattern that matches the table, or null
 */
export function compileNames(names: readonly string[]): (table: string) => string | null {
  const exact = new Map<string, string>();
  for (const name of names) if (!name.includes('*')) exact.set(name.trim().toLowerCase(), name);
  const patterns = names
    .filter((name) => name.includes('*'))
    .map((name) => ({ name, means: patternExpression(name) }));
  return (table) =>
    exact.get(table.toLowerCase()) ??
    exact.get(modelName(table).toLowerCase()) ??
    patterns.find(({ means }) => means(table))?.name ??
    null;
}

function patternExpression(pattern: string): (table: string) => boolean {
  const parts = pattern.trim().split('*').map(escapeRegExp);
  const last = parts.length - 1;
  const searches = parts.map(
    (part, index) => new RegExp(index === 0 ? `^${part}` : index === last ? `${part}$` : part, 'giu'),
  );
  return (table) => isInOrder(searches, table) || isInOrder(searches, modelName(table));
}

/** Whether all parts occur in this order. A single expression with `.*` would backtrack for each of them. */
function isInOrder(searches: readonly RegExp[], text: string): boolean {
  let from = 0;
  return searches.every((search) => {
    search.lastIndex = from;
    const found = search.test(text);
    from = search.lastIndex;
    return found;
  });
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

const BATCH_ID = /^sync_(\d{8})_(\d{6})_[0-9A-Za-z]{8}$/;

/** Whether a text is a valid batch id, `sync_20251108_143052_aB3dEf9h`. */
export function isBatchId(text: string): boolean {
  return BATCH_ID.test(text);
}

/**
 * Sort order of names in lists: case-insensitive by character code, because comparing by dictionary rules is
 * slow for two thousand names. Names that differ only in case also have a fixed order.
 */
export function compareNames(a: string, b: string): number {
  return compareText(a.toLowerCase(), b.toLowerCase()) || compareText(a, b);
}

/** Compares texts by character code. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A name as SQL needs it: in double quotes if PostgreSQL would otherwise read another name. */
export function quotedName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Names shown in one line; more would make a menu as wide as the screen. */
const NAMES_SHOWN = 3;

/** The first few names, and how many more there are. */
export function namesOf(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, NAMES_SHOWN).map(visible).join(', ');
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? t('tray.more', { names: shown, count: more }) : shown;
}

/** How tables are named in texts. */
export interface Naming {
  readonly t: Translate;
  /** A connection's display name. */
  labelOf(connection: string): string;
  /** Whether there are several connections, so that a table's name alone is ambiguous. */
  readonly several: boolean;
}

/** Text that names the first few tables, and says how many more there are. With several connections it names those too. */
export function tableNames(tables: readonly TableName[], naming: Naming): string {
  return namesOf(
    tables.map((one) => nameOfTable(one, naming)),
    naming.t,
  );
}

function nameOfTable({ connection, table, allTables }: TableName, { t, labelOf, several }: Naming): string {
  if (allTables) return t('troubles.allOf', { connection: labelOf(connection) });
  return several ? `${visible(table)} (${visible(labelOf(connection))})` : visible(table);
}

/** The longest id that the settings accept. */
const LONGEST = 40;

/**
 * An id for a new connection from its name: `Lampung Raya` → `lampung_raya`.
 *
 * @param taken existing ids
 * @returns empty if the name has no letters or digits to use
 */
export function idFromLabel(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (plain === '') return '';
  const begun = /^[a-z]/.test(plain) ? plain : `branch_${plain}`;
  for (let count = 1; ; count++) {
    const end = count === 1 ? '' : `_${count}`;
    const id = begun.slice(0, LONGEST - end.length).replace(/_+$/, '') + end;
    if (!taken.includes(id)) return id;
  }
}
