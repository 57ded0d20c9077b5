import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';

/** A relation at central. */
interface Place {
  readonly schema: string;
  readonly name: string;
}

/**
 * SQL for head office that drops one of its constraints. For a partition's inherited constraint, it drops the parent's.
 *
 * @returns null where the constraint no longer exists
 */
export async function dropRuleSql(
  session: Session,
  { schema, name }: Place,
  constraint: string,
): Promise<string | null> {
  const found = await session.query(TOP_RULE, [schema, name, constraint], session.workMs);
  const [top] = found.rows;
  if (top === undefined) return null;
  const table = qualified(top.schema ?? schema, top.name ?? name);
  return `ALTER TABLE ${table} DROP CONSTRAINT ${ident(top.constraint ?? constraint)};`;
}

const TOP_RULE = `WITH RECURSIVE up (oid, parent) AS (
    SELECT k.oid, k.conparentid FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
      AND k.conname OPERATOR(pg_catalog.=) $3::pg_catalog.name
    UNION ALL
    SELECT k.oid, k.conparentid FROM up JOIN pg_catalog.pg_constraint k ON k.oid OPERATOR(pg_catalog.=) up.parent)
  SELECT n.nspname AS schema, c.relname AS name, k.conname AS constraint
  FROM up JOIN pg_catalog.pg_constraint k ON k.oid OPERATOR(pg_catalog.=) up.oid
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE up.parent OPERATOR(pg_catalog.=) 0::pg_catalog.oid`;

/**
 * SQL for head office that drops NOT NULL from a column. If the column is part of the primary key, it drops that first.
 *
 * @param table the branch's table
 * @param at the relation in PostgreSQL's error: the table, or one of its partitions
 */
export async function allowNullSql(
  session: Session,
  table: Place,
  at: Place,
  column: string,
): Promise<string> {
  const values = [table.schema, table.name, column, at.schema, at.name];
  const [found] = (await session.query(NOT_NULL, values, session.workMs)).rows;
  const place = found === undefined ? table : { schema: found.schema ?? '', name: found.name ?? '' };
  const alter = `ALTER TABLE ${qualified(place.schema, place.name)}`;
  const key = found?.key == null ? '' : `${alter} DROP CONSTRAINT ${ident(found.key)};\n`;
  return `${key}${alter} ALTER COLUMN ${ident(column)} DROP NOT NULL;`;
}

/** Prefers the table to the partition, because its NOT NULL applies to its partitions too. */
const NOT_NULL = `SELECT n.nspname AS schema, c.relname AS name,
    (SELECT k.conname FROM pg_catalog.pg_constraint k WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid
      AND k.contype OPERATOR(pg_catalog.=) 'p' AND a.attnum OPERATOR(pg_catalog.=) ANY (k.conkey)) AS key
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE a.attname OPERATOR(pg_catalog.=) $3::pg_catalog.name AND a.attnotnull AND NOT a.attisdropped
    AND ((n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name)
      OR (n.nspname OPERATOR(pg_catalog.=) $4::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $5::pg_catalog.name))
  ORDER BY n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name DESC
  LIMIT 1`;

/** Names of the triggers that caused an error, and of their functions, for a sentence. */
interface FailedTriggers {
  readonly trigger: string;
  readonly function: string;
}

/**
 * Finds the triggers of a table (and of its partitions) that an error passed through.
 *
 * @param within the functions in the error's context, innermost first; if empty, all triggers are returned
 * @returns null where none of the table's triggers is involved
 */
export async function failedTriggers(
  session: Session,
  schema: string,
  name: string,
  within: string,
): Promise<FailedTriggers | null> {
  const results = await session.script([
    ...session.begin('READ ONLY'),
    'SET LOCAL search_path = pg_catalog, pg_temp',
    oneLine(`SELECT g.tgname AS trigger, pg_catalog.quote_ident(f.proname) AS bare, pg_catalog.quote_ident(s.nspname) AS schema
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_proc f ON f.oid OPERATOR(pg_catalog.=) g.tgfoid JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) f.pronamespace
    WHERE NOT g.tgisinternal AND g.tgenabled OPERATOR(pg_catalog.<>) 'D' AND g.tgrelid OPERATOR(pg_catalog.=) ANY (
      SELECT coalesce(p.relid, c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      LEFT JOIN LATERAL pg_catalog.pg_partition_tree(c.oid) p ON c.relkind OPERATOR(pg_catalog.=) 'p'
      WHERE n.nspname OPERATOR(pg_catalog.=) ${literal(schema)} AND c.relname OPERATOR(pg_catalog.=) ${literal(name)})
    ORDER BY g.tgname`),
    'COMMIT',
  ]);
  const all = results.flatMap((one) => one.rows);
  const functions = within === '' ? null : within.split(', ');
  const isWithin = (bare: string): boolean =>
    functions === null || functions.some((one) => one === `${bare}()` || one.endsWith(`.${bare}()`));
  const found = all.filter((row) => isWithin(row.bare ?? ''));
  if (found.length === 0) return null;
  const named = (names: readonly string[]): string => [...new Set(names)].join(', ');
  return {
    trigger: named(found.map((row) => row.trigger ?? '')),
    function: named(found.map((row) => `${row.schema}.${row.bare}()`)),
  };
}
