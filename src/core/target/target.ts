import type { CentralSettings, ConnectionSettings, Layout } from '../../shared/settings.ts';
import type { KeyColumn } from '../catalogue/keyIndex.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { CopyFormat } from '../postgres/rowBlock.ts';
import { keyGenerated, stampColumnTaken, unstamped } from './refusals.ts';
import type { TargetPlace } from './schemaOwner.ts';

/** The column that tells the branches apart in layout `stamp`. */
export const STAMP = 'source_connection';

/** Of the policies by which head office keeps branches apart: they hide nothing of a connection from its own role. */
export const POLICY_PREFIX = 'branchline:';

/** Filled by the transaction's setting, so that the id does not travel with every row. */
export const STAMP_DEFAULT = "pg_catalog.current_setting('branchline.connection', true)";

/** Where a table's rows go, and how. */
export interface Target {
  readonly schema: string;
  readonly name: string;
  readonly layout: Layout;
  /** Whether rows carry {@link STAMP}. */
  readonly stamped: boolean;
  /** Columns copied, key columns first: the same names on both sides. */
  readonly columns: readonly string[];
  /** Key columns without the stamp; null where rows have no identity. */
  readonly key: readonly string[] | null;
  /** How the source's index compares the key: the order in which rows come. Empty where there is none. */
  readonly sourceKey: readonly KeyColumn[];
  /** How central's index compares the same columns, in the same order. */
  readonly centralKey: readonly KeyColumn[];
  /** The constraint by which rows are matched, where the key's columns alone do not say which. */
  readonly keyConstraint: string | null;
  /** Key columns of which equal values may look otherwise (1.0 and 1.00): they are written, too. */
  readonly looseKey: readonly string[];
  /**
   * Columns that the source writes as `column::text`: XML, whose own output leaves the encoding out of its
   * declaration.
   */
  readonly asText: readonly string[];
  /** Whether both servers surely sort the key alike, so that key ranges mean the same on both. */
  readonly sameOrder: boolean;
  readonly format: CopyFormat;
  /**
   * Columns whose values have to be unique at central besides the key, alone or together; all but the key where
   * its indexes do not say which.
   */
  readonly alsoUnique: readonly string[];
  /** Nothing but the key stands in the way of copying straight into the table. */
  readonly plain: boolean;
  /**
   * Triggers, rules or policies that head office has put on it may change or drop what is written, so what was
   * applied is read again. Of a partitioned table always: they may be a partition's.
   */
  readonly rereads: boolean;
  /** A crash of central's server empties it: what was counted before says nothing. */
  readonly unlogged: boolean;
  /** A partitioned table: its rows have no system columns to return. */
  readonly partitioned: boolean;
  /** Made just now, so there is no row in it. */
  readonly created: boolean;
  /** See {@link centralShapeDigest}. */
  readonly shapeDigest: string;
}

/** The schema at central that holds a connection's tables. */
export function targetSchema(central: CentralSettings, connection: ConnectionSettings): string {
  return central.layout === 'schema' ? (connection.targetSchema ?? connection.id) : central.schema;
}

/** Where a connection's tables go. */
export function placeOf(central: CentralSettings, connection: ConnectionSettings): TargetPlace {
  return { layout: central.layout, schema: targetSchema(central, connection) };
}

/** The layout that a table has, or is to have. */
export function layoutOf(central: CentralSettings, existing: TableShape | undefined): Layout {
  if (central.layout === 'schema' || central.layout === 'stamp') return central.layout;
  if (existing !== undefined) return existing.columns.some((one) => one.name === STAMP) ? 'stamp' : 'merge';
  return central.layout === 'merge' ? 'merge' : 'stamp';
}

/**
 * Refuses a source table that has a column of the stamp's name itself, wherever branches share tables: its values
 * would stand in place of the stamp, and a branch could write rows in another's name. In layout `merge`, too: the
 * column would come to head office's table, and make it one of layout `stamp` for all branches.
 *
 * @throws SyncFailure `stamp_column_taken`
 */
export function refuseStampTaken(source: TableShape, layout: Layout): void {
  if (layout !== 'schema' && source.columns.some((one) => one.name === STAMP))
    throw stampColumnTaken(source.name, STAMP);
}

/**
 * Refuses a table of head office without the stamp, where the settings ask for one: as `merge`, which `auto` would make
 * of it, its rows would not say whose they are.
 *
 * @throws SyncFailure `central_unstamped`
 */
export function refuseUnstamped(source: TableShape, central: TableShape, layout: Layout): void {
  if (layout !== 'stamp' || central.columns.some((one) => one.name === STAMP)) return;
  throw unstamped(central, { column: STAMP, default: STAMP_DEFAULT }, centralKey(source, layout));
}

/**
 * Refuses a key that head office computes. Before it is missed: a virtual column can be in no key.
 *
 * @throws SyncFailure `central_key_generated`
 */
export function refuseComputedKey(source: TableShape, central: TableShape): void {
  const computed = central.columns.find((one) => one.generated && source.key?.includes(one.name));
  if (computed !== undefined) throw keyGenerated(central, computed);
}

/** The columns that identify a row at central, in a layout; null where the source has no key. */
export function centralKey(source: TableShape, layout: Layout): readonly string[] | null {
  return source.key === null || layout !== 'stamp' ? source.key : [STAMP, ...source.key];
}

/** Whether the stamp's default is ours: a table made by head office may have none. */
export function stampsItself(central: TableShape): boolean {
  return central.columns.some(
    (one) => one.name === STAMP && one.defaultExpression?.includes('branchline.connection'),
  );
}

/** Whether rows can be matched by a unique index over these columns, in any order. */
export function hasUniqueKey(central: TableShape, columns: readonly string[]): boolean {
  return indexOver(central, columns) !== undefined;
}

/** A key of these columns, in any order, that is deferrable; undefined where there is none. */
export function deferrableOver(
  central: TableShape,
  columns: readonly string[],
): TableShape['deferrableKeys'][number] | undefined {
  return central.deferrableKeys.find((one) => isOver(one.columns, columns));
}

/**
 * Central's unique index over these columns, in any order, that ON CONFLICT can name. Where a deferrable key has the
 * same columns, a list of them would mean both, which PostgreSQL refuses: then it has to have a constraint's name.
 */
export function indexOver(
  central: TableShape,
  columns: readonly string[],
): TableShape['uniqueIndexes'][number] | undefined {
  const named = deferrableOver(central, columns) !== undefined;
  return central.uniqueIndexes.find(
    (one) =>
      isOver(
        one.columns.map(({ name }) => name),
        columns,
      ) &&
      (!named || one.constraint !== null),
  );
}

function isOver(key: readonly string[], columns: readonly string[]): boolean {
  return key.length === columns.length && columns.every((name) => key.includes(name));
}

/** See {@link Target.alsoUnique}. @param columns that are copied, without those of the key */
export function uniqueBesides(central: TableShape, columns: readonly string[]): readonly string[] {
  if (central.otherUnique) return columns;
  const unique = new Set(central.uniqueKeys.flat());
  return columns.filter((one) => unique.has(one));
}

/**
 * Which table and which of its columns a branch's rows were copied into. Head office may drop a column or
 * the whole table, or restore it from a dump: what is made anew then looks as before and lacks the values
 * of all rows that the source has not changed since, so row versions alone must not be trusted. The same where the
 * settings say another encoding of the source than before.
 */
export function centralShapeDigest(source: TableShape, central: TableShape): string {
  const numbers = source.columns.map(
    ({ name }) => central.columns.find((one) => one.name === name)?.number ?? 0,
  );
  const read = source.recoding === null ? '' : `/${source.recoding.real}`;
  return `${central.oid}/${numbers.join(',')}${read}`;
}
