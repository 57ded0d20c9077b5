import type { Connection, Submittable } from 'pg';
import { catalogueUnreadable, LONGEST_NAME } from './readJson.ts';
import { WireError } from './wire.ts';

/** A row as PostgreSQL writes it: every value is text or null, so that nothing is rounded. */
export type TextRow = Readonly<Record<string, string | null>>;

/** Statements that are allowed without an open transaction: it may have ended already. */
export const ENDS_TRANSACTION = new Set(['COMMIT', 'ROLLBACK']);

export interface StatementResult {
  readonly rows: readonly TextRow[];
  readonly rowCount: number;
}

export type Value = string | number | boolean | null;

/** A statement with the values for `$1`, `$2`, …. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly Value[];
  /** Name under which the server keeps it; absent if it is not kept. */
  readonly name?: string;
  /** Whether the server already has it, so that only the values are sent. */
  readonly kept?: boolean;
}

/** Statements without result rows, for which no row description is requested. */
const ROWLESS = /^(?:BEGIN|SET|LOCK|COMMIT|ROLLBACK)\b/;

/**
 * Sends each statement as a separate Parse, all in one write. PostgreSQL refuses a Parse with two statements,
 * so a text that breaks out of its quotes cannot add one; a simple Query would run it. After an error the
 * server skips everything up to the Sync, which the caller sends.
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
 * Columns in which our statements return names of objects, roles and installations. They appear in messages,
 * journal and terminal, so names longer than any server allows are refused here. Other values are checked
 * where they are read.
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

/** Collects the results of statements as their messages arrive. */
export class ResultCollector {
  readonly results: StatementResult[] = [];
  #names: readonly string[] = [];
  #rows: TextRow[] = [];

  describe(fields: readonly { readonly name: string }[]): void {
    this.#names = fields.map((one) => one.name);
  }

  /** @throws SyncFailure `catalogue_unreadable` where a name is longer than any server's */
  row(fields: readonly (string | null)[]): void {
    const long = this.#names.findIndex((name, at) => NAME_COLUMNS.has(name) && isLong(fields[at]));
    if (long >= 0) throw catalogueUnreadable(`a ${this.#names[long]} of ${fields[long]?.length} characters`);
    this.#rows.push(Object.fromEntries(this.#names.map((name, index) => [name, fields[index] ?? null])));
  }

  complete(text: string): void {
    this.results.push({ rows: this.#rows, rowCount: Number(/ (\d+)$/.exec(text)?.[1] ?? 0) });
    this.#names = [];
    this.#rows = [];
  }
}

/** Statements that are sent and answered together: one round trip. */
export class Pipeline implements Submittable {
  readonly #statements: readonly Statement[];
  readonly #done = Promise.withResolvers<readonly StatementResult[]>();
  readonly #collector = new ResultCollector();
  #connection: Connection | null = null;

  constructor(statements: readonly Statement[]) {
    this.#statements = statements;
    this.#done.promise.catch(() => {});
  }

  /** Resolves with one result per statement. */
  get results(): Promise<readonly StatementResult[]> {
    return this.#done.promise;
  }

  /** The first statement without a result: after an error, the one that caused it. */
  get unanswered(): Statement | undefined {
    return this.#statements[this.#collector.results.length];
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.stream.cork();
    sendStatements(connection, this.#statements);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string }[] }): void {
    this.#collector.describe(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      this.#collector.row(fields);
    } catch (error) {
      this.#end(error);
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#collector.complete(text);
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: Error): void {
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    const { results } = this.#collector;
    const { length } = results;
    if (length === this.#statements.length) this.#done.resolve(results);
    else this.#refuse(`${length} results for ${this.#statements.length} statements`);
  }

  handleCopyInResponse(): void {
    this.#refuse('a request for rows that no statement of ours sends');
  }

  /** Our statements never fetch rows in parts. */
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  #refuse(message: string): void {
    this.#end(new WireError(message));
  }

  /** After such an error, nothing that the server sends is used. */
  #end(error: unknown): void {
    this.#done.reject(error);
    this.#connection?.stream.destroy(error instanceof Error ? error : undefined);
  }
}

function isLong(text: string | null | undefined): boolean {
  return text != null && text.length > LONGEST_NAME;
}
