import { literal } from '../postgres/quote.ts';

/**
 * SQL of which backends are stale ones of a connection, for {@link endBackends}. Idle ones are spared: they hold no locks, and
 * the raised epochs stop whatever still reaches them. Behind PgBouncer an idle one belongs to the pool, and only bears
 * the name of its last client.
 *
 * @param name application name of the sessions to end; null means those of any installation
 */
export function staleBackends(name: string | null, connection: string): string {
  const named =
    name === null
      ? `pg_catalog.split_part(a.application_name, '/', 1) OPERATOR(pg_catalog.=) 'branchline'
         AND pg_catalog.split_part(a.application_name, '/', 3) OPERATOR(pg_catalog.=) ${literal(connection)}`
      : `a.application_name OPERATOR(pg_catalog.=) ${literal(name)}`;
  return `(a.state IS NULL OR a.state OPERATOR(pg_catalog.<>) 'idle') AND ${named}`;
}
