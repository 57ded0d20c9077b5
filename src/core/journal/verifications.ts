import { isProved, type VerifiedRow, type VerifyRow } from '../../shared/verify.ts';
import type { Clock } from '../ports.ts';
import { appendEvent } from './eventLog.ts';
import type { Store } from './store.ts';

/** The last verify of every table. */
export interface Verifications {
  /** Takes the place of the table's last one; the event log keeps them all. */
  recordVerification(row: VerifyRow): void;
  /** By connection and table; of one connection or all. */
  verifications(connection?: string): readonly VerifiedRow[];
}

/** The columns that are asked for by SQL; the rest is in `detail`. */
type Kept = Pick<
  VerifiedRow,
  | 'connection'
  | 'table_name'
  | 'result'
  | 'checked_at'
  | 'source_snapshot_at'
  | 'source_rows'
  | 'central_rows'
  | 'proved_at'
>;
type RawRow = Kept & { readonly detail: string };

export function createVerifications(store: Store, clock: Clock): Verifications {
  return {
    recordVerification: (row) => store.write(() => record(store, clock, row)),
    verifications: (connection) =>
      store
        .all<RawRow>(
          `SELECT * FROM range_digests WHERE @connection IS NULL OR connection = @connection
           ORDER BY connection, table_name`,
          { connection: connection ?? null },
        )
        .map(({ detail, ...kept }) => ({
          ...(JSON.parse(detail) as Omit<VerifiedRow, keyof Kept>),
          ...kept,
        })),
  };
}

function record(store: Store, clock: Clock, row: VerifyRow): void {
  const {
    connection,
    table_name,
    result,
    checked_at,
    source_snapshot_at,
    source_rows,
    central_rows,
    ...rest
  } = row;
  store.run(
    `INSERT INTO range_digests (connection, table_name, result, checked_at, source_snapshot_at, source_rows,
       central_rows, proved_at, detail)
     VALUES (@connection, @table_name, @result, @checked_at, @source_snapshot_at, @source_rows, @central_rows,
       @proved_at, @detail)
     ON CONFLICT (connection, table_name) DO UPDATE SET result = excluded.result,
       checked_at = excluded.checked_at, source_snapshot_at = excluded.source_snapshot_at,
       source_rows = excluded.source_rows, central_rows = excluded.central_rows,
       proved_at = coalesce(excluded.proved_at, proved_at), detail = excluded.detail`,
    {
      connection,
      table_name,
      result,
      checked_at,
      source_snapshot_at,
      source_rows,
      central_rows,
      proved_at: isProved(row) ? source_snapshot_at : null,
      detail: JSON.stringify(rest),
    },
  );
  const detail = { result, source_rows, central_rows, differing_ranges: row.differing_ranges };
  appendEvent(store, clock, 'verified', { connection, table: table_name, detail });
}
