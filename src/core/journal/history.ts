import { modelName } from '../../shared/naming.ts';
import type { BatchStatus, BatchTrigger } from '../../shared/status.ts';
import type { BatchPage } from '../../shared/window/views.ts';
import { batchRow, type RawBatchRow } from './rows.ts';
import type { SqlParams, Store } from './store.ts';
import { latestRuns } from './tablesPast.ts';

/** Which batches are wanted. Absent is all. */
export interface HistoryFilter {
  readonly status?: BatchStatus | undefined;
  readonly trigger?: BatchTrigger | undefined;
  readonly connection?: string | undefined;
  /** Part of a batch's id, or of the name of a table or model in it; in any case. */
  readonly text?: string | undefined;
  /** Begun in this time: ISO 8601 in UTC, `to` not included. */
  readonly begun?: { readonly from: string; readonly to: string } | undefined;
}

/** When a batch was begun, and what it came to. */
export interface BegunBatch {
  readonly started_at: string;
  readonly status: BatchStatus;
}

/** The past, for lists. */
export interface History {
  /** Latest first, with what their tables came to. */
  history(filter: HistoryFilter, offset: number, limit: number): BatchPage;
  /** All begun at or after a moment (ISO 8601 in UTC), in no order. */
  begunSince(from: string): readonly BegunBatch[];
  /** When the oldest batch that is kept was begun; null where there is none. */
  oldestBatchAt(): string | null;
}

export function createHistory(store: Store): History {
  return {
    history: (filter, offset, limit) => {
      const { where, params } = condition(store, filter);
      const total = store.get<{ readonly total: number }>(
        `SELECT count(*) AS total FROM sync_batches b WHERE ${where}`,
        params,
      );
      const batches = store.all<RawBatchRow>(
        `SELECT * FROM sync_batches b WHERE ${where} ORDER BY rowid DESC LIMIT @limit OFFSET @offset`,
        { ...params, limit, offset },
      );
      const sums = sumsOf(
        store,
        batches.map((one) => one.batch_id),
      );
      return {
        total: total?.total ?? 0,
        batches: batches.map((one) => ({ ...batchRow(one), ...(sums.get(one.batch_id) ?? NOTHING) })),
      };
    },
    begunSince: (from) =>
      store.all<BegunBatch>('SELECT started_at, status FROM sync_batches WHERE started_at >= @from', {
        from,
      }),
    oldestBatchAt: () =>
      store.get<{ readonly started_at: string }>('SELECT started_at FROM sync_batches ORDER BY rowid LIMIT 1')
        ?.started_at ?? null,
  };
}

interface Sums {
  readonly records_processed: number;
  readonly records_deleted: number;
  readonly bytes: number;
}

const NOTHING: Sums = { records_processed: 0, records_deleted: 0, bytes: 0 };

function sumsOf(store: Store, batchIds: readonly string[]): ReadonlyMap<string, Sums> {
  const rows = store.all<Sums & { readonly batch_id: string }>(
    `SELECT batch_id, sum(records_processed) AS records_processed, sum(records_deleted) AS records_deleted,
       sum(bytes) AS bytes
     FROM sync_progress WHERE batch_id IN (SELECT value FROM json_each(@ids)) GROUP BY batch_id`,
    { ids: JSON.stringify(batchIds) },
  );
  return new Map(rows.map(({ batch_id, ...sums }) => [batch_id, sums]));
}

function condition(
  store: Store,
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
    ...(wanted === '' ? {} : { text: wanted, tables: JSON.stringify(tablesLike(store, wanted)) }),
  };
  return { where: parts.length === 0 ? '1' : parts.join(' AND '), params };
}

/** The names of tables are looked through first, each once: of a thousand batches nearly all have the same. */
const HAS_TEXT = `(instr(lower(b.batch_id), @text) > 0 OR EXISTS (
  SELECT 1 FROM json_each(@tables) t CROSS JOIN sync_progress p WHERE p.batch_id = b.batch_id
    AND p.connection = t.value ->> 0 AND p.table_name = t.value ->> 1))`;

function tablesLike(store: Store, text: string): readonly (readonly [string, string])[] {
  return latestRuns(store)
    .filter(({ table_name }) => `${table_name}\n${modelName(table_name)}`.toLowerCase().includes(text))
    .map(({ connection, table_name }) => [connection, table_name]);
}
