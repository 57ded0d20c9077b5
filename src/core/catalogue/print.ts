import { literal, regName } from '../postgres/quote.ts';

/**
 * SQL of what identifies a relation `c` and its columns: it changes when the table is made anew or a column
 * is added, dropped, renamed or retyped. Cheap enough to be asked before every pass.
 */
export const COLUMNS_PRINT = `c.oid || '/' || coalesce((SELECT md5(string_agg(concat_ws(':', p.attnum, p.attname, p.atttypid,
    p.atttypmod), ',' ORDER BY p.attnum)) FROM pg_attribute p
    WHERE p.attrelid = c.oid AND p.attnum > 0 AND NOT p.attisdropped), '')`;

/** SQL that reads {@link TableShape.print} of one relation as it is now; no row where it is gone. */
export function printQuery(schema: string, name: string): string {
  return `SELECT ${COLUMNS_PRINT} AS print FROM pg_class c WHERE c.oid = to_regclass(${literal(regName(schema, name))})`;
}
