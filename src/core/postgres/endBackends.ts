import type { Clock } from '../ports.ts';
import { oneLine } from './quote.ts';
import type { Session, StatementResult } from './session.ts';

/** How long ended backends may take to be gone. */
const END_WAIT_MS = 15_000;

/**
 * Ends backends of our own role in this database and waits until they are gone. If they are not gone in time, the
 * locks that they still hold lead to a lock time-out later.
 *
 * PostgreSQL lists a backend under the role that signed in, and only that role may see its state and end it. ALTER
 * ROLE … SET role may have switched our session to another role, hence SET LOCAL ROLE NONE.
 *
 * @param which condition on a row `a` of `pg_stat_get_activity`
 */
export async function endBackends(session: Session, clock: Clock, which: string): Promise<number> {
  const ended = endedBackends(await session.script(endingBackends(session, which)));
  await awaitEnded(session, clock, which, ended);
  return ended;
}

/** The statements of {@link endBackends}, as a transaction of their own. */
export function endingBackends(session: Session, which: string): readonly string[] {
  return asSignedIn(session, 'SELECT pg_catalog.pg_terminate_backend(a.pid)', which);
}

/** How many backends {@link endingBackends} has ended. @param results its own */
export function endedBackends(results: readonly StatementResult[]): number {
  return results.at(-2)?.rowCount ?? 0;
}

/** Waits until ended backends are gone. */
export async function awaitEnded(
  session: Session,
  clock: Clock,
  which: string,
  ended: number,
): Promise<void> {
  const deadline = clock.monotonic() + END_WAIT_MS;
  while (ended > 0 && clock.monotonic() < deadline) {
    const left = await session.script(asSignedIn(session, 'SELECT pg_catalog.count(*) AS left', which));
    if (left.at(-2)?.rows[0]?.left === '0') break;
    await clock.sleep(50);
  }
}

function asSignedIn(session: Session, query: string, which: string): readonly string[] {
  // What the view pg_stat_activity reads: the view itself also joins two catalogues, in every run.
  const backends = `FROM pg_catalog.pg_stat_get_activity(NULL) a
    WHERE a.datid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
    AND a.usesysid OPERATOR(pg_catalog.=) pg_catalog.quote_ident(SESSION_USER)::pg_catalog.regrole
    AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND ${which}`;
  return [...session.begin(), 'SET LOCAL ROLE NONE', oneLine(`${query} ${backends}`), 'COMMIT'];
}
