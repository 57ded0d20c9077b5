import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { asJournalFailure, isCorrupt } from './sqliteErrors.ts';

export type SqlValue = string | number | null;
/** Named parameters: `@name` in the statement. */
export type SqlParams = Readonly<Record<string, SqlValue>>;

/**
 * Makes the types of handles nominal: an object that merely has the right methods is no handle. Only this folder can
 * make one.
 */
export const handle = Symbol('journal handle');

/** The journal's database, for queries. Statements are prepared once and kept. */
export interface ReadableStore {
  readonly [handle]: 'store';
  get<Row>(sql: string, params?: SqlParams): Row | undefined;
  all<Row>(sql: string, params?: SqlParams): Row[];
  close(): void;
}

/** The journal's database, for changes too. A change has to read within its own transaction, so this one may also read. */
export interface WritableStore extends ReadableStore {
  /** @returns how many rows were changed */
  run(sql: string, params?: SqlParams): number;
  /**
   * Runs `work` in one transaction that takes the write lock at once. A transaction that reads first and takes the lock
   * later fails with BUSY if another process has written in between.
   */
  write<T>(work: () => T): T;
  /**
   * As {@link write}, without waiting for the disk: a power cut may lose it, until the next {@link write} brings it to the
   * disk too.
   */
  writeLazily<T>(work: () => T): T;
  /** Runs a pragma and returns its first value. */
  pragma(source: string): number;
}

/**
 * @param onCorrupt called when a statement finds a damaged page, so that the next opening checks the whole file
 * @param onUnreadable called once for each column with a time that cannot be read
 * @returns a store whose methods throw SyncFailure `journal_failed` for errors of disk and locks
 */
export function openStore(
  db: Database.Database,
  onCorrupt: () => void,
  onUnreadable: (column: string, value: string) => void = () => {},
): WritableStore {
  const statements = new Map<string, Database.Statement<[SqlParams]>>();

  function prepared(sql: string): Database.Statement<[SqlParams]> {
    let statement = statements.get(sql);
    if (!statement) {
      statement = db.prepare<[SqlParams]>(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  const timeColumns = new Map<string, readonly string[]>();
  const told = new Set<string>();

  /** Rows as the database has them, with times that can be read. */
  function readable<Row>(sql: string, rows: Row[]): Row[] {
    if (rows.length === 0) return rows;
    let columns = timeColumns.get(sql);
    if (columns === undefined) {
      columns = prepared(sql)
        .columns()
        .map((one) => one.name)
        .filter(isTimeColumn);
      timeColumns.set(sql, columns);
    }
    withReadableTimes(columns, rows, (column, value) => {
      if (told.has(column)) return;
      told.add(column);
      onUnreadable(column, value);
    });
    return rows;
  }

  function translated<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isCorrupt(error)) onCorrupt();
      throw asJournalFailure(dirname(db.name), error);
    }
  }

  return {
    [handle]: 'store',
    get<Row>(sql: string, params: SqlParams = {}) {
      const row = translated(() => prepared(sql).get(params) as Row | undefined);
      return row === undefined ? undefined : readable(sql, [row])[0];
    },
    all<Row>(sql: string, params: SqlParams = {}) {
      return readable(
        sql,
        translated(() => prepared(sql).all(params) as Row[]),
      );
    },
    run(sql, params = {}) {
      return translated(() => prepared(sql).run(params).changes);
    },
    write<T>(work: () => T) {
      return translated(() => db.transaction(work).immediate());
    },
    writeLazily<T>(work: () => T) {
      if (db.inTransaction) return translated(() => db.transaction(work).immediate());
      return translated(() => {
        db.pragma('synchronous = NORMAL');
        try {
          return db.transaction(work).immediate();
        } finally {
          db.pragma('synchronous = FULL');
        }
      });
    },
    pragma(source) {
      return translated(() => Number(db.pragma(source, { simple: true })));
    },
    close() {
      db.close();
    },
  };
}

/** Replaces an unreadable time in a column that needs one. It is so early that whatever has to follow it may happen. */
const UNKNOWN_TIME = '1970-01-01T00:00:00.000Z';

/** Names of columns and aliases with a time: those that always have one, and those that may be null. */
const ALWAYS = /^(at|since|started_at|checked_at|due_at|ran_at|first_seen_at|last_at|lastAt)$/;
const PERHAPS = /(_at|At|^snapshot)$/;

/** ISO 8601 in UTC, as the journal writes times. Those of a source may have more digits. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/**
 * Replaces times that cannot be read, because somebody may have edited the file, which no check of SQLite detects. Such a
 * time counts as unknown.
 *
 * @param columns of the query
 * @param rows changed in place
 * @param tell called for each time that cannot be read
 */
function withReadableTimes(
  columns: readonly string[],
  rows: readonly unknown[],
  tell: (column: string, value: string) => void,
): void {
  for (const column of columns) {
    for (const row of rows as readonly Record<string, unknown>[]) {
      const value = row[column];
      if (typeof value !== 'string' || (ISO.test(value) && !Number.isNaN(Date.parse(value)))) continue;
      tell(column, value);
      row[column] = ALWAYS.test(column) ? UNKNOWN_TIME : null;
    }
  }
}

function isTimeColumn(name: string): boolean {
  return ALWAYS.test(name) || PERHAPS.test(name);
}
