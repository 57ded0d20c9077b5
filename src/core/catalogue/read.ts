import { literal, qualified } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import type { ColumnShape, RelationKind, TableShape } from './shape.ts';
import { type RawUse, rawUse, readTypes, type Types } from './types.ts';

const RELATION_KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized_view',
  f: 'foreign_table',
};

interface RawColumn extends RawUse {
  readonly name: string;
  readonly number: number;
  readonly default: string | null;
  readonly identity: string;
  readonly not_null: boolean;
  readonly generated: string;
  readonly collated: boolean;
}

/**
 * Reads the tables of a schema with their columns and keys, all in one query (a second one where there are
 * types of the database's own): on a slow link a query a table would cost minutes a batch.
 *
 * @param names only these; all tables, views and foreign tables of the schema where absent
 */
export async function readTables(
  session: Session,
  version: number,
  schema: string,
  names?: readonly string[],
): Promise<readonly TableShape[]> {
  const wanted = names === undefined ? null : JSON.stringify(names);
  const result = await session.query(catalogueQuery(version), [schema, wanted]);
  const tables = result.rows.map((row) => ({
    row,
    columns: (JSON.parse(row.columns ?? '[]') ?? []) as readonly RawColumn[],
  }));
  const oids = tables.flatMap((one) => one.columns.map((raw) => raw.oid));
  const types = await readTypes(session, version, oids);
  return tables.map((one) =>
    toShape(
      schema,
      one.row,
      one.columns.map((raw) => toColumn(raw, types)),
    ),
  );
}

/**
 * SQL of the tables that somebody has locked, or waits to lock, against everybody. Size and default
 * expressions of such a one can only be asked for by waiting too, and one VACUUM FULL would make the whole
 * database look frozen: its pages are then as the last VACUUM or ANALYZE counted them, its defaults there but empty.
 */
const EXCLUSIVELY_LOCKED = `SELECT l.relation FROM pg_locks l WHERE l.mode = 'AccessExclusiveLock'
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`;

function catalogueQuery(version: number): string {
  const generated = version >= 120000 ? 'a.attgenerated' : "''";
  return `
SELECT c.oid, c.relname, c.relkind, z.pages * current_setting('block_size')::int AS bytes,
  CASE WHEN c.reltuples > 0 AND c.relpages > 0 THEN round(c.reltuples::numeric / c.relpages * z.pages) END AS estimated_rows,
  (SELECT json_agg(json_build_object('name', a.attname, 'number', a.attnum, ${rawUse('a.atttypid', 'a.atttypmod')},
     'default', (SELECT CASE WHEN z.locked THEN '' ELSE pg_get_expr(d.adbin, d.adrelid) END FROM pg_attrdef d
       WHERE d.adrelid = c.oid AND d.adnum = a.attnum),
     'identity', a.attidentity, 'not_null', a.attnotnull, 'generated', ${generated}, 'collated', a.attcollation <> 0 AND NOT EXISTS (
       SELECT FROM pg_collation l WHERE l.oid = a.attcollation AND l.collname IN ('C', 'POSIX', 'ucs_basic')))
     ORDER BY a.attnum)
   FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT json_agg(json_build_object(
     'plain', i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL,
     'not_null', NOT EXISTS (
       SELECT FROM pg_attribute k WHERE k.attrelid = c.oid
         AND k.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) AND NOT k.attnotnull),
     'columns', (SELECT json_agg(k.attname ORDER BY p.n)
       FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY AS p(attnum, n)
       JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = p.attnum))
     ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid)
   FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique) AS keys,
  (SELECT k.conname FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS primary_key,
  EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgenabled <> 'D') AS triggers,
  ${COLUMNS_PRINT} AS print
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (SELECT c.oid = ANY (ARRAY(${EXCLUSIVELY_LOCKED})) AS locked) x
  CROSS JOIN LATERAL (SELECT x.locked, CASE WHEN x.locked THEN c.relpages
    ELSE pg_relation_size(c.oid) / current_setting('block_size')::int END AS pages) z
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND ($2::json IS NULL OR c.relname IN (SELECT json_array_elements_text($2::json)))
ORDER BY c.relname`;
}

/**
 * SQL of what identifies a relation `c` and its columns: it changes when the table is made anew or a column
 * is added, dropped, renamed or retyped. Cheap enough to be asked before every pass.
 */
const COLUMNS_PRINT = `c.oid || '/' || coalesce((SELECT md5(string_agg(concat_ws(':', p.attnum, p.attname, p.atttypid,
    p.atttypmod), ',' ORDER BY p.attnum)) FROM pg_attribute p
    WHERE p.attrelid = c.oid AND p.attnum > 0 AND NOT p.attisdropped), '')`;

/** SQL that reads {@link TableShape.print} of one relation as it is now; no row where it is gone. */
export function printQuery(schema: string, name: string): string {
  return `SELECT ${COLUMNS_PRINT} AS print FROM pg_class c WHERE c.oid = to_regclass(${literal(qualified(schema, name))})`;
}

interface RawKey {
  /** Neither partial nor over expressions nor deferrable. */
  readonly plain: boolean;
  readonly not_null: boolean;
  readonly columns: readonly string[] | null;
}

function toShape(schema: string, row: TextRow, columns: readonly ColumnShape[]): TableShape {
  const keys = (JSON.parse(row.keys ?? '[]') ?? []) as readonly RawKey[];
  const plain = keys.filter((one) => one.plain);
  const key = plain.find((one) => one.not_null)?.columns ?? null;
  return {
    schema,
    name: row.relname ?? '',
    oid: row.oid ?? '0',
    kind: RELATION_KINDS[row.relkind ?? ''] ?? 'table',
    columns,
    key,
    primaryKey: row.primary_key ?? null,
    print: row.print ?? '',
    uniqueKeys: plain.flatMap((one) => (one.columns === null ? [] : [one.columns])),
    otherConstraints: row.triggers === 't' || keys.length > (key === null ? 0 : 1),
    estimatedRows: row.estimated_rows == null ? null : Number(row.estimated_rows),
    bytes: Number(row.bytes ?? 0),
  };
}

function toColumn(raw: RawColumn, types: Types): ColumnShape {
  return {
    name: raw.name,
    number: raw.number,
    ...types.use(raw),
    notNull: raw.not_null,
    defaultExpression: raw.default,
    generated: raw.generated !== '',
    fillsItself: raw.default !== null || raw.identity !== '',
    collated: raw.collated,
  };
}
