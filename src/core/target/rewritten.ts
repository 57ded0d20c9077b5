import { z } from 'zod';
import { literal, oneLine } from '../postgres/quote.ts';
import { parseJson, serverName } from '../postgres/readJson.ts';
import type { TextRow } from '../postgres/session.ts';

/**
 * The tables whose writes may have made head office change rows of this one, each with the `seq` of its checkpoint then.
 * Foreign keys (ON DELETE SET NULL, ON UPDATE CASCADE, …) and triggers do so. Neither row counts nor row versions at the
 * branch show such changes.
 */
export type Rewritten = Readonly<Record<string, number>>;

/** Rows that a backend has inserted, updated and deleted in a table, and whether this transaction has truncated it. */
type Written = readonly [inserted: number, updated: number, deleted: number, truncated: boolean];
const counted = z.array(z.tuple([serverName, z.int(), z.int(), z.int(), z.boolean()]));

/** Counters by table. Only differences are meaningful, since they may include earlier transactions. */
export type Counters = ReadonlyMap<string, Written>;

/** What our own statements have written to the table. */
export interface OwnWrites {
  /** Rows inserted or updated. */
  readonly written: number;
  readonly deleted: number;
}

/**
 * SQL of what this backend has written so far to the tables of a connection, for {@link countersOf}. The server counts
 * all writes for its statistics (our statements', foreign keys', triggers'), so no table is scanned.
 *
 * @param schema at central that holds the tables
 */
export function countersQuery(connection: string, schema: string): string {
  const sum = (what: string): string =>
    `pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_${what}(c.oid))::pg_catalog.int8`;
  return oneLine(`WITH RECURSIVE copied (name, oid) AS (
      SELECT k.table_name, c.oid FROM branchline.checkpoints k
      JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) ${literal(schema)}
      JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
        AND c.relname OPERATOR(pg_catalog.=) k.table_name::pg_catalog.name
      WHERE k.connection OPERATOR(pg_catalog.=) ${literal(connection)}
      UNION ALL
      SELECT t.name, c.oid FROM copied t JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) t.oid
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid AND c.relispartition),
    written (name, inserted, updated, deleted, truncated) AS (
      SELECT t.name, ${sum('inserted')}, ${sum('updated')}, ${sum('deleted')},
        pg_catalog.bool_or(c.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid)
      FROM copied t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.oid GROUP BY t.name)
    SELECT CASE WHEN pg_catalog.current_setting('track_counts') OPERATOR(pg_catalog.=) 'on' THEN coalesce(
      (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(w.name, w.inserted, w.updated, w.deleted, w.truncated))
        FROM written w WHERE w.truncated OR w.inserted OPERATOR(pg_catalog.<>) 0
          OR w.updated OPERATOR(pg_catalog.<>) 0 OR w.deleted OPERATOR(pg_catalog.<>) 0), '[]') END AS written`);
}

/** @returns null where the server does not count (`track_counts` is off) or the answer cannot be read */
export function countersOf(row: TextRow | undefined): Counters | null {
  if (row?.written == null) return null;
  const found = parseJson(counted, row.written);
  return found && new Map(found.map(([name, ...written]) => [name, written]));
}

/**
 * The tables that were written to, between two readings of the counters, other than by our own statements.
 *
 * @param own the table that our statements wrote to, and what they wrote
 */
export function writtenBesides(
  before: Counters,
  after: Counters,
  own: { readonly table: string; readonly writes: OwnWrites },
): readonly string[] {
  return [...after].flatMap(([name, now]) => {
    const then = before.get(name) ?? [0, 0, 0, false];
    const written = now[0] - then[0] + now[1] - then[1];
    const deleted = now[2] - then[2];
    const expected = name === own.table ? own.writes : { written: 0, deleted: 0 };
    const truncated = now[3] && !then[3];
    return truncated || written !== expected.written || deleted !== expected.deleted ? [name] : [];
  });
}

/**
 * SQL that notes, in the transaction that writes a table, which tables head office has changed along with it. These are
 * compared before they count as done again, in this run or a later one.
 *
 * @param seq of the checkpoint that the transaction ends with
 */
export function noteRewritten(
  connection: string,
  tables: readonly string[],
  cause: string,
  seq: number,
): readonly string[] {
  if (tables.length === 0) return [];
  const names = tables.map((one) => literal(one)).join(', ');
  const entry = literal(JSON.stringify({ [cause]: seq }));
  return [
    oneLine(`UPDATE branchline.checkpoints SET central_rows = NULL, rewritten =
      coalesce(${READABLE}, '{}') OPERATOR(pg_catalog.||) ${entry}::pg_catalog.jsonb
     WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} AND table_name OPERATOR(pg_catalog.=) ANY (ARRAY[${names}])`),
  ];
}

/** SQL of the column; NULL if somebody has edited it to something unreadable. */
const READABLE =
  "CASE WHEN pg_catalog.jsonb_typeof(rewritten) OPERATOR(pg_catalog.=) 'object' THEN rewritten END";

/** SQL that removes from `rewritten` the notes that a pass knew at its start and has compared. Newer notes stay. */
export function withoutCompared(known: Rewritten): string {
  return oneLine(`rewritten = (SELECT pg_catalog.jsonb_object_agg(e.key, e.value) FROM pg_catalog.jsonb_each(${READABLE}) e
    WHERE pg_catalog.jsonb_typeof(e.value) OPERATOR(pg_catalog.=) 'number' AND NOT coalesce(e.value OPERATOR(pg_catalog.=)
      (${literal(JSON.stringify(known))}::pg_catalog.jsonb OPERATOR(pg_catalog.->) e.key), false))`);
}
