import { literal, oneLine } from '../../postgres/quote.ts';
import type { Session, TextRow } from '../../postgres/session.ts';
import type { OpenTransaction } from '../port.ts';

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
      endSql: endSql(row),
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

function endSql({ pid, gid }: TextRow): string {
  if (gid != null) return `ROLLBACK PREPARED ${literal(gid)};`;
  return `SELECT pg_catalog.pg_terminate_backend(${Number(pid)});`;
}
