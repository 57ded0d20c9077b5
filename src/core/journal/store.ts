import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { isTimeColumn, withReadableTimes } from './readableTimes.ts';
import { asJournalFailure, isCorrupt } from './sqliteErrors.ts';

export type SqlValue = string | number | null;
/** Named parameters: `@name` in the statement. */
export type SqlParams = Readonly<Record<string, SqlValue>>;

/** The few things the journal does with its database. Statements are prepared once and kept. */
export interface Store {
  get<Row>(sql: string, params?: SqlParams): Row | undefined;
  all<Row>(sql: string, params?: SqlParams): Row[];
  /** @returns how many rows were changed */
  run(sql: string, params?: SqlParams): number;
  /**
   * Runs `work` in one transaction that takes the write lock at once: one that reads first and upgrades
   * later fails with BUSY as soon as another process has written in between.
   */
  write<T>(work: () => T): T;
  /**
   * As {@link write}, without waiting for the disk: a power cut may take it, and only it and what was written so
   * right before; the next {@link write} brings it to the disk too.
   */
  writeLazily<T>(work: () => T): T;
  /** Runs a pragma; the first value that it answers. */
  pragma(source: string): number;
  close(): void;
}

/**
 * @param onCorrupt called when a statement met a damaged page, so that the next opening checks the whole file
 * @param onUnreadable called once with each column that has a time which is none
 * @returns a store whose methods throw SyncFailure `journal_failed` for what disk or locks do to them
 */
export function openStore(
  db: Database.Database,
  onCorrupt: () => void,
  onUnreadable: (column: string, value: string) => void = () => {},
): Store {
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
