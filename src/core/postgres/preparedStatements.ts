import { SyncFailure } from '../../shared/errors.ts';
import { LOST } from './failure.ts';
import type { Statement } from './pipeline.ts';

/** Characters. A shorter statement is parsed and planned in less time than keeping it saves. */
const SHORTEST = 200;

/** Statements that a session keeps at its server. Our own texts with values are fewer. */
const MOST = 100;

/**
 * SQLSTATEs of a kept statement that the server does not know (any more), has already, or has under other columns or
 * values: invalid_sql_statement_name, duplicate_prepared_statement, feature_not_supported, protocol_violation. It ran
 * before, so that its text is not what they are about.
 */
const NOT_AS_KEPT: ReadonlySet<string | undefined> = new Set(['26000', '42P05', '0A000', '08P01']);

/**
 * The failure of a session whose server keeps something else than we have told it: a function or trigger has run
 * DEALLOCATE or PREPARE, or something in between has given us the server's session of somebody else. Our settings may
 * be gone, too, so it must not be used again.
 *
 * @param failed the statement that the error was about; undefined where it was about none
 * @returns null where the error is another one
 */
export function notAsKept(error: unknown, failed: Statement | undefined): SyncFailure | null {
  if (failed?.name === undefined || !(error instanceof SyncFailure)) return null;
  if (!NOT_AS_KEPT.has(error.detail.sqlstate)) return null;
  return new SyncFailure({ ...error.detail, ...LOST }, { cause: error });
}

/**
 * Lets a server keep the statements that a session repeats for one table after the other. PostgreSQL spends more time
 * on planning a question to its catalogues than on answering it; a prepared statement is parsed once, and after some
 * runs planned no more.
 *
 * Only statements with values: others name tables of their own, and PostgreSQL refuses a kept statement whose result
 * has other columns since.
 *
 * @see https://www.postgresql.org/docs/current/sql-prepare.html
 */
export class PreparedStatements {
  /** By text; null for one that was sent once, without a name. */
  readonly #names = new Map<string, string | null>();
  #made = 0;

  /** @returns the statement as it is to be sent */
  named(statement: Statement): Statement {
    const { text, values = [] } = statement;
    if (values.length === 0 || text.length < SHORTEST) return statement;
    const name = this.#names.get(text);
    if (name === undefined) return statement;
    if (name !== null) return { ...statement, name, kept: true };
    // A new name each time: after an error nobody knows whether the server has kept the one before.
    this.#made++;
    return { ...statement, name: `branchline_${this.#made}`, kept: false };
  }

  /** Notes what the server keeps now that it has run these statements. */
  note(statements: readonly Statement[]): void {
    for (const { text, values = [], name, kept } of statements) {
      if (kept === true || values.length === 0 || text.length < SHORTEST) continue;
      if (name !== undefined || this.#names.size < MOST) this.#names.set(text, name ?? null);
    }
  }
}
