import { closest, distance } from 'fastest-levenshtein';
import { FailureCode, type FailureDetail, FailureKind } from '../../shared/errors.ts';
import { compileNames, matchesTable, namesOfTable, namesTable, typedName } from '../../shared/naming.ts';
import type { ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import type { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';

/** A table that the settings select, with its settings. */
export interface Selected<S = TableShape> {
  readonly table: string;
  /** Null where the settings name a table that the source does not have. */
  readonly shape: S | null;
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  readonly mayDelete: boolean;
  /** Names of the source that are most like this one, where it has no such table. */
  readonly nearest?: string;
}

/**
 * The tables of a source that the settings select. `*` in a name stands for anything. A pattern selects tables only, since
 * a view often shows rows of another table; a view has to be named.
 */
export function selectTables<S extends Pick<TableShape, 'name' | 'kind'>>(
  connection: ConnectionSettings,
  shapes: readonly S[],
): readonly Selected<S>[] {
  const selected = new Map<string, Selected<S>>();
  // Settings may list each of 2,000 tables. Comparing four million pairs of names would block this process for seconds.
  const named = byAnyName(shapes);
  const excluded = compileNames(connection.exclude);
  const exact = new Map(shapes.map((one) => [one.name, one]));
  let unknown = 0;
  for (const entry of connection.tables) {
    const { name, strategy, cursor = null, allowDeletes } = asEntry(entry);
    const pattern = name.includes('*');
    const found = pattern
      ? shapes.filter((one) => matchesTable(name, one.name) && isTable(one))
      : exact.has(name)
        ? [...shapes.filter((one) => one.name === name)]
        : (named.get(typedName(name)) ?? []);
    const names = found.length > 0 || pattern ? found.map((one) => one.name) : [name];
    for (const table of names) {
      if (excluded(table) !== null) continue;
      const shape = exact.get(table) ?? null;
      // Later entries overwrite those of tables that an earlier pattern has selected.
      selected.set(table, {
        table,
        shape,
        strategy: strategy === 'auto' ? null : strategy,
        cursor,
        mayDelete: allowDeletes,
        ...(shape === null && unknown++ < MOST_COMPARED
          ? { nearest: nearestNames(name, [...exact.keys()]).join(', ') }
          : {}),
      });
    }
  }
  return [...selected.values()];
}

/**
 * Tables that inherit from a selected one and are not selected themselves. At the branch a query of the parent includes
 * their rows, but they are not copied with it.
 */
export function childrenLeftOut(
  connection: ConnectionSettings,
  { schema, children }: Pick<TableShape, 'schema' | 'children'>,
): readonly string[] {
  const excluded = compileNames(connection.exclude);
  const takes = (name: string, foreign: boolean): boolean =>
    excluded(name) === null &&
    connection.tables
      .map((entry) => asEntry(entry).name)
      .some((typed) =>
        typed.includes('*') ? !foreign && matchesTable(typed, name) : namesTable(typed, name),
      );
  return children
    .filter((one) => one.schema !== schema || !takes(one.name, one.foreign))
    .map((one) => (one.schema === schema ? one.name : `${one.schema}.${one.name}`));
}

/** Tables by each of their names (table and model). A name may mean several tables. */
function byAnyName<S extends Pick<TableShape, 'name'>>(
  shapes: readonly S[],
): ReadonlyMap<string, readonly S[]> {
  const all = new Map<string, S[]>();
  for (const shape of shapes) {
    for (const name of namesOfTable(shape.name)) {
      const same = all.get(name);
      if (same === undefined) all.set(name, [shape]);
      else same.push(shape);
    }
  }
  return all;
}

type TableEntry = Exclude<ConnectionSettings['tables'][number], string>;

function asEntry(entry: ConnectionSettings['tables'][number]): TableEntry {
  return typeof entry === 'string' ? { name: entry, strategy: 'auto', allowDeletes: false } : entry;
}

function isTable(shape: Pick<TableShape, 'kind'>): boolean {
  return shape.kind === 'table' || shape.kind === 'partitioned';
}

/** Maximum number of unknown names to find similar ones for. With more, the schema is probably the wrong one. */
const MOST_COMPARED = 20;
/** Maximum number of similar names to suggest for a mistyped one. */
const OFFERED = 3;

/** The names most similar to one that does not exist, most similar first; empty where none is similar. */
export function nearestNames(typed: string, names: readonly string[]): readonly string[] {
  const lower = typed.toLowerCase();
  const most = Math.max(2, Math.ceil(typed.length / 2));
  return names
    .map((name) => ({ name, far: distance(lower, name.toLowerCase()) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far)
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

/** The name most similar to a mistyped one; null where none is similar. */
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

/** The failure of a table that was asked for and that the source does not have. */
export function unknownTable(
  { id, schema }: Pick<ConnectionSettings, 'id' | 'schema'>,
  { table, nearest }: Pick<Selected, 'table' | 'nearest'>,
): FailureDetail {
  return {
    code: FailureCode.SourceTableUnknown,
    kind: FailureKind.Permanent,
    message: `schema ${schema} has no table or view ${table}`,
    params: {
      connection: id,
      schema,
      table,
      nearest: nearest === undefined || nearest === '' ? '–' : nearest,
    },
  };
}
