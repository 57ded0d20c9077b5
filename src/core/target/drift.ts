import type { Layout } from '../../shared/settings.ts';
import { sortAlike, typeFit } from '../catalogue/compat.ts';
import type { ColumnShape, TableShape, TypeField, TypeUse } from '../catalogue/shape.ts';
import { builtinSql } from '../catalogue/typeName.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';
import { columnIncompatible, columnsSortOtherwise, keyDeferrable, keyMissing } from './refusals.ts';
import {
  centralKey,
  deferrableOver,
  hasUniqueKey,
  refuseComputedKey,
  refuseStampTaken,
  refuseUnstamped,
  STAMP,
  stampsItself,
} from './target.ts';

/** A change that a central table needs to match its source table. */
export type Change =
  | { readonly kind: 'add'; readonly column: ColumnShape }
  | { readonly kind: 'widen'; readonly column: ColumnShape }
  /** A column's own types get what they lack: labels of an enum, last attributes of a composite type. */
  | { readonly kind: 'extend'; readonly column: ColumnShape; readonly there: ColumnShape }
  | { readonly kind: 'nullable'; readonly name: string }
  | { readonly kind: 'drop_key'; readonly constraint: string }
  | { readonly kind: 'add_key'; readonly columns: readonly string[]; readonly primary: boolean };

/**
 * The changes that central's table needs before the source's rows fit; empty if they do. What the source has removed
 * stays at central: a dropped column keeps its values, a narrowed one its width.
 *
 * @throws SyncFailure `column_incompatible`, `column_sorts_otherwise`, `central_key_missing`, `central_key_deferrable`, `central_key_generated`, `central_unstamped`, `stamp_column_taken`
 */
export function drift(source: TableShape, central: TableShape, layout: Layout): readonly Change[] {
  refuseStampTaken(source, layout);
  refuseUnstamped(source, central, layout);
  refuseComputedKey(source, central);
  refuseOtherOrder(source, central);
  const columns = source.columns.flatMap((one) => columnDrift(source.name, one, central));
  const key = keyDrift(source, central, layout);
  const keyed = key.some((one) => one.kind === 'drop_key') ? [] : (central.key ?? []);
  return [...key, ...columns, ...nullability(source, central, layout, keyed)];
}

/** Refuses columns whose types sort differently. Names all of them, so that head office can change them together. */
function refuseOtherOrder(source: TableShape, central: TableShape): void {
  const columns = source.columns.filter((column) => {
    const there = central.columns.find((one) => one.name === column.name);
    if (there === undefined || there.generated || sortAlike(column, there)) return false;
    return typeFit(column, there) === 'incompatible';
  });
  if (columns.length > 0)
    throw columnsSortOtherwise(
      source,
      central,
      columns.map((one) => one.name),
    );
}

function columnDrift(table: string, column: ColumnShape, central: TableShape): readonly Change[] {
  const there = central.columns.find((one) => one.name === column.name);
  if (there === undefined) return [{ kind: 'add', column }];
  // Central computes it itself.
  if (there.generated) return [];
  const fit = typeFit(column, there);
  switch (fit) {
    case 'same':
    case 'lossless':
      return [];
    case 'extended':
      return [{ kind: 'extend', column, there }];
    case 'widened':
      return [{ kind: 'widen', column }];
    case 'incompatible':
      throw columnIncompatible(table, column, central, there);
  }
}

/**
 * Changes to the key. A mirror (layout `schema`) follows every change. In a shared table a key is only added if there is
 * none, since other branches still use an existing one.
 */
function keyDrift(source: TableShape, central: TableShape, layout: Layout): readonly Change[] {
  const wanted = centralKey(source, layout);
  if (wanted !== null && hasUniqueKey(central, wanted)) return [];
  const deferrable = wanted === null ? undefined : deferrableOver(central, wanted);
  if (wanted !== null && deferrable !== undefined)
    throw keyDeferrable(central.schema, central.name, deferrable.constraint, wanted);
  if (layout === 'schema') {
    const { primaryKey, deferrableKeys } = central;
    // Keys that we make are never deferrable, so a deferrable one is head office's own and stays.
    const theirs = deferrableKeys.some((one) => one.constraint === primaryKey);
    const drop: readonly Change[] =
      primaryKey === null || theirs ? [] : [{ kind: 'drop_key', constraint: primaryKey }];
    return wanted === null ? drop : [...drop, { kind: 'add_key', columns: wanted, primary: !theirs }];
  }
  if (wanted === null) return [];
  const mayAdd = layout === 'stamp' && stampsItself(central) && central.uniqueKeys.length === 0;
  if (!mayAdd) throw keyMissing(central.schema, central.name, wanted, addKey(source, central, wanted));
  return [{ kind: 'add_key', columns: wanted, primary: false }];
}

/** SQL for head office that adds a key, and those of its columns that the table lacks. */
function addKey(source: TableShape, central: TableShape, wanted: readonly string[]): string {
  const missing = wanted.filter((name) => !central.columns.some((one) => one.name === name));
  const added = missing.map((name) => {
    const column = source.columns.find((one) => one.name === name);
    const type = column === undefined || column.own !== null ? 'text' : builtinSql(column.type);
    return `ADD COLUMN ${ident(name)} ${type}, `;
  });
  const table = qualified(central.schema, central.name);
  return `ALTER TABLE ${table} ${added.join('')}ADD UNIQUE (${wanted.map(ident).join(', ')})`;
}

/** Drops NOT NULL from a mirror's columns that may be NULL at the source, except for the key. */
function nullability(
  source: TableShape,
  central: TableShape,
  layout: Layout,
  keyed: readonly string[],
): readonly Change[] {
  if (layout !== 'schema') return [];
  return central.columns
    .filter((one) => one.notNull && !one.generated && !one.fillsItself && one.name !== STAMP)
    .filter((one) => !keyed.includes(one.name))
    .filter((one) => source.columns.find((other) => other.name === one.name)?.notNull !== true)
    .map((one) => ({ kind: 'nullable', name: one.name }));
}

/** Gives the type of an attribute at central. */
interface FieldTypes {
  field(field: TypeField): string;
}

/**
 * SQL that adds to central's type what the source's type has gained: labels of an enum, last attributes of a composite
 * type, and the same for the types inside it.
 */
export function extendType(source: TypeUse, central: TypeUse, types: FieldTypes): readonly string[] {
  if (typeFit(source, central) !== 'extended') return [];
  const from = source.own;
  const to = central.own;
  if (from?.kind === 'domain') return extendType(from.base, central, types);
  if (to?.kind === 'domain') return extendType(source, to.base, types);
  if (from?.kind === 'array' && to?.kind === 'array') return extendType(from.element, to.element, types);
  if (from?.kind === 'range' && to?.kind === 'range') return extendType(from.subtype, to.subtype, types);
  if (from?.kind === 'multirange' && to?.kind === 'multirange')
    return extendType(from.range.subtype, to.range.subtype, types);
  if (from?.kind === 'enum' && to?.kind === 'enum') {
    return addLabels(qualified(to.schema, to.name), from.labels, to.labels);
  }
  if (from?.kind !== 'composite' || to?.kind !== 'composite') return [];
  const name = qualified(to.schema, to.name);
  const inner = to.fields.flatMap((field, index) => extendType(from.fields[index] ?? field, field, types));
  const added = from.fields.slice(to.fields.length);
  return [...inner, ...added.map((field) => `ALTER TYPE ${name} ADD ATTRIBUTE ${types.field(field)}`)];
}

/**
 * Adds missing labels, each after the one that precedes it at the source, so that both databases sort the column alike. A
 * label renamed at the source is added as a new one, and the old one stays: the renaming cannot be recognised, and other
 * branches may still use the old label.
 */
function addLabels(type: string, wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.flatMap((label, index) => {
    if (there.includes(label)) return [];
    const before = wanted[index - 1];
    const first = there[0];
    const place =
      before !== undefined
        ? ` AFTER ${literal(before)}`
        : first !== undefined
          ? ` BEFORE ${literal(first)}`
          : '';
    return [`ALTER TYPE ${type} ADD VALUE IF NOT EXISTS ${literal(label)}${place}`];
  });
}
