import type { RelationKind } from '../../shared/window/views.ts';
import { COLUMNS_PRINT } from './print.ts';
import type { ColumnShape, TableShape } from './shape.ts';
import type { Types } from './types.ts';

/** What a table's shape is made of, as {@link factsSql} writes it: short, because it travels for every table. */
export interface TableFacts {
  readonly oid: number;
  readonly kind: string;
  readonly columns: readonly RawColumn[] | null;
  /** By column number. */
  readonly defaults: Readonly<Record<string, string>> | null;
  readonly keys: readonly RawKey[] | null;
  readonly primary_key: string | null;
  readonly triggers: boolean;
  readonly print: string;
}

/** Name, type as format_type writes it, type's oid, number, flags (see {@link factsSql}). */
type RawColumn = readonly [string, string, number, number, string];

/**
 * A unique index: whether ON CONFLICT can name it (it is neither partial nor over expressions nor deferrable), and
 * the numbers of its columns.
 */
type RawKey = readonly [boolean, readonly number[]];

/**
 * SQL of {@link TableFacts} of a relation `c`, as JSON. Everything that a shape says must be in it, but what
 * changes with a table's rows: a shape whose text is the same counts as unchanged.
 *
 * @param locked SQL: whether default expressions can be had only by waiting for a lock; they are empty then
 */
export function factsSql(version: number, locked: string): string {
  const generated = version >= 120000 ? "CASE WHEN a.attgenerated <> '' THEN 'g' END" : 'NULL';
  return `json_build_object('oid', c.oid::int8, 'kind', c.relkind,
'columns', (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid::int8, a.attnum,
  concat(CASE WHEN a.attnotnull THEN 'n' END, CASE WHEN a.attidentity <> '' THEN 'i' END, ${generated},
    CASE WHEN a.attcollation <> 0 AND NOT EXISTS (SELECT FROM pg_collation l WHERE l.oid = a.attcollation
      AND l.collname IN ('C', 'POSIX', 'ucs_basic')) THEN 'c' END)) ORDER BY a.attnum)
  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
'defaults', (SELECT json_object_agg(d.adnum, CASE WHEN ${locked} THEN '' ELSE pg_get_expr(d.adbin, d.adrelid) END ORDER BY d.adnum)
  FROM pg_attrdef d WHERE d.adrelid = c.oid),
'keys', (SELECT json_agg(json_build_array(i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL,
    (i.indkey::int2[])[0:i.indnkeyatts - 1]) ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid)
  FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique),
'primary_key', (SELECT k.conname FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p'),
'triggers', EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgenabled <> 'D'),
'print', ${COLUMNS_PRINT})`;
}

/** By `relkind`. */
export const RELATION_KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized_view',
  f: 'foreign_table',
};

/** The types that the columns of a table have, by oid. */
export function typesOf(facts: TableFacts): readonly number[] {
  return (facts.columns ?? []).map(([, , oid]) => oid);
}

/** A shape of what was read; what changes with its rows comes apart. */
export function toShape(
  schema: string,
  name: string,
  facts: TableFacts,
  size: Pick<TableShape, 'bytes' | 'estimatedRows'>,
  types: Types,
): TableShape {
  const keys = facts.keys ?? [];
  const columns = (facts.columns ?? []).map((raw) => toColumn(raw, facts, types));
  const uniqueKeys = keys
    .filter(([plain]) => plain)
    .map(([, numbers]) => numbers.flatMap((number) => columns.filter((one) => one.number === number)));
  const key = uniqueKeys.find((one) => one.every(({ notNull }) => notNull)) ?? null;
  return {
    schema,
    name,
    oid: String(facts.oid),
    kind: RELATION_KINDS[facts.kind] ?? 'table',
    columns,
    key: key === null ? null : namesOf(key),
    primaryKey: facts.primary_key,
    print: facts.print,
    uniqueKeys: uniqueKeys.map(namesOf),
    otherUnique: uniqueKeys.length < keys.length,
    otherConstraints: facts.triggers || keys.length > (key === null ? 0 : 1),
    ...size,
  };
}

function namesOf(columns: readonly ColumnShape[]): readonly string[] {
  return columns.map((one) => one.name);
}

function toColumn(
  [name, type, oid, number, flags]: RawColumn,
  { defaults }: TableFacts,
  types: Types,
): ColumnShape {
  const defaultExpression = defaults?.[number] ?? null;
  return {
    name,
    number,
    ...types.use({ type, oid }),
    notNull: flags.includes('n'),
    defaultExpression,
    generated: flags.includes('g'),
    fillsItself: defaultExpression !== null || flags.includes('i'),
    collated: flags.includes('c'),
  };
}
