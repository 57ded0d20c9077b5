import pg from 'pg';

/** A name as it may stand in SQL: `Order "No"` → `"Order ""No"""`. */
export function ident(name: string): string {
  return pg.escapeIdentifier(name);
}

/** SQL without the line breaks and indentation that it is written with: it travels at every run. */
export function oneLine(sql: string): string {
  return sql.replaceAll(/\s*\n\s*/g, ' ').trim();
}

/** A schema-qualified name. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}

/**
 * A text as it may stand in SQL, for the places that take no parameters: COPY, SET LOCAL, and scripts
 * of several statements in one round trip. Everything else binds its values.
 */
export function literal(value: string | null): string {
  return value === null ? 'NULL' : pg.escapeLiteral(value);
}
