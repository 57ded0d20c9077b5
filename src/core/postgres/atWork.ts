import { Session, type SessionOptions, type TextRow } from './session.ts';

/**
 * Whether a server is working for one of our sessions, asked on a separate connection; null if it does not
 * say. A backend that waits for its client, in either direction, is not working.
 *
 * @throws SyncFailure why it could not be asked
 */
export async function isAtWork(options: SessionOptions, pid: number | null): Promise<boolean | null> {
  const found = await activityOf(options, pid);
  return found === null ? null : found.state === 'active' && found.wait_event_type !== 'Client';
}

/**
 * Whether one of our sessions waits for another session's lock; false if the server does not say.
 *
 * @throws SyncFailure why it could not be asked
 */
export async function isBlocked(options: SessionOptions, pid: number | null): Promise<boolean> {
  const found = await activityOf(options, pid);
  return found?.state === 'active' && found.wait_event_type === 'Lock';
}

async function activityOf(options: SessionOptions, pid: number | null): Promise<TextRow | null> {
  await using session = await Session.open(options);
  const text = `SELECT state, wait_event_type, application_name FROM pg_catalog.pg_stat_activity
    WHERE pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4`;
  const [found] = (await session.query(text, [pid])).rows;
  // Behind a pooler the process id is the pooler's, and may belong to another session here.
  if (found === undefined || found.application_name !== options.applicationName) return null;
  return found.state == null || found.state === 'disabled' ? null : found;
}
