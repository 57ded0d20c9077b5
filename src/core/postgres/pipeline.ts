import type { Connection, Submittable } from 'pg';
import { catalogueUnreadable, LONGEST_NAME } from './readJson.ts';
import { WireError } from './wire.ts';

/** A row as PostgreSQL writes it: every value is text or null, so that nothing is rounded on the way. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface StatementResult {
  readonly rows: readonly TextRow[];
  readonly rowCount: number;
}

export type Value = string | number | boolean | null;

/** One statement with the values of its `$1`, `$2`, …. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly Value[];
  /** What the server calls it; absent where it does not keep it. */
  readonly name?: string;
  /** Whether the server has it already, and needs only the values. */
  readonly kept?: boolean;
}

/** Statements without rows: nobody has to ask what their rows are like. */
const ROWLESS = /^(?:BEGIN|SET|LOCK|COMMIT|ROLLBACK)\b/;

/**
 * Sends each statement as a Parse of its own, all in one write. PostgreSQL refuses a Parse with two statements, so a
 * text that breaks out of its quotes can add none; a simple Query would run it. An error makes the server skip the
 * rest up to the Sync, which the caller sends.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function sendStatements(connection: Connection, statements: readonly Statement[]): void {
  const { stream } = connection;
  stream.cork();
  try {
    for (const { text, values = [], name = '', kept = false } of statements) {
      if (!kept) connection.parse({ name, text, types: [] }, true);
      const texts = values.map((one) => (one === null ? null : String(one)));
      connection.bind({ statement: name, values: texts }, true);
      if (!ROWLESS.test(text)) connection.describe({ type: 'P', name: '' }, true);
      connection.execute(null, true);
    }
  } finally {
    stream.uncork();
  }
}

/**
 * Columns in which our statements ask for names, of objects, roles and installations. They stand in messages, journal
 * and terminal, so a longer one than any server's is refused here. What a row has besides is checked where it is read.
 */
const NAME_COLUMNS: ReadonlySet<string> = new Set([
  'application',
  'connection',
  'constraint',
  'database',
  'encoding',
  'gid',
  'host',
  'identity',
  'installation',
  'kind',
  'layout',
  'leaf',
  'name',
  'owner',
  'relname',
  'role',
  'root',
  'schema',
  'state',
  'table_name',
  'target_schema',
]);

/** Statements that are sent together and answered together: one round trip. */
export class Pipeline implements Submittable {
  readonly #statements: readonly Statement[];
  readonly #done = Promise.withResolvers<readonly StatementResult[]>();
  readonly #results: StatementResult[] = [];
  #connection: Connection | null = null;
  #names: readonly string[] = [];
  #rows: TextRow[] = [];

  constructor(statements: readonly Statement[]) {
    this.#statements = statements;
    this.#done.promise.catch(() => {});
  }

  /** Resolves with one result for each statement. */
  get results(): Promise<readonly StatementResult[]> {
    return this.#done.promise;
  }

  /** The first statement that has no result: after an error, the one that it was about. */
  get unanswered(): Statement | undefined {
    return this.#statements[this.#results.length];
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.stream.cork();
    sendStatements(connection, this.#statements);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string }[] }): void {
    this.#names = fields.map((one) => one.name);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const long = this.#names.findIndex((name, at) => NAME_COLUMNS.has(name) && isLong(fields[at]));
    if (long >= 0)
      this.#end(catalogueUnreadable(`a ${this.#names[long]} of ${fields[long]?.length} characters`));
    else this.#rows.push(Object.fromEntries(this.#names.map((name, index) => [name, fields[index] ?? null])));
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#results.push({ rows: this.#rows, rowCount: Number(/ (\d+)$/.exec(text)?.[1] ?? 0) });
    this.#names = [];
    this.#rows = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: Error): void {
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    const { length } = this.#results;
    if (length === this.#statements.length) this.#done.resolve(this.#results);
    else this.#refuse(`${length} results for ${this.#statements.length} statements`);
  }

  handleCopyInResponse(): void {
    this.#refuse('a request for rows that no statement of ours sends');
  }

  /** No statement of ours returns rows in parts. */
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  #refuse(message: string): void {
    this.#end(new WireError(message));
  }

  /** Nothing that such a server says later is of use. */
  #end(error: Error): void {
    this.#done.reject(error);
    this.#connection?.stream.destroy(error);
  }
}

function isLong(text: string | null | undefined): boolean {
  return text != null && text.length > LONGEST_NAME;
}
