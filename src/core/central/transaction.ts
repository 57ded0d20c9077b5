import { literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { ROLES_OWN_PATH } from '../postgres/sessionSettings.ts';

/**
 * Opens a transaction that writes at central, under the settings of sessionSettings.ts.
 *
 * - READ COMMITTED, whatever the database's default: each statement has to see what others have committed, and a
 *   stricter level would refuse chunks for the sake of other tables' checkpoints;
 * - the role's own search path: head office's triggers look up by it what they name without a schema.
 *
 * @param connection whose rows are written: the default of `source_connection` reads it
 */
export function beginCentral(session: Session, connection: string): readonly string[] {
  return [...session.begin(), ROLES_OWN_PATH, `SET LOCAL branchline.connection = ${literal(connection)}`];
}

/** Opens a transaction that looks at central's catalogue and at Branchline's own tables. */
export function beginReading(session: Session): readonly string[] {
  return session.begin();
}
