import { literal, oneLine, own, regName } from '../postgres/quote.ts';
import type { TextRow } from '../postgres/session.ts';
import { BRAKE_WINDOW } from './checkpoint.ts';

const LATELY = `coalesce(pg_catalog.now() ${own('-')} c.removed_since ${own('<')} ${BRAKE_WINDOW}, false)`;
const GONE = `CASE WHEN ${LATELY} THEN c.removed ELSE 0 END`;

/**
 * SQL of the number of rows that the table had before the first counted delete. Rows removed before the window do not
 * count. If the number is not known, the rows of the last pass are used, which is the least that it can be.
 */
const HAD = `coalesce(CASE WHEN ${LATELY} OR c.removed ${own('=')} 0 THEN coalesce(c.removed_of, c.central_rows ${own('+')} c.removed)
  ELSE coalesce(c.central_rows, c.removed_of ${own('-')} c.removed) END, c.processed ${own('+')} c.skipped)`;

/**
 * The name under which `branchline.checkpoints` counts rows that cascades removed from a table that the connection does
 * not copy. No copied table's checkpoint has such a name.
 */
export function outsideName(schema: string, name: string): string {
  return regName(schema, name);
}
const IS_OUTSIDE = `pg_catalog.left(c.table_name, 1) ${own('=')} '"'`;

/** SQL of a lock, held from reading the sums to the commit: one transaction at a time removes a connection's rows. */
export function lockRemoved(connection: string): string {
  const name = literal(`branchline.removed/${connection}`);
  return `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${name}, 0))`;
}

/** SQL of the rows lately removed from all other tables of a connection (`gone`), and the rows they had (`had`). */
export function removedBesides(connection: string, table: string): string {
  return oneLine(`SELECT coalesce(pg_catalog.sum(${GONE}), 0) AS gone,
      coalesce(pg_catalog.sum(CASE WHEN ${IS_OUTSIDE} THEN 0 ELSE ${HAD} END), 0) AS had
    FROM branchline.checkpoints c WHERE c.connection ${own('=')} ${literal(connection)}
      AND c.table_name ${own('<>')} ${literal(table)}`);
}

/** SQL that resets the sums of a connection's other tables, after a person's consent. */
export function forgetRemoved(connection: string, table: string): string {
  return oneLine(`UPDATE branchline.checkpoints SET removed = 0, removed_of = LEAST(removed_of, central_rows), removed_since = NULL
    WHERE connection ${own('=')} ${literal(connection)} AND table_name ${own('<>')} ${literal(table)} AND removed ${own('>')} 0`);
}

/** The rows lately removed from a table, by its name in `branchline.checkpoints`. */
export interface RemovedRows {
  readonly gone: number;
  /** Rows that it had before; null where they were never counted. */
  readonly had: number | null;
}

/** SQL for {@link removedRowsOf}. */
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

/** SQL that stores how many rows cascades have removed from tables; 0 after a person's consent. */
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
