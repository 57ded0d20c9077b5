import { SyncFailure } from '../../shared/errors.ts';
import { LOST } from './classifyError.ts';
import type { Statement } from './pipeline.ts';

/** In characters. Parsing and planning a shorter statement costs less than keeping it saves. */
const SHORTEST = 200;

/** Limit of statements kept per session; our own texts with values are fewer. */
const MOST = 100;

/**
 * SQLSTATEs that mean the server does not know a kept statement (any more), already has one of that name, or
 * has it with other columns or parameters: invalid_sql_statement_name, duplicate_prepared_statement,
 * feature_not_supported, protocol_violation. The statement ran before, so its text is not the problem.
 */
const NOT_AS_KEPT: ReadonlySet<string | undefined> = new Set(['26000', '42P05', '0A000', '08P01']);

/**
 * The failure to report if the server's kept statements differ from ours: a function or trigger ran
 * DEALLOCATE or PREPARE, or a pooler gave us another client's server session. Our settings may be gone too,
 * so the session must not be used again.
 *
 * @param failed the statement of the error; undefined if it was about none
 * @returns null for any other error
 */
export function notAsKept(error: unknown, failed: Statement | undefined): SyncFailure | null {
  if (failed?.name === undefined || !(error instanceof SyncFailure)) return null;
  if (!NOT_AS_KEPT.has(error.detail.sqlstate)) return null;
  return new SyncFailure({ ...error.detail, ...LOST }, { cause: error });
}

/**
 * Keeps statements at the server that a session repeats for each table. Planning a catalogue query takes
 * longer than running it; a prepared statement is parsed once, and after some runs no longer planned.
 *
 * Only statements with parameters are kept: others name specific tables, and PostgreSQL refuses a kept
 * statement whose result columns have changed.
 *
 * @see https://www.postgresql.org/docs/current/sql-prepare.html
 */
export class PreparedStatements {
  /** Names by statement text; null for a statement that was sent once, without a name. */
  readonly #names = new Map<string, string | null>();
  #made = 0;

  /** @returns the statement in the form to send */
  named(statement: Statement): Statement {
    const { text, values = [] } = statement;
    if (values.length === 0 || text.length < SHORTEST) return statement;
    const name = this.#names.get(text);
    if (name === undefined) return statement;
    if (name !== null) return { ...statement, name, kept: true };
    // A new name each time, because after an error it is unknown whether the server kept the previous one.
    this.#made++;
    return { ...statement, name: `branchline_${this.#made}`, kept: false };
  }

  /** Records which statements the server keeps after running these. */
  note(statements: readonly Statement[]): void {
    for (const { text, values = [], name, kept } of statements) {
      if (kept === true || values.length === 0 || text.length < SHORTEST) continue;
      if (name !== undefined || this.#names.size < MOST) this.#names.set(text, name ?? null);
    }
  }
}
