import type { DiscoveredTable } from '../../../../shared/contract.ts';
import { compileNames, modelName } from '../../../../shared/naming.ts';
import type { ConnectionFile } from '../../../../shared/settings.ts';

type TableEntry = NonNullable<ConnectionFile['tables']>[number];

/** Which tables are copied, as in the settings: names, model names and patterns with `*`. */
export interface TableChoice {
  readonly tables: readonly TableEntry[];
  readonly exclude: readonly string[];
}

/** What a choice says about one table. */
export interface Chosen {
  readonly selected: boolean;
  /** The pattern that excludes it, which a tick cannot undo; null if there is none. */
  readonly leftOutBy: string | null;
}

/** As in the settings; if nothing is written, all tables. */
export function choiceOf({
  tables = ['*'],
  exclude = [],
}: Pick<Partial<ConnectionFile>, 'tables' | 'exclude'>): TableChoice {
  return { tables, exclude };
}

/** Whether tables that the branch gets later are copied too. */
export function takesAll({ tables }: TableChoice): boolean {
  return tables.some((entry) => nameOf(entry) === '*');
}

/** What the choice says about each table; compiled once for all of them. */
export function readChoice({ tables, exclude }: TableChoice): (table: string) => Chosen {
  const selects = compileNames(tables.map(nameOf));
  const excludes = compileNames(exclude);
  return (table) => {
    const excluded = excludes(table);
    const leftOutBy = excluded?.includes('*') ? excluded : null;
    return { selected: excluded === null && selects(table) !== null, leftOutBy };
  };
}

/** All tables, including later ones; settings of single tables stay. */
export function chooseAll({ tables, exclude }: TableChoice): TableChoice {
  return { tables: ['*', ...tables.filter((entry) => typeof entry !== 'string')], exclude };
}

/** Only ticked tables. */
export function chooseSingly({ tables }: TableChoice): TableChoice {
  return { tables: tables.filter((entry) => !nameOf(entry).includes('*')), exclude: [] };
}

/** Ticks or unticks tables. One that a pattern excludes stays out. */
export function tick(choice: TableChoice, names: readonly string[], on: boolean): TableChoice {
  return on ? tickOn(choice, names) : tickOff(choice, names);
}

/** Whether ticking or unticking these tables would change anything. */
export function wouldTick(chosen: (table: string) => Chosen, names: readonly string[], on: boolean): boolean {
  return names.some((name) => {
    const { selected, leftOutBy } = chosen(name);
    return on ? !selected && leftOutBy === null : selected;
  });
}

function tickOn(choice: TableChoice, names: readonly string[]): TableChoice {
  const meant = meaning(names);
  const exclude = choice.exclude.filter((one) => !meant(one));
  const excludes = compileNames(exclude);
  const selects = compileNames(choice.tables.map(nameOf));
  const missing = names.filter((name) => selects(name) === null && excludes(name) === null);
  return { tables: [...choice.tables, ...missing], exclude };
}

function tickOff(choice: TableChoice, names: readonly string[]): TableChoice {
  const meant = meaning(names);
  const tables = choice.tables.filter((entry) => typeof entry !== 'string' || !meant(entry));
  // A table selected by a pattern or a detailed entry must be excluded by name.
  const selects = compileNames(tables.map(nameOf));
  const excludes = compileNames(choice.exclude);
  const out = names.filter((name) => selects(name) !== null && excludes(name) === null);
  return { tables, exclude: [...choice.exclude, ...out] };
}

/**
 * Tests whether an entry, which may be a model name, means one of these tables. Patterns can mean others too
 * and do not match.
 */
function meaning(names: readonly string[]): (entry: string) => boolean {
  const meant = new Set(names.flatMap((name) => [name.toLowerCase(), modelName(name).toLowerCase()]));
  return (entry) => meant.has(entry.trim().toLowerCase());
}

function nameOf(entry: TableEntry): string {
  return typeof entry === 'string' ? entry : entry.name;
}

/** The totals of the chosen tables. */
export interface ChoiceTotals {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  /** Their names. */
  readonly withoutKey: readonly string[];
  readonly unreadable: readonly string[];
}

export function totalsOf(
  tables: readonly DiscoveredTable[],
  chosen: (table: string) => Chosen,
): ChoiceTotals {
  const selected = tables.filter(({ table }) => chosen(table).selected);
  const sum = (value: (one: DiscoveredTable) => number): number =>
    selected.reduce((total, one) => total + value(one), 0);
  return {
    tables: selected.length,
    // An estimate of -1 means that the table was never analysed.
    rows: sum((one) => Math.max(0, one.estimatedRows)),
    bytes: sum((one) => one.bytes),
    withoutKey: selected.filter((one) => !one.hasKey).map(({ table }) => table),
    unreadable: selected.filter((one) => !one.readable).map(({ table }) => table),
  };
}

/** The tables that match a search text: part of the table's or model's name. */
export function searchTables(tables: readonly DiscoveredTable[], search: string): readonly DiscoveredTable[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return tables;
  return tables.filter(
    ({ table, model }) => table.toLowerCase().includes(wanted) || model.toLowerCase().includes(wanted),
  );
}
