import { closest, distance } from 'fastest-levenshtein';
import { type BatchRow, type LogRow, type TableRow, tableKey } from '../../shared/contract.ts';
import {
  batchRow,
  logRow,
  type RawBatchRow,
  type RawLogRow,
  type RawTableRow,
  tableRow,
} from './journalRows.ts';
import { LATEST_WHOLE_BATCH } from './outcomes.ts';
import type { ReadableStore } from './store.ts';

export interface LogFilter {
  readonly batchId?: string;
  /** How many of the newest lines; default 1,000. */
  readonly limit?: number;
}

/** A wait for a busy head office. */
export interface CentralWaiting {
  readonly connection: string;
  /** Null if the whole connection waits. */
  readonly table: string | null;
  readonly since: Date;
}

/** What the journal answers. "Latest" means begun last. */
export interface Queries {
  batch(batchId: string): BatchRow | null;
  latestBatch(): BatchRow | null;
  /** Latest first. */
  batches(limit: number): readonly BatchRow[];
  /** In the order of the plan; empty where there is no such batch. */
  tables(batchId: string): readonly TableRow[];
  table(batchId: string, connection: string, table: string): TableRow | null;
  /** One table's runs, latest first. */
  pastRuns(connection: string, table: string, limit: number): readonly TableRow[];
  runningBatch(): BatchRow | null;
  /** Latest first, whatever the reason. */
  interruptedBatches(): readonly BatchRow[];
  /** The newest lines, oldest of them first. */
  log(filter?: LogFilter): readonly LogRow[];
  /** Waits for a busy head office that have not ended since the batch began or was last resumed. */
  centralWaits(batchId: string): readonly CentralWaiting[];
  /** The tables of a connection in the latest batch that was asked for all of them, and knew them. */
  knownTables(connection: string): readonly string[];
  /** Whether any other batch than this one has run a table of the connection. */
  hasPast(connection: string, exceptBatchId: string | null): boolean;
  /** The batch id most like a mistyped one, among the latest 500; null where none is like it. */
  nearestBatchId(typed: string): string | null;
}

export function createQueries(store: ReadableStore): Queries {
  return {
    batch: (batchId) => findBatch(store, batchId),
    latestBatch: () => latest(store, 1)[0] ?? null,
    batches: (limit) => latest(store, limit),
    tables: (batchId) =>
      store
        .all<RawTableRow>('SELECT * FROM sync_progress WHERE batch_id = @batch_id ORDER BY rowid', {
          batch_id: batchId,
        })
        .map(tableRow),
    table: (batchId, connection, table) => findTable(store, batchId, connection, table),
    pastRuns: (connection, table, limit) =>
      store
        .all<RawTableRow>(
          `SELECT * FROM sync_progress WHERE connection = @connection AND table_name = @table_name
           ORDER BY rowid DESC LIMIT @limit`,
          { connection, table_name: table, limit },
        )
        .map(tableRow),
    runningBatch: () => runningBatch(store),
    interruptedBatches: () =>
      store
        .all<RawBatchRow>(`SELECT * FROM sync_batches WHERE status = 'interrupted' ORDER BY rowid DESC`)
        .map(batchRow),
    log: (filter = {}) => log(store, filter),
    centralWaits: (batchId) => centralWaits(store, batchId),
    knownTables: (connection) => (hasPast(store, connection, null) ? knownTables(store, connection) : []),
    hasPast: (connection, exceptBatchId) => hasPast(store, connection, exceptBatchId),
    nearestBatchId: (typed) => nearestBatchId(store, typed),
  };
}

/**
 * Searches the batches from the latest. The plus keeps SQLite from starting with the connection's rows, all of which it
 * would sort: 2 s for 1,200,000 rows.
 */
function knownTables(store: ReadableStore, connection: string): readonly string[] {
  return store
    .all<{ readonly table_name: string }>(
      `SELECT table_name FROM sync_progress
       WHERE +connection = @connection AND batch_id = ${LATEST_WHOLE_BATCH} ORDER BY rowid`,
      { connection },
    )
    .map((row) => row.table_name);
}

function hasPast(store: ReadableStore, connection: string, exceptBatchId: string | null): boolean {
  const found = store.get(
    'SELECT 1 FROM sync_progress WHERE connection = @connection AND batch_id IS NOT @batch_id LIMIT 1',
    { connection, batch_id: exceptBatchId },
  );
  return found !== undefined;
}

export function findBatch(store: ReadableStore, batchId: string): BatchRow | null {
  const raw = store.get<RawBatchRow>('SELECT * FROM sync_batches WHERE batch_id = @batch_id', {
    batch_id: batchId,
  });
  return raw ? batchRow(raw) : null;
}

export function findTable(
  store: ReadableStore,
  batchId: string,
  connection: string,
  table: string,
): TableRow | null {
  const raw = store.get<RawTableRow>(
    `SELECT * FROM sync_progress
     WHERE batch_id = @batch_id AND connection = @connection AND table_name = @table_name`,
    { batch_id: batchId, connection, table_name: table },
  );
  return raw ? tableRow(raw) : null;
}

export function runningBatch(store: ReadableStore): BatchRow | null {
  const raw = store.get<RawBatchRow>(`SELECT * FROM sync_batches WHERE status = 'running'`);
  return raw ? batchRow(raw) : null;
}

export function nearestBatchId(store: ReadableStore, typed: string): string | null {
  const ids = store
    .all<{ readonly batch_id: string }>('SELECT batch_id FROM sync_batches ORDER BY rowid DESC LIMIT 500')
    .map((row) => row.batch_id);
  if (ids.length === 0) return null;
  const nearest = closest(typed, ids);
  // A third of the id's 29 characters: two other ids of the same second differ by about eight.
  return distance(typed, nearest) <= 9 ? nearest : null;
}

/** Rowids follow the order of insertion, even if the system clock was set back. */
function latest(store: ReadableStore, limit: number): BatchRow[] {
  return store
    .all<RawBatchRow>('SELECT * FROM sync_batches ORDER BY rowid DESC LIMIT @limit', { limit })
    .map(batchRow);
}

function log(store: ReadableStore, { batchId, limit = 1000 }: LogFilter): LogRow[] {
  const where = batchId === undefined ? '' : 'WHERE batch_id = @batch_id';
  return store
    .all<RawLogRow>(`SELECT * FROM event_log ${where} ORDER BY id DESC LIMIT @limit`, {
      batch_id: batchId ?? null,
      limit,
    })
    .reverse()
    .map(logRow);
}

function centralWaits(store: ReadableStore, batchId: string): readonly CentralWaiting[] {
  const waits = new Map<string, CentralWaiting>();
  // What a process that died was waiting for has no end in the log, so only the last attempt counts.
  const lines = store.all<RawLogRow>(
    `SELECT * FROM event_log WHERE batch_id = @batch_id AND event = 'waiting_for_central' AND id > coalesce(
       (SELECT max(id) FROM event_log WHERE batch_id = @batch_id AND event IN ('batch_started', 'batch_resumed')), 0)
     ORDER BY id`,
    { batch_id: batchId },
  );
  for (const { at, connection, table_name: table, detail } of lines.map(logRow)) {
    if (connection === null) continue;
    const key = tableKey(connection, table ?? '');
    const seconds = typeof detail.seconds === 'number' ? detail.seconds : 0;
    if (detail.over === true) waits.delete(key);
    else waits.set(key, { connection, table, since: new Date(Date.parse(at) - seconds * 1000) });
  }
  return [...waits.values()];
}
