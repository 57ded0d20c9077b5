import { Session, type SessionOptions, type TextRow } from './session.ts';

/**
 * Whether a server works for one of our sessions, asked on a connection of its own; null where it does not say.
 * One that waits for its client, in either direction, does not work.
 *
 * @throws SyncFailure why it could not be asked
 */
export async function isAtWork(options: SessionOptions, pid: number | null): Promise<boolean | null> {
  const found = await activityOf(options, pid);
  return found === null ? null : found.state === 'active' && found.wait_event_type !== 'Client';
}

/**
 * Whether one of our sessions waits for a lock that somebody else holds; false where the server does not say.
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
  // Behind a pooler the number is the pooler's, and may be somebody else's here.
  if (found === undefined || found.application_name !== options.applicationName) return null;
  return found.state == null || found.state === 'disabled' ? null : found;
}
