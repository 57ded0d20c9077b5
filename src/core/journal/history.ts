import type { BatchPage, BatchSummary, LogRow } from '../../shared/contract.ts';
import { modelName } from '../../shared/naming.ts';
import type { BatchStatus, BatchTrigger } from '../../shared/status.ts';
import { batchRow, type RawBatchRow } from './journalRows.ts';
import type { ReadableStore, SqlParams } from './store.ts';

/** Selects batches. An absent property selects all. */
export interface HistoryFilter {
  readonly status?: BatchStatus | undefined;
  readonly trigger?: BatchTrigger | undefined;
  readonly connection?: string | undefined;
  /** Part of a batch id, or of the name of a table or model in the batch. Case does not matter. */
  readonly text?: string | undefined;
  /** Started in this period: ISO 8601 in UTC, without `to`. */
  readonly begun?: { readonly from: string; readonly to: string } | undefined;
}

/** A batch as a calendar needs it. */
export interface BegunBatch {
  readonly started_at: string;
  readonly status: BatchStatus;
  /** Null while it runs. */
  readonly duration_seconds: number | null;
  readonly records_processed: number;
  readonly bytes: number;
}

/** The event and the subject of a line of the event log. */
export type PastLine = Pick<LogRow, 'id' | 'event' | 'batch_id' | 'connection' | 'table_name'>;

/** Queries for lists of batches. */
export interface History {
  /** Latest first, with the totals of their tables. */
  history(filter: HistoryFilter, offset: number, limit: number): BatchPage;
  /** All that started at or after a time and before another (ISO 8601 in UTC), in no order. */
  begunBetween(from: string, to: string): readonly BegunBatch[];
  /** Id of the newest line of the event log; 0 if there is none. Every start and end of a batch or table writes one. */
  lastLine(): number;
  /** The lines after this id, at most the newest 10,000. */
  linesAfter(id: number): readonly PastLine[];
  /** Start of the oldest batch in the journal; null if there is none. */
  oldestBatchAt(): string | null;
}

export function createHistory(store: ReadableStore): History {
  return {
    history: (filter, offset, limit) => {
      const { where, params } = condition(store, filter);
      const total = store.get<{ readonly total: number }>(
        `SELECT count(*) AS total FROM sync_batches b LEFT JOIN batch_totals t ON t.batch_id = b.batch_id
         WHERE ${where}`,
        params,
      );
      const batches = store.all<RawBatchRow & Nullable<Sums>>(
        `SELECT b.*, ${SUMS} FROM sync_batches b LEFT JOIN batch_totals t ON t.batch_id = b.batch_id
         WHERE ${where} ORDER BY b.rowid DESC LIMIT @limit OFFSET @offset`,
        { ...params, limit, offset },
      );
      return { total: total?.total ?? 0, batches: batches.map(summary) };
    },
    begunBetween: (from, to) =>
      store.all<BegunBatch>(
        `SELECT b.started_at, b.status, b.duration_seconds, coalesce(t.records_processed, 0) AS records_processed,
           coalesce(t.bytes, 0) AS bytes
         FROM sync_batches b LEFT JOIN batch_totals t ON t.batch_id = b.batch_id
         WHERE b.started_at >= @from AND b.started_at < @to`,
        { from, to },
      ),
    lastLine: () => store.get<{ readonly id: number | null }>('SELECT max(id) AS id FROM event_log')?.id ?? 0,
    linesAfter: (id) =>
      store.all<PastLine>(
        `SELECT id, event, batch_id, connection, table_name FROM event_log WHERE id > @id
         ORDER BY id DESC LIMIT 10000`,
        { id },
      ),
    oldestBatchAt: () =>
      store.get<{ readonly started_at: string }>('SELECT started_at FROM sync_batches ORDER BY rowid LIMIT 1')
        ?.started_at ?? null,
  };
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

interface Sums {
  readonly records_processed: number;
  readonly records_skipped: number;
  readonly records_deleted: number;
  readonly bytes: number;
}

/** Totals: stored ones of a batch that has ended, sums over the table runs of a running one. */
const SUMS = (['records_processed', 'records_skipped', 'records_deleted', 'bytes'] as const)
  .map(
    (column) => `CASE b.status WHEN 'running'
      THEN (SELECT sum(p.${column}) FROM sync_progress p WHERE p.batch_id = b.batch_id)
      ELSE t.${column} END AS ${column}`,
  )
  .join(', ');

/** The row with its totals; a missing total is 0. */
function summary(raw: RawBatchRow & Nullable<Sums>): BatchSummary {
  const { records_processed, records_skipped, records_deleted, bytes, ...batch } = raw;
  return {
    ...batchRow(batch),
    records_processed: records_processed ?? 0,
    records_skipped: records_skipped ?? 0,
    records_deleted: records_deleted ?? 0,
    bytes: bytes ?? 0,
  };
}

function condition(
  store: ReadableStore,
  { status, trigger, connection, text, begun }: HistoryFilter,
): { readonly where: string; readonly params: SqlParams } {
  const wanted = text?.trim().toLowerCase() ?? '';
  const parts = [
    ...(status === undefined ? [] : ['b.status = @status']),
    ...(trigger === undefined ? [] : ['b."trigger" = @trigger']),
    ...(begun === undefined ? [] : ['b.started_at >= @from AND b.started_at < @to']),
    ...(connection === undefined
      ? []
      : [`EXISTS (SELECT 1 FROM json_each(b.options, '$.connections') c WHERE c.value = @connection)`]),
    ...(wanted === '' ? [] : [HAS_TEXT]),
  ];
  const params = {
    ...(status === undefined ? {} : { status }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(begun === undefined ? {} : { from: begun.from, to: begun.to }),
    ...(connection === undefined ? {} : { connection }),
    ...(wanted === '' ? {} : { text: wanted, lists: JSON.stringify(listsWith(store, wanted)) }),
  };
  return { where: parts.length === 0 ? '1' : parts.join(' AND '), params };
}

/** Nearly all batches share the same list of tables, so each list is searched once. */
const HAS_TEXT =
  '(instr(lower(b.batch_id), @text) > 0 OR t.list_id IN (SELECT value FROM json_each(@lists)))';

function listsWith(store: ReadableStore, text: string): readonly number[] {
  return store
    .all<{ readonly id: number; readonly tables: string }>('SELECT id, tables FROM table_lists')
    .filter(({ tables }) =>
      (JSON.parse(tables) as readonly (readonly [string, string])[]).some(([, table]) =>
        `${table}\n${modelName(table)}`.toLowerCase().includes(text),
      ),
    )
    .map(({ id }) => id);
}
