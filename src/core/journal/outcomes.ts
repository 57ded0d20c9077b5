import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { batchRow, type RawBatchRow, type RawTableRow, tableRow, UNKNOWN_TABLES } from './journalRows.ts';
import type { Store } from './store.ts';

/** A batch that did not end well, seen from now. */
export interface Unresolved {
  readonly batch: BatchRow;
  /** Its tables that are neither completed nor skipped. */
  readonly left: number;
  /** Those of them that no run has completed since, and that the branch still has. */
  readonly open: readonly TableRow[];
}

/** Up to when central has one table. */
export interface TableFreshness {
  readonly connection: string;
  readonly table: string;
  /** The source snapshot of its latest success; null where it had none. */
  readonly at: string | null;
}

/** How things stand, as against what was run. A success counts whichever batch it was in, or without one. */
export interface Outcomes {
  /**
   * The failed and interrupted batches that are not superseded, latest first: the newest, and all older ones in
   * which a table failed that has not been completed since.
   */
  unresolved(): readonly Unresolved[];
  /** Whether any table of a connection was ever completed, as far back as the journal goes. */
  hasSucceeded(connection: string): boolean;
  /** When a table of a connection was completed last; null where none was. */
  lastSuccessAt(connection: string): string | null;
  /**
   * The tables of a connection's latest batch of everything, without those that the source no longer has. Empty
   * where no such batch has run.
   */
  freshness(connection: string): readonly TableFreshness[];
  /** When a table was run first, as far back as the journal goes; null where it was not. */
  firstRunAt(connection: string, table: string): string | null;
}

/** A table that fails again and again makes a batch each time; the oldest of them say nothing new. */
const NEWEST = 20;

export function createOutcomes(store: Store): Outcomes {
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
        { connection, unknown: UNKNOWN_TABLES },
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

/** The latest batch that was asked for all tables of `@connection`, and knew them. */
export const LATEST_WHOLE_BATCH = `(
  SELECT b.batch_id FROM sync_batches b
  WHERE json_array_length(b.options, '$.tables') = 0 AND EXISTS (
    SELECT 1 FROM sync_progress w
    WHERE w.batch_id = b.batch_id AND w.connection = @connection AND w.table_name <> @unknown)
  ORDER BY b.rowid DESC LIMIT 1)`;

/** SQL of the event-log rows of tables completed outside a batch. Word for word the condition of their partial index. */
const ALONE = `e.batch_id IS NULL AND e.event = 'table_completed'`;

/** SQL: whether the table of a row `p` was completed after that row's end; for the row of all tables, any table. */
const DONE_SINCE = `(EXISTS (
    SELECT 1 FROM sync_progress q
    WHERE q.connection = p.connection AND (q.table_name = p.table_name OR p.table_name = @unknown)
      AND q.status = 'completed' AND q.ended_at > coalesce(p.ended_at, b.ended_at))
  OR EXISTS (
    SELECT 1 FROM event_log e
    WHERE ${ALONE} AND e.connection = p.connection
      AND (e.table_name = p.table_name OR p.table_name = @unknown) AND e.at > coalesce(p.ended_at, b.ended_at)))`;

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

function unresolved(store: Store): readonly Unresolved[] {
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
          { oldest, unknown: UNKNOWN_TABLES },
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

function look(store: Store, id: number, batch: BatchRow, known: Map<string, KnownTables | null>): Unresolved {
  const rows = store.all<RawTableRow & { readonly done_since: number }>(
    `SELECT p.*, ${DONE_SINCE} AS done_since
     FROM sync_progress p JOIN sync_batches b ON b.batch_id = p.batch_id
     WHERE p.batch_id = @batch_id AND p.status NOT IN ('completed', 'skipped')
     ORDER BY p.rowid`,
    { batch_id: batch.batch_id, unknown: UNKNOWN_TABLES },
  );
  const open = rows.filter((row) => {
    if (row.done_since !== 0) return false;
    const now = knownNow(store, row.connection, known);
    const isGone = now !== null && now.id > id && !now.tables.has(row.table_name);
    return row.table_name === UNKNOWN_TABLES || !isGone;
  });
  return { batch, left: rows.length, open: open.map(({ done_since: _, ...row }) => tableRow(row)) };
}

/** The tables that a connection's latest batch of everything found at the branch. */
interface KnownTables extends Id {
  readonly tables: ReadonlySet<string>;
}

/** A table that was renamed or dropped at the branch fails in no later batch, and is completed by none. */
function knownNow(
  store: Store,
  connection: string,
  known: Map<string, KnownTables | null>,
): KnownTables | null {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const rows = store.all<Id & { readonly table_name: string; readonly status: string }>(
    `SELECT b.rowid AS id, p.table_name, p.status
     FROM sync_progress p JOIN sync_batches b ON b.batch_id = p.batch_id
     WHERE p.connection = @connection AND p.batch_id = ${LATEST_WHOLE_BATCH}`,
    { connection, unknown: UNKNOWN_TABLES },
  );
  const [first] = rows;
  const tables = rows.filter((row) => row.status !== 'skipped').map((row) => row.table_name);
  const found = first === undefined ? null : { id: first.id, tables: new Set(tables) };
  known.set(connection, found);
  return found;
}

function hasSucceeded(store: Store, connection: string): boolean {
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
function lastSuccessAt(store: Store, connection: string): string | null {
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
