import type { Session } from './session.ts';

/** The encoding of a session's database. */
export async function encodingOf(session: Session): Promise<string> {
  const { rows } = await session.query("SELECT pg_catalog.current_setting('server_encoding') AS encoding");
  return rows[0]?.encoding ?? '';
}
