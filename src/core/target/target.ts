import type { CentralSettings, ConnectionSettings, Layout } from '../../shared/settings.ts';
import type { KeyColumn } from '../catalogue/keyIndex.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { CopyFormat } from '../postgres/rowBlock.ts';
import { keyGenerated, stampColumnTaken, unstamped } from './refusals.ts';
import type { TargetPlace } from './schemaOwner.ts';

/** The column that says which branch a row belongs to, in layout `stamp`. */
export const STAMP = 'source_connection';

/** Prefix of the policies that keep branches apart. They hide none of a connection's rows from its own role. */
export const POLICY_PREFIX = 'branchline:';

/** SQL of the stamp's default. It reads a setting of the transaction, so that rows need not carry the id. */
export const STAMP_DEFAULT = "pg_catalog.current_setting('branchline.connection', true)";

/** The central table of a source table, and how rows are written to it. */
export interface Target {
  readonly schema: string;
  readonly name: string;
  readonly layout: Layout;
  /** Whether rows carry {@link STAMP}. */
  readonly stamped: boolean;
  /** Columns to copy, key columns first. They have the same names in both databases. */
  readonly columns: readonly string[];
  /** Key columns without the stamp; null where there is no key. */
  readonly key: readonly string[] | null;
  /** How the source's index compares the key, which is the order of the rows. Empty where there is no key. */
  readonly sourceKey: readonly KeyColumn[];
  /** How central's index compares the same columns, in the same order. */
  readonly centralKey: readonly KeyColumn[];
  /** The constraint to match rows by, if the key's columns would match two constraints. */
  readonly keyConstraint: string | null;
  /** Key columns whose equal values may look different (1.0 and 1.00), so that they are compared and written too. */
  readonly looseKey: readonly string[];
  /**
   * Columns that the source sends as `column::text`: XML, whose own output drops the encoding from its declaration.
   */
  readonly asText: readonly string[];
  /** Whether both servers certainly sort the key alike, so that a key range means the same rows in both. */
  readonly sameOrder: boolean;
  readonly format: CopyFormat;
  /**
   * Non-key columns that are part of a unique index at central; all non-key columns where an index does not say which.
   */
  readonly alsoUnique: readonly string[];
  /** Whether rows can be copied straight into the table: it has no other constraints, triggers or the like. */
  readonly plain: boolean;
  /**
   * Whether written rows are read again and compared, because head office's triggers, rules or policies may change or
   * drop them. Always true for a partitioned table, whose partitions may have some.
   */
  readonly rereads: boolean;
  /** Whether it is unlogged: a crash of central's server empties it, so older counts prove nothing. */
  readonly unlogged: boolean;
  /** Whether it is partitioned: RETURNING then has no system columns. */
  readonly partitioned: boolean;
  /** Whether Citus keeps its rows on other nodes: see {@link TableShape.distributed}. */
  readonly distributed: boolean;
  /** Whether it was made just now, and so is empty. */
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

/** The layout of an existing table, or the one that a new table gets. */
export function layoutOf(central: CentralSettings, existing: TableShape | undefined): Layout {
  if (central.layout === 'schema' || central.layout === 'stamp') return central.layout;
  if (existing !== undefined) return existing.columns.some((one) => one.name === STAMP) ? 'stamp' : 'merge';
  return central.layout === 'merge' ? 'merge' : 'stamp';
}

/**
 * Refuses a source table with a column of the stamp's name, if branches share tables. Its values would replace the stamp,
 * so that a branch could write rows in another's name. In layout `merge` too, where the copied column would turn head
 * office's table into one of layout `stamp` for all branches.
 *
 * @throws SyncFailure `stamp_column_taken`
 */
export function refuseStampTaken(source: TableShape, layout: Layout): void {
  if (layout !== 'schema' && source.columns.some((one) => one.name === STAMP))
    throw stampColumnTaken(source.name, STAMP);
}

/**
 * Refuses a table of head office's without the stamp, if the settings ask for layout `stamp`. Treated as `merge`, as
 * `auto` would, its rows would not say which branch they belong to.
 *
 * @throws SyncFailure `central_unstamped`
 */
export function refuseUnstamped(source: TableShape, central: TableShape, layout: Layout): void {
  if (layout !== 'stamp' || central.columns.some((one) => one.name === STAMP)) return;
  throw unstamped(central, { column: STAMP, default: STAMP_DEFAULT }, centralKey(source, layout));
}

/**
 * Refuses a key column that head office computes. Checked before the key is searched: a virtual column can be in no key.
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

/** Whether the stamp has our default. In a table made by head office it may have none. */
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
 * Central's unique index over these columns, in any order, that ON CONFLICT can use. If a deferrable key has the same
 * columns, a column list would match both, which PostgreSQL refuses, so the index must then be a named constraint's.
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
 * Identifies the table and columns into which a branch's rows were copied. Head office may drop a column or the table, or
 * restore it from a dump. The new one looks the same, but lacks the values of rows that the source has not changed since,
 * so the mark must become invalid. The same applies if the settings change the source's encoding.
 */
export function centralShapeDigest(source: TableShape, central: TableShape): string {
  const numbers = source.columns.map(
    ({ name }) => central.columns.find((one) => one.name === name)?.number ?? 0,
  );
  const read = source.recoding === null ? '' : `/${source.recoding.real}`;
  return `${central.oid}/${numbers.join(',')}${read}`;
}
