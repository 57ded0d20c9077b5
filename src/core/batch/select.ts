import { closest, distance } from 'fastest-levenshtein';
import { modelName, namesTable } from '../../shared/naming.ts';
import type { ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import type { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';

/** A table that the settings select, and what they say of it. */
export interface Selected<S = TableShape> {
  readonly table: string;
  /** Null where the settings name a table that the source does not have. */
  readonly shape: S | null;
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  readonly mayDelete: boolean;
}

/**
 * The tables of a source that its settings select. `*` in a name stands for anything; a pattern takes
 * tables only, since a view is often a second look at the same rows: views are taken by their name.
 */
export function selectTables<S extends Pick<TableShape, 'name' | 'kind'>>(
  connection: ConnectionSettings,
  shapes: readonly S[],
): readonly Selected<S>[] {
  const selected = new Map<string, Selected<S>>();
  const byName = new Map(shapes.map((one) => [one.name, one]));
  const spelled = bySpelling(shapes);
  const excluded = excluder(connection.exclude);
  for (const entry of connection.tables) {
    const { name, strategy, cursor = null, allowDeletes } = asEntry(entry);
    const pattern = name.includes('*');
    const found = pattern
      ? shapes.filter((one) => matches(name, one.name) && isTable(one))
      : (spelled.get(spelling(name)) ?? []);
    const names = found.length > 0 || pattern ? found.map((one) => one.name) : [name];
    for (const table of names) {
      if (excluded(table)) continue;
      const shape = byName.get(table) ?? null;
      // Later entries say more about tables that a pattern before them has taken.
      selected.set(table, {
        table,
        shape,
        strategy: strategy === 'auto' ? null : strategy,
        cursor,
        mayDelete: allowDeletes,
      });
    }
  }
  return [...selected.values()];
}

/**
 * The tables that a name without `*` means, as {@link namesTable} does. Comparing each name with each table takes
 * seconds where somebody has listed some thousand tables one by one.
 */
function bySpelling<S extends Pick<TableShape, 'name'>>(
  shapes: readonly S[],
): ReadonlyMap<string, readonly S[]> {
  const spelled = new Map<string, S[]>();
  for (const one of shapes) {
    for (const name of new Set([spelling(one.name), spelling(modelName(one.name))])) {
      const same = spelled.get(name);
      if (same === undefined) spelled.set(name, [one]);
      else same.push(one);
    }
  }
  return spelled;
}

function spelling(name: string): string {
  return name.trim().toLowerCase();
}

/** Whether one of these names and patterns means a table. */
function excluder(patterns: readonly string[]): (table: string) => boolean {
  const names = new Set(patterns.filter((one) => !one.includes('*')).map(spelling));
  const wild = patterns.filter((one) => one.includes('*'));
  return (table) =>
    names.has(spelling(table)) ||
    names.has(spelling(modelName(table))) ||
    wild.some((one) => matches(one, table));
}

type TableEntry = Exclude<ConnectionSettings['tables'][number], string>;

function asEntry(entry: ConnectionSettings['tables'][number]): TableEntry {
  return typeof entry === 'string' ? { name: entry, strategy: 'auto', allowDeletes: false } : entry;
}

function isTable(shape: Pick<TableShape, 'kind'>): boolean {
  return shape.kind === 'table' || shape.kind === 'partitioned';
}

/** Whether a name or pattern means a table, by its name or its model name. */
export function matches(pattern: string, table: string): boolean {
  if (!pattern.includes('*')) return namesTable(pattern, table);
  const source = pattern.trim().split('*').map(escapeRegExp).join('.*');
  const expression = new RegExp(`^${source}$`, 'iu');
  return expression.test(table) || expression.test(modelName(table));
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** The name most like a mistyped one, if any is like it at all; in the spelling of what was typed. */
export function nearest(typed: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const lower = typed.toLowerCase();
  const best = closest(
    lower,
    names.map((one) => one.toLowerCase()),
  );
  const found = names.find((one) => one.toLowerCase() === best) ?? null;
  return distance(lower, best) <= Math.max(2, Math.ceil(typed.length / 2)) ? found : null;
}
