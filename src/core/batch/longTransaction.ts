import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { OpenTransaction } from '../source/port.ts';

/**
 * Age of a transaction, in seconds, from which a person is notified. An hour is longer than anything people do in an
 * ERP, reports included, and a shorter transaction makes a batch read only few rows again.
 */
const LONG_SECONDS = 3600;

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
  const { pid, gid, user, database, application, state, endSql: sql } = found;
  const known = { user, database, seconds };
  if (gid !== null) return { code: NoticeCode.OldPrepared, params: { ...known, gid, sql } };
  const details = { pid: String(pid), application: application || '-', state: state || '-', sql };
  return { code: NoticeCode.OldTransaction, params: { ...known, ...details } };
}
