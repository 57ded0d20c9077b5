import { literal, own, regName } from '../postgres/quote.ts';
import { digestSql, OWN_ENCODING } from './memory.ts';

/**
 * SQL of what identifies a relation `c` and its columns: it changes when the table is made anew or a column
 * is added, dropped, renamed or retyped. Cheap enough to be asked before every pass.
 */
export const COLUMNS_PRINT = `pg_catalog.concat(c.oid, '/', (SELECT ${digestSql(
  `pg_catalog.string_agg(pg_catalog.concat_ws(':', p.attnum, p.attname, p.atttypid,
    p.atttypmod), ',' ORDER BY p.attnum)`,
  OWN_ENCODING,
)} FROM pg_catalog.pg_attribute p
    WHERE p.attrelid ${own('=')} c.oid AND p.attnum ${own('>')} 0 AND NOT p.attisdropped))`;

/** SQL that reads {@link TableShape.print} of one relation as it is now; no row where it is gone. */
export function printQuery(schema: string, name: string): string {
  return `SELECT ${COLUMNS_PRINT} AS print FROM pg_catalog.pg_class c WHERE c.oid ${own('=')} pg_catalog.to_regclass(${literal(regName(schema, name))})`;
}
