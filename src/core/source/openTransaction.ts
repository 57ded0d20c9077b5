import { type Notice, NoticeCode } from '../../shared/notices.ts';
import { literal, oneLine } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';

/** A server's oldest transaction that has written or still may. A mark cannot be newer than its begin. */
export interface OpenTransaction {
  /** 32 bit, as PostgreSQL shows it. */
  readonly xid: string;
  /** Null for a prepared transaction, which no process has. */
  readonly pid: number | null;
  /** Name of a prepared transaction. */
  readonly gid: string | null;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  /** `active`, `idle in transaction`, …; empty where our role may not see it. */
  readonly state: string;
  /** How long it has been open; null where our role may not see that (`pg_read_all_stats` may). */
  readonly seconds: number | null;
}

/**
 * Age of a transaction, in seconds, from which a person is told of it. An hour is longer than anything people do in an
 * ERP, reports included, and a shorter transaction makes a batch read only few rows again.
 */
const LONG_SECONDS = 3600;

/** @returns null where there is none, or the server does not say */
export async function oldestTransaction(session: Session): Promise<OpenTransaction | null> {
  try {
    const { rows } = await session.query(oneLine(OLDEST));
    const [row] = rows;
    if (row?.xid == null) return null;
    return {
      xid: row.xid,
      pid: row.pid == null ? null : Number(row.pid),
      gid: row.gid ?? null,
      user: row.owner ?? '?',
      database: row.database ?? '?',
      application: row.application ?? '',
      state: row.state ?? '',
      seconds: row.seconds == null ? null : Number(row.seconds),
    };
  } catch (error) {
    // A notice must not fail the batch: some servers do not let us query their sessions.
    if (session.lost) throw error;
    return null;
  }
}

/** Every role sees a session's transaction id. Only its own role and members of pg_read_all_stats see its start time. */
const OLDEST = `SELECT o.xid::pg_catalog.text AS xid, o.pid, o.gid, o.owner, o.database, o.application, o.state,
    pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.now() OPERATOR(pg_catalog.-) o.since)) AS seconds
  FROM (
    SELECT a.backend_xid AS xid, a.pid, NULL::pg_catalog.text AS gid, a.usename::pg_catalog.text AS owner,
      a.datname::pg_catalog.text AS database, a.application_name AS application, a.state, a.xact_start AS since
    FROM pg_catalog.pg_stat_activity a
    WHERE a.backend_xid IS NOT NULL AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
    UNION ALL
    SELECT p.transaction, NULL, p.gid, p.owner::pg_catalog.text, p.database::pg_catalog.text, '', 'prepared', p.prepared
    FROM pg_catalog.pg_prepared_xacts p
  ) AS o ORDER BY pg_catalog.age(o.xid) DESC LIMIT 1`;

/** Stored for a transaction whose age our role may not see. */
export interface SeenTransaction {
  readonly xid: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * How long a transaction has been open at least, in seconds.
 *
 * @param seen the oldest transaction of an earlier run, and when it was first seen
 */
export function openFor(found: OpenTransaction, seen: SeenTransaction | null, now: Date): number {
  if (found.seconds !== null) return found.seconds;
  return seen?.xid === found.xid ? Math.floor((now.getTime() - Date.parse(seen.at)) / 1000) : 0;
}

/** The notice about a transaction that has been open for too long; null for a younger one. */
export function noticeOf(found: OpenTransaction, seconds: number): Notice | null {
  if (seconds < LONG_SECONDS) return null;
  const { pid, gid, user, database, application, state } = found;
  const known = { user, database, seconds };
  if (gid !== null) {
    const sql = `ROLLBACK PREPARED ${literal(gid)};`;
    return { code: NoticeCode.OldPrepared, params: { ...known, gid, sql } };
  }
  const sql = `SELECT pg_catalog.pg_terminate_backend(${pid});`;
  const details = { pid: String(pid), application: application || '-', state: state || '-', sql };
  return { code: NoticeCode.OldTransaction, params: { ...known, ...details } };
}
