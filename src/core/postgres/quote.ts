import { sqlName, sqlQualified, sqlText } from '../../shared/printedCommands.ts';
import { joinLines } from '../../shared/visible.ts';

/** A quoted name for SQL: `Order "No"` → `"Order ""No"""`. */
export function ident(name: string): string {
  return sqlName(name);
}

/** SQL without the source's line breaks and indentation, because it is sent at every run. */
export function oneLine(sql: string): string {
  return joinLines(sql, ' ');
}

/** A schema-qualified name. */
export function qualified(schema: string, name: string): string {
  return sqlQualified(schema, name);
}

/**
 * One of PostgreSQL's own operators, regardless of the search path. All operators written so have the same
 * precedence: use parentheses.
 */
export function own(operator: string): string {
  return `OPERATOR(pg_catalog.${operator})`;
}

/**
 * A string literal for SQL, where parameters are not possible: COPY, SET LOCAL, and scripts of several
 * statements in one round trip. Everything else binds its values.
 */
export function literal(value: string | null): string {
  return value === null ? 'NULL' : sqlText(value);
}

/** Texts as the value of an array parameter. Shorter than JSON, and SQL need not parse it. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((one) => `"${one.replaceAll(/["\\]/g, '\\$&')}"`).join()}}`;
}

/** A schema-qualified name for functions that take it as text, such as to_regclass: they know no escapes. */
export function regName(schema: string, name: string): string {
  const quoted = (one: string): string => `"${one.replaceAll('"', '""')}"`;
  return `${quoted(schema)}.${quoted(name)}`;
}
