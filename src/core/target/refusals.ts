import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { attributeMisfit, typeWords, withoutDomains } from '../catalogue/compat.ts';
import type { ColumnShape, TableShape, TypeField, TypeUse } from '../catalogue/shape.ts';
import { builtinSql } from '../catalogue/typeName.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';

/** The types of a column at source and central do not fit. */
export function columnIncompatible(
  table: string,
  column: ColumnShape,
  central: Pick<TableShape, 'schema' | 'name'>,
  there: ColumnShape,
): SyncFailure {
  const named = { table, column: column.name };
  const misfit = attributeMisfit(column, there);
  if (misfit === null) {
    const types = { sourceType: typeWords(column), centralType: typeWords(there) };
    return centralRefusal(FailureCode.ColumnIncompatible, { ...named, ...types });
  }
  // PostgreSQL cannot change attributes of a type in use, but a text column can hold every value.
  const sql = `ALTER TABLE ${qualified(central.schema, central.name)} ALTER COLUMN ${ident(column.name)} TYPE pg_catalog.text;`;
  if (misfit.kind === 'type') {
    const types = { sourceType: typeWords(misfit.from), centralType: typeWords(misfit.to) };
    const about = { ...named, attribute: misfit.path.join('.'), ...types, sql };
    return centralRefusal(FailureCode.AttributeIncompatible, about);
  }
  const attribute = [column.name, ...misfit.path].join('.');
  const types = { sourceType: attributes(misfit.from), centralType: attributes(misfit.to) };
  return centralRefusal(FailureCode.AttributesDiffer, { ...named, attribute, ...types, sql });
}

function attributes(fields: readonly TypeField[]): string {
  return fields.map((one) => `${one.name} ${typeWords(one)}`).join(', ');
}

/** Head office has the labels of the enum behind the ranges of these columns in another order than the branch. */
export function columnsSortOtherwise(
  source: Pick<TableShape, 'name'>,
  central: Pick<TableShape, 'schema' | 'name'>,
  columns: readonly string[],
): SyncFailure {
  const table = qualified(central.schema, central.name);
  const changes = columns.map((one) => `ALTER COLUMN ${ident(one)} TYPE pg_catalog.text`);
  return centralRefusal(FailureCode.ColumnSortsOtherwise, {
    table: source.name,
    column: columns.join(', '),
    sql: `ALTER TABLE ${table} ${changes.join(', ')};`,
  });
}

/** Rows cannot be matched at central, because a unique key is missing. @param sql SQL for head office that fixes it */
export function keyMissing(
  schema: string,
  name: string,
  columns: readonly string[],
  sql?: string,
): SyncFailure {
  const list = columns.map(ident).join(', ');
  return centralRefusal(FailureCode.CentralKeyMissing, {
    table: `${schema}.${name}`,
    columns: list,
    sql: `${sql ?? `ALTER TABLE ${qualified(schema, name)} ADD UNIQUE (${list})`};`,
  });
}

/** Head office's key over these columns is deferrable, so it cannot match rows. The SQL adds ours and keeps theirs. */
export function keyDeferrable(
  schema: string,
  name: string,
  constraint: string,
  columns: readonly string[],
): SyncFailure {
  return centralRefusal(FailureCode.CentralKeyDeferrable, {
    table: `${schema}.${name}`,
    constraint,
    sql: `ALTER TABLE ${qualified(schema, name)} ADD UNIQUE (${columns.map(ident).join(', ')});`,
  });
}

/** A key column is a generated column at central, so no values can be written to it. */
export function keyGenerated(
  { schema, name, columns }: Pick<TableShape, 'schema' | 'name' | 'columns'>,
  { name: column, virtual, ...type }: ColumnShape,
): SyncFailure {
  const table = qualified(schema, name);
  const sql = virtual
    ? storedInstead(table, columns, column, withoutDomains(type))
    : `ALTER TABLE ${table} ALTER COLUMN ${ident(column)} DROP EXPRESSION;`;
  return centralRefusal(FailureCode.CentralKeyGenerated, { table: `${schema}.${name}`, column, sql });
}

/** SQL that replaces a virtual column by a stored one, since PostgreSQL cannot drop a virtual column's expression. */
function storedInstead(
  table: string,
  columns: TableShape['columns'],
  column: string,
  { type, own }: TypeUse,
): string {
  const names = new Set(columns.map((one) => one.name));
  let stored = 'stored_values';
  for (let number = 2; names.has(stored); number++) stored = `stored_values_${number}`;
  return [
    'BEGIN;',
    `ALTER TABLE ${table} ADD COLUMN ${ident(stored)} ${own === null ? builtinSql(type) : 'pg_catalog.text'};`,
    `UPDATE ${table} SET ${ident(stored)} = ${ident(column)};`,
    `ALTER TABLE ${table} DROP COLUMN ${ident(column)};`,
    `ALTER TABLE ${table} RENAME COLUMN ${ident(stored)} TO ${ident(column)};`,
    'COMMIT;',
  ].join('\n');
}

/**
 * Head office's own policies may hide the branch's rows from our role. Their names, and the SQL that helps, are added when
 * the failure is completed (`explainFailure`).
 */
export function rowsHidden(schema: string, name: string): SyncFailure {
  const params = { side: 'central', schema, table: name };
  return centralRefusal(FailureCode.CentralPermission, params, 'row-level security binds our role');
}

/** Keys that differ at the source would be equal at central. @param type of central's column, as SQL */
export function keyCoarser(schema: string, name: string, column: string, type: string): SyncFailure {
  return centralRefusal(FailureCode.CentralKeyCoarser, {
    table: `${schema}.${name}`,
    column,
    sql: `ALTER TABLE ${qualified(schema, name)} ALTER COLUMN ${ident(column)} TYPE ${type} COLLATE pg_catalog."default";`,
  });
}

/** With the stamp the table would have too many columns. @param most maximum number of columns of any table */
export function tooManyColumns(table: string, most: number): SyncFailure {
  return centralRefusal(FailureCode.TooManyColumns, { table, columns: most });
}

/** One branch would use too many columns of a shared table. @param most maximum number that it may add */
export function tooManyNewColumns(table: string, columns: number, most: number): SyncFailure {
  return centralRefusal(FailureCode.TooManyNewColumns, { table, columns, most });
}

/** The stamp for rows from before a table was stamped. No connection can have it as its id. */
const UNKNOWN_BRANCH = '(unknown)';

/** The settings ask for layout `stamp`, but head office's table lacks the stamp. @param wanted the key with the stamp */
export function unstamped(
  { schema, name, key, primaryKey }: Pick<TableShape, 'schema' | 'name' | 'key' | 'primaryKey'>,
  stamp: { readonly column: string; readonly default: string },
  wanted: readonly string[] | null,
): SyncFailure {
  const table = qualified(schema, name);
  const column = ident(stamp.column);
  const list = (wanted ?? []).map(ident).join(', ');
  const isKey = key !== null && wanted?.length === key.length + 1 && key.every((one) => wanted.includes(one));
  const keySql =
    primaryKey !== null && isKey
      ? `ALTER TABLE ${table} DROP CONSTRAINT ${ident(primaryKey)}, ADD PRIMARY KEY (${list});`
      : `ALTER TABLE ${table} ADD UNIQUE (${list});`;
  const sql = [
    `ALTER TABLE ${table} ADD COLUMN ${column} text NOT NULL DEFAULT ${literal(UNKNOWN_BRANCH)};`,
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${stamp.default};`,
    ...(wanted === null ? [] : [keySql]),
  ];
  return centralRefusal(FailureCode.CentralUnstamped, {
    table: `${schema}.${name}`,
    column: stamp.column,
    unknown: UNKNOWN_BRANCH,
    sql: sql.join('\n'),
  });
}

/** The source has a column with the stamp's name. */
export function stampColumnTaken(table: string, column: string): SyncFailure {
  return centralRefusal(FailureCode.StampColumnTaken, { table, column });
}

/** @throws SyncFailure `central_not_a_table` */
export function refuseView(central: TableShape): void {
  if (central.kind !== 'table' && central.kind !== 'partitioned')
    throw notATable(central.schema, central.name);
}

/**
 * Refuses a table that any user of head office's database may have put there: its triggers, defaults and policies would
 * run with our rights.
 *
 * @throws SyncFailure `central_table_untrusted`
 */
export function refuseUntrustedOwner({ schema, name, untrustedOwner }: TableShape): void {
  if (untrustedOwner === null) return;
  throw centralRefusal(FailureCode.CentralTableUntrusted, {
    table: name,
    schema,
    owner: untrustedOwner,
    sql: `REVOKE CREATE ON SCHEMA ${ident(schema)} FROM PUBLIC;`,
  });
}

/** Something other than a table has the table's name at central. */
export function notATable(schema: string, name: string): SyncFailure {
  return centralRefusal(FailureCode.CentralNotATable, { table: `${schema}.${name}` });
}
