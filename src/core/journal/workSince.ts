import type { ReadableStore } from './store.ts';

/** What batches did for one connection. */
export interface WorkSince {
  /** Batches that ended since then; one that was resumed counts once. */
  readonly batches: number;
  /** Those of them in which a table of the connection is failed now. */
  readonly failed: number;
  /** Those that stopped before their end. */
  readonly interrupted: number;
  readonly rows: number;
  /** Of the rows, before compression. */
  readonly bytes: number;
}

export interface WorkReads {
  /** @param since ISO 8601 in UTC */
  workSince(connection: string, since: string): WorkSince;
}

export function createWorkReads(store: ReadableStore): WorkReads {
  return {
    workSince: (connection, since) => {
      // From the batches, which are few, to their tables by the primary key.
      const found = store.get<WorkSince>(
        `SELECT count(*) AS batches,
           coalesce(sum(failed > 0), 0) AS failed,
           coalesce(sum(failed = 0 AND status = 'interrupted'), 0) AS interrupted,
           coalesce(sum(sent_rows), 0) AS rows, coalesce(sum(sent), 0) AS bytes
         FROM (
           SELECT b.status, sum(p.status = 'failed') AS failed,
             sum(iif(p.ended_at > @since, p.records_processed, 0)) AS sent_rows,
             sum(iif(p.ended_at > @since, p.bytes, 0)) AS sent
           FROM sync_batches b
           CROSS JOIN sync_progress p ON p.batch_id = b.batch_id AND p.connection = @connection
           WHERE b.ended_at > @since
           GROUP BY b.batch_id)`,
        { connection, since },
      );
      return found ?? { batches: 0, failed: 0, interrupted: 0, rows: 0, bytes: 0 };
    },
  };
}
