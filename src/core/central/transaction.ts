import { literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';

/**
 * Opens a transaction at central. Every setting is SET LOCAL, since PgBouncer in transaction mode hands
 * the server session to somebody else at COMMIT, and refuses most start-up parameters.
 *
 * - READ COMMITTED, whatever the database's default: each statement has to see what others have committed, and a
 *   stricter level would refuse chunks for the sake of other tables' checkpoints;
 * - no statement or idle time-out of the server's: we have our own, and a chunk may take its time;
 * - the server drops us when we are gone: after a power cut at the branch its locks must not stay;
 * - jit costs more than it gains on statements over one chunk (measured, docs/architecture.md).
 *
 * @param connection whose rows are written: the default of `source_connection` reads it
 */
export function beginCentral(session: Session, version: number, connection: string): string {
  return [
    beginReading(session, version),
    'SET LOCAL tcp_user_timeout = 60000',
    'SET LOCAL tcp_keepalives_idle = 30',
    'SET LOCAL tcp_keepalives_interval = 10',
    'SET LOCAL tcp_keepalives_count = 3',
    'SET LOCAL jit = off',
    "SET LOCAL work_mem = '64MB'",
    `SET LOCAL branchline.connection = ${literal(connection)}`,
  ].join('; ');
}

/** The same for a transaction that only looks at the catalogue: on most days a part of all that is sent. */
export function beginReading(session: Session, version: number): string {
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    'SET LOCAL statement_timeout = 0',
    'SET LOCAL idle_in_transaction_session_timeout = 0',
    ...(version >= 170000 ? ['SET LOCAL transaction_timeout = 0'] : []),
    `SET LOCAL lock_timeout = ${session.lockMs}`,
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL lc_monetary = 'C'",
    'SET LOCAL xmloption = content',
  ].join('; ');
}
