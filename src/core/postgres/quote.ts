import { sqlName, sqlQualified, sqlText } from '../../shared/printedCommands.ts';
import { joinLines } from '../../shared/visible.ts';

/** A name as it may stand in SQL: `Order "No"` → `"Order ""No"""`. */
export function ident(name: string): string {
  return sqlName(name);
}

/** SQL without the line breaks and indentation that it is written with: it travels at every run. */
export function oneLine(sql: string): string {
  return joinLines(sql, ' ');
}

/** A schema-qualified name. */
export function qualified(schema: string, name: string): string {
  return sqlQualified(schema, name);
}

/** An operator of PostgreSQL's own, whatever the search path. All of them bind alike: mind the parentheses. */
export function own(operator: string): string {
  return `OPERATOR(pg_catalog.${operator})`;
}

/**
 * A text as it may stand in SQL, for the places that take no parameters: COPY, SET LOCAL, and scripts
 * of several statements in one round trip. Everything else binds its values.
 */
export function literal(value: string | null): string {
  return value === null ? 'NULL' : sqlText(value);
}

/** Texts as a value of an array parameter: shorter to ask with than JSON, which SQL has to take apart. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((one) => `"${one.replaceAll(/["\\]/g, '\\$&')}"`).join()}}`;
}

/** A schema-qualified name for functions that take it as a text, as to_regclass does: they know no escapes. */
export function regName(schema: string, name: string): string {
  const quoted = (one: string): string => `"${one.replaceAll('"', '""')}"`;
  return `${quoted(schema)}.${quoted(name)}`;
}
