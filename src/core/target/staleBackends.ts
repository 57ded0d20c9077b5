import type { Clock } from '../ports.ts';
import { literal, oneLine } from '../postgres/quote.ts';
import type { Session, StatementResult } from '../postgres/session.ts';

/** How long ended backends may take to be gone. */
const END_WAIT_MS = 15_000;

/**
 * Ends the stale backends of a connection and waits until they are gone. Idle ones are spared: they hold no locks, and
 * the raised epochs stop whatever still reaches them. Behind PgBouncer an idle one belongs to the pool, and only bears
 * the name of its last client.
 *
 * @param name application name of the sessions to end; null means those of any installation
 * @returns how many there were
 */
export async function endStaleBackends(
  session: Session,
  clock: Clock,
  name: string | null,
  connection: string,
): Promise<number> {
  const named =
    name === null
      ? `pg_catalog.split_part(a.application_name, '/', 1) OPERATOR(pg_catalog.=) 'branchline'
         AND pg_catalog.split_part(a.application_name, '/', 3) OPERATOR(pg_catalog.=) ${literal(connection)}`
      : `a.application_name OPERATOR(pg_catalog.=) ${literal(name)}`;
  return endBackends(
    session,
    clock,
    `(a.state IS NULL OR a.state OPERATOR(pg_catalog.<>) 'idle') AND ${named}`,
  );
}

/**
 * Ends backends of our own role in this database and waits until they are gone. If they are not gone in time, the
 * locks that they still hold lead to a lock time-out later.
 *
 * PostgreSQL lists a backend under the role that signed in, and only that role may see its state and end it. ALTER
 * ROLE … SET role may have switched our session to another role, hence SET LOCAL ROLE NONE.
 *
 * @param which condition on a row `a` of `pg_stat_activity`
 */
export async function endBackends(session: Session, clock: Clock, which: string): Promise<number> {
  const backends = `FROM pg_catalog.pg_stat_activity a
    WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND a.usename OPERATOR(pg_catalog.=) SESSION_USER
    AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND ${which}`;
  const asSignedIn = async (query: string): Promise<StatementResult | undefined> => {
    const statement = oneLine(`${query} ${backends}`);
    return (await session.script([...session.begin(), 'SET LOCAL ROLE NONE', statement, 'COMMIT'])).at(-2);
  };
  const ended = (await asSignedIn('SELECT pg_catalog.pg_terminate_backend(a.pid)'))?.rowCount ?? 0;
  const deadline = clock.monotonic() + END_WAIT_MS;
  while (ended > 0 && clock.monotonic() < deadline) {
    const left = await asSignedIn('SELECT pg_catalog.count(*) AS left');
    if (left?.rows[0]?.left === '0') break;
    await clock.sleep(50);
  }
  return ended;
}
