import type { StatementResult, TextRow, Value } from './pipeline.ts';

/** The session that is asked about. */
export interface AskedAbout {
  readonly pid: number | null;
  readonly applicationName: string;
  /** Whether a pooler is in front of the server. The process id is the pooler's then. */
  readonly pooled: boolean;
  /** Whether a transaction of the session is known to be open. Only then a pooler is sure to have lent it a session. */
  readonly inTransaction: boolean;
}

/** Another session at the same server. */
export interface AskingSession extends AsyncDisposable {
  query(text: string, values: readonly Value[]): Promise<StatementResult>;
}

/** What the server says of the session: several rows behind a pooler, of all sessions of the same name. */
const ACTIVITY = 'SELECT state, wait_event_type, application_name FROM pg_catalog.pg_stat_activity';
const OF_PROCESS = `${ACTIVITY} WHERE pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4`;
const OF_NAME = `${ACTIVITY} WHERE application_name OPERATOR(pg_catalog.=) $1
  AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()`;

/**
 * Whether a server is working for one of our sessions, asked in a separate one; null if it does not say. A backend that
 * waits for its client, in either direction, is not working.
 *
 * @throws SyncFailure why it could not be asked
 */
export async function isAtWork(
  open: () => Promise<AskingSession>,
  about: AskedAbout,
): Promise<boolean | null> {
  const found = await activityOf(open, about);
  if (found.length === 0) return null;
  if (found.some(works)) return true;
  // Others of this name are seen, but this one may still wait for its turn at the pooler.
  return about.pooled && !about.inTransaction ? null : false;
}

/**
 * Whether one of our sessions waits for another session's lock; false if the server does not say.
 *
 * @throws SyncFailure why it could not be asked
 */
export async function isBlocked(open: () => Promise<AskingSession>, about: AskedAbout): Promise<boolean> {
  if (about.pooled) return false;
  const found = await activityOf(open, about);
  return found.some((one) => one.state === 'active' && one.wait_event_type === 'Lock');
}

function works({ state, wait_event_type }: TextRow): boolean {
  return state === 'active' && wait_event_type !== 'Client';
}

/** @returns none where the server does not say */
async function activityOf(
  open: () => Promise<AskingSession>,
  { pid, applicationName, pooled }: AskedAbout,
): Promise<readonly TextRow[]> {
  await using session = await open();
  const { rows } = await (pooled
    ? session.query(OF_NAME, [applicationName])
    : session.query(OF_PROCESS, [pid]));
  // A process id may belong to another session by now.
  const ours = rows.filter((one) => one.application_name === applicationName);
  return ours.some(({ state }) => state == null || state === 'disabled') ? [] : ours;
}
