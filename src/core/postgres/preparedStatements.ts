import type { Statement } from './pipeline.ts';

/** Characters. A shorter statement is parsed and planned in less time than keeping it saves. */
const SHORTEST = 200;

/** Statements that a session keeps at its server. Our own texts with values are fewer. */
const MOST = 100;

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
