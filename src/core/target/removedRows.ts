import { literal, oneLine, own, regName } from '../postgres/quote.ts';
import type { TextRow } from '../postgres/session.ts';
import { BRAKE_WINDOW } from './checkpoint.ts';

const LATELY = `coalesce(pg_catalog.now() ${own('-')} c.removed_since ${own('<')} ${BRAKE_WINDOW}, false)`;
const GONE = `CASE WHEN ${LATELY} THEN c.removed ELSE 0 END`;

/**
 * Rows that the table had before the first of them went. What has gone for long no longer counts among them; where
 * nobody knows their number any more, what the last pass saw is the least that it can be.
 */
const HAD = `coalesce(CASE WHEN ${LATELY} OR c.removed ${own('=')} 0 THEN coalesce(c.removed_of, c.central_rows ${own('+')} c.removed)
  ELSE coalesce(c.central_rows, c.removed_of ${own('-')} c.removed) END, c.processed ${own('+')} c.skipped)`;

/**
 * Under what name `branchline.checkpoints` counts the rows that cascades take of a table that the connection does not
 * copy: no checkpoint of its own has such a one.
 */
export function outsideName(schema: string, name: string): string {
  return regName(schema, name);
}
const IS_OUTSIDE = `pg_catalog.left(c.table_name, 1) ${own('=')} '"'`;

/** SQL: one transaction at a time that removes rows of a connection, from the look at the sums to its commit. */
export function lockRemoved(connection: string): string {
  const name = literal(`branchline.removed/${connection}`);
  return `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${name}, 0))`;
}

/** SQL of what has gone lately of a connection's other tables together, `gone`, and of how many rows they had, `had`. */
export function removedBesides(connection: string, table: string): string {
  return oneLine(`SELECT coalesce(pg_catalog.sum(${GONE}), 0) AS gone,
      coalesce(pg_catalog.sum(CASE WHEN ${IS_OUTSIDE} THEN 0 ELSE ${HAD} END), 0) AS had
    FROM branchline.checkpoints c WHERE c.connection ${own('=')} ${literal(connection)}
      AND c.table_name ${own('<>')} ${literal(table)}`);
}

/** SQL by which a consent begins the sums of a connection's other tables anew. */
export function forgetRemoved(connection: string, table: string): string {
  return oneLine(`UPDATE branchline.checkpoints SET removed = 0, removed_of = LEAST(removed_of, central_rows), removed_since = NULL
    WHERE connection ${own('=')} ${literal(connection)} AND table_name ${own('<>')} ${literal(table)} AND removed ${own('>')} 0`);
}

/** What has gone lately of a table that is named in `branchline.checkpoints`. */
export interface RemovedRows {
  readonly gone: number;
  /** Rows that it had before; null where nobody has counted them. */
  readonly had: number | null;
}

/** SQL of that, for {@link removedRowsOf}. */
export function removedQuery(connection: string, names: readonly string[]): string {
  const list = names.map((one) => literal(one)).join(', ');
  return oneLine(`SELECT c.table_name, ${GONE} AS gone, ${HAD} AS had FROM branchline.checkpoints c
    WHERE c.connection ${own('=')} ${literal(connection)} AND c.table_name ${own('=')} ANY (ARRAY[${list}])`);
}

export function removedRowsOf(rows: readonly TextRow[]): ReadonlyMap<string, RemovedRows> {
  return new Map(
    rows.map(({ table_name, gone, had }) => [
      table_name ?? '',
      { gone: Number(gone), had: had == null ? null : Number(had) },
    ]),
  );
}

/** SQL that keeps what has gone of tables by cascades; where none counts any more, from when a consent was given. */
export function noteRemoved(
  connection: string,
  tables: readonly { readonly key: string; readonly gone: number; readonly had: number }[],
): string {
  const values = tables.map(({ key, gone, had }) => {
    const counts = gone === 0 ? '0, NULL, NULL' : `${gone}, ${had}, pg_catalog.clock_timestamp()`;
    return `(${literal(connection)}, ${literal(key)}, ${counts})`;
  });
  return oneLine(`INSERT INTO branchline.checkpoints AS c (connection, table_name, removed, removed_of, removed_since)
    VALUES ${values.join(', ')} ON CONFLICT (connection, table_name) DO UPDATE SET removed = EXCLUDED.removed, removed_of = EXCLUDED.removed_of,
      removed_since = CASE WHEN EXCLUDED.removed ${own('>')} 0 AND c.removed ${own('>')} 0 AND ${LATELY} THEN c.removed_since ELSE EXCLUDED.removed_since END`);
}
