import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { batchRow, type RawBatchRow, type RawTableRow, tableRow } from './journalRows.ts';
import type { ReadableStore } from './store.ts';

/** A failed or interrupted batch, with the tables that are still open now. */
export interface Unresolved {
  readonly batch: BatchRow;
  /** Number of its tables that are neither completed nor skipped. */
  readonly left: number;
  /** Those tables that no later run has completed and that the branch still has. */
  readonly open: readonly TableRow[];
}

/** The time up to which central has one table. */
export interface TableFreshness {
  readonly connection: string;
  readonly table: string;
  /** The source snapshot of its latest success; null if it had none. */
  readonly at: string | null;
}

/** The present state of tables, from all batches together. A success counts in any batch, and without one. */
export interface Outcomes {
  /**
   * The failed and interrupted batches that are not superseded, latest first: the newest ones, and all older ones with a
   * failed table that no later run has completed.
   */
  unresolved(): readonly Unresolved[];
  /** Whether the journal has a success of any table of a connection. */
  hasSucceeded(connection: string): boolean;
  /** When a table of a connection was last completed; null if none was. */
  lastSuccessAt(connection: string): string | null;
  /**
   * The tables of a connection's latest batch of all tables, without those that the source no longer has. Empty if no such
   * batch has run.
   */
  freshness(connection: string): readonly TableFreshness[];
  /** Start of the first run of a table in the journal; null if there is none. */
  firstRunAt(connection: string, table: string): string | null;
}

/** A table that keeps failing adds a failed batch each time. Older ones are only read for other tables. */
const NEWEST = 20;

export function createOutcomes(store: ReadableStore): Outcomes {
  return {
    unresolved: () => unresolved(store),
    hasSucceeded: (connection) => hasSucceeded(store, connection),
    lastSuccessAt: (connection) =>
      hasSucceeded(store, connection) ? lastSuccessAt(store, connection) : null,
    freshness: (connection) =>
      store.all<TableFreshness>(
        `SELECT p.connection, p.table_name AS "table", ${snapshotOfLastSuccess('p')} AS at
         FROM sync_progress p
         WHERE p.connection = @connection AND p.batch_id = ${LATEST_WHOLE_BATCH} AND p.status <> 'skipped'`,
        { connection },
      ),
    firstRunAt: (connection, table_name) =>
      store.get<{ readonly at: string | null }>(
        `SELECT started_at AS at FROM sync_progress
         WHERE connection = @connection AND table_name = @table_name AND started_at IS NOT NULL
         ORDER BY rowid LIMIT 1`,
        { connection, table_name },
      )?.at ?? null,
  };
}

/**
 * The latest batch that was asked for all tables of `@connection`, and knew them. With `all_tables = 0` SQLite would make an
 * index of the whole table first.
 */
export const LATEST_WHOLE_BATCH = `(
  SELECT b.batch_id FROM sync_batches b
  WHERE json_array_length(b.options, '$.tables') = 0 AND EXISTS (
    SELECT 1 FROM sync_progress w
    WHERE w.batch_id = b.batch_id AND w.connection = @connection AND NOT w.all_tables)
  ORDER BY b.rowid DESC LIMIT 1)`;

/** SQL of the event-log rows of tables completed outside a batch. Word for word the condition of their partial index. */
const ALONE = `e.batch_id IS NULL AND e.event = 'table_completed'`;

/** SQL: whether the table of a row `p` was completed after that row's end; for the row of all tables, any table. */
const DONE_SINCE = `(EXISTS (
    SELECT 1 FROM sync_progress q
    WHERE q.connection = p.connection AND (q.table_name = p.table_name OR p.all_tables)
      AND q.status = 'completed' AND q.ended_at > coalesce(p.ended_at, b.ended_at))
  OR EXISTS (
    SELECT 1 FROM event_log e
    WHERE ${ALONE} AND e.connection = p.connection
      AND (e.table_name = p.table_name OR p.all_tables) AND e.at > coalesce(p.ended_at, b.ended_at)))`;

const UNRESOLVED = `b.status IN ('failed', 'interrupted') AND b.interruption_reason IS NOT 'superseded'`;

/** SQL: the source snapshot of the latest success of the table of a row. */
function snapshotOfLastSuccess(row: string): string {
  return `(SELECT s.snapshot FROM (
    SELECT * FROM (SELECT q.ended_at AS at, q.source_snapshot_at AS snapshot FROM sync_progress q
      WHERE q.connection = ${row}.connection AND q.table_name = ${row}.table_name AND q.status = 'completed'
      ORDER BY q.ended_at DESC LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT e.at, e.detail ->> 'source_snapshot_at' FROM event_log e
      WHERE ${ALONE} AND e.connection = ${row}.connection AND e.table_name = ${row}.table_name
      ORDER BY e.at DESC LIMIT 1)) s
    WHERE s.snapshot IS NOT NULL ORDER BY s.at DESC LIMIT 1)`;
}

function unresolved(store: ReadableStore): readonly Unresolved[] {
  const newest = store.all<RawBatchRow & Id>(
    `SELECT b.rowid AS id, b.* FROM sync_batches b WHERE ${UNRESOLVED} ORDER BY b.rowid DESC LIMIT ${NEWEST}`,
  );
  const oldest = newest.at(-1)?.id ?? 0;
  const older =
    newest.length < NEWEST
      ? []
      : store.all<RawBatchRow & Id>(
          `${NEWEST_OPEN}
           SELECT b.rowid AS id, b.* FROM sync_batches b WHERE b.rowid < @oldest AND b.batch_id IN (
             SELECT p.batch_id FROM open JOIN sync_progress p ON p.rowid = open.id
               JOIN sync_batches b ON b.batch_id = p.batch_id
             WHERE ${UNRESOLVED} AND NOT ${DONE_SINCE})
           ORDER BY b.rowid DESC`,
          { oldest },
        );
  const known = new Map<string, KnownTables | null>();
  return [...newest, ...older].map(({ id, ...raw }) => look(store, id, batchRow(raw), known));
}

interface Id {
  readonly id: number;
}

/**
 * The newest run of each table that is not done, outside the batch that runs: one step along the index a table,
 * however many runs there are.
 */
const NOT_DONE = `status NOT IN ('completed', 'skipped')
  AND batch_id IS NOT (SELECT r.batch_id FROM sync_batches r WHERE r.status = 'running')`;
const NEWEST_OPEN = `WITH RECURSIVE open (id) AS (
  SELECT (SELECT rowid FROM sync_progress WHERE ${NOT_DONE}
    ORDER BY connection DESC, table_name DESC, rowid DESC LIMIT 1)
  UNION ALL
  SELECT coalesce(
    (SELECT p.rowid FROM sync_progress p WHERE ${NOT_DONE} AND p.connection = q.connection
      AND p.table_name < q.table_name ORDER BY p.table_name DESC, p.rowid DESC LIMIT 1),
    (SELECT p.rowid FROM sync_progress p WHERE ${NOT_DONE} AND p.connection < q.connection
      ORDER BY p.connection DESC, p.table_name DESC, p.rowid DESC LIMIT 1))
  FROM open JOIN sync_progress q ON q.rowid = open.id)`;

function look(
  store: ReadableStore,
  id: number,
  batch: BatchRow,
  known: Map<string, KnownTables | null>,
): Unresolved {
  const rows = store.all<RawTableRow & { readonly done_since: number }>(
    `SELECT p.*, ${DONE_SINCE} AS done_since
     FROM sync_progress p JOIN sync_batches b ON b.batch_id = p.batch_id
     WHERE p.batch_id = @batch_id AND p.status NOT IN ('completed', 'skipped')
     ORDER BY p.rowid`,
    { batch_id: batch.batch_id },
  );
  const open = rows.filter((row) => {
    if (row.done_since !== 0) return false;
    const now = knownNow(store, row.connection, known);
    const isGone = now !== null && now.id > id && !now.tables.has(row.table_name);
    return row.all_tables !== 0 || !isGone;
  });
  return { batch, left: rows.length, open: open.map(({ done_since: _, ...row }) => tableRow(row)) };
}

/** The tables that a connection's latest batch of everything found at the branch. */
interface KnownTables extends Id {
  readonly tables: ReadonlySet<string>;
}

/** The tables of the connection's latest whole batch: a table that is not among them was renamed or dropped at the branch. */
function knownNow(
  store: ReadableStore,
  connection: string,
  known: Map<string, KnownTables | null>,
): KnownTables | null {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const rows = store.all<Id & { readonly table_name: string; readonly status: string }>(
    `SELECT b.rowid AS id, p.table_name, p.status
     FROM sync_progress p JOIN sync_batches b ON b.batch_id = p.batch_id
     WHERE p.connection = @connection AND p.batch_id = ${LATEST_WHOLE_BATCH}`,
    { connection },
  );
  const [first] = rows;
  const tables = rows.filter((row) => row.status !== 'skipped').map((row) => row.table_name);
  const found = first === undefined ? null : { id: first.id, tables: new Set(tables) };
  known.set(connection, found);
  return found;
}

function hasSucceeded(store: ReadableStore, connection: string): boolean {
  const found = store.get(
    `SELECT 1 WHERE EXISTS (
         SELECT 1 FROM sync_progress p WHERE p.connection = @connection AND p.status = 'completed')
       OR EXISTS (SELECT 1 FROM event_log e WHERE ${ALONE} AND e.connection = @connection)`,
    { connection },
  );
  return found !== undefined;
}

/**
 * Batches are walked from the latest: the first with a success of the connection has the last one, but where an
 * older batch was resumed meanwhile. As EXISTS, SQLite would make an index of all table runs first.
 */
function lastSuccessAt(store: ReadableStore, connection: string): string | null {
  const inBatch = store.get<{ readonly at: string | null }>(
    `SELECT max(p.ended_at) AS at FROM sync_progress p
     WHERE +p.connection = @connection AND p.status = 'completed' AND p.batch_id = (
       SELECT b.batch_id FROM sync_batches b WHERE (
         SELECT 1 FROM sync_progress q
         WHERE q.batch_id = b.batch_id AND q.connection = @connection AND q.status = 'completed' LIMIT 1
       ) IS NOT NULL
       ORDER BY b.rowid DESC LIMIT 1)`,
    { connection },
  );
  const alone = store.get<{ readonly at: string | null }>(
    `SELECT max(e.at) AS at FROM event_log e WHERE ${ALONE} AND e.connection = @connection`,
    { connection },
  );
  const all = [inBatch?.at, alone?.at].filter((at) => at != null).sort();
  return all.at(-1) ?? null;
}
