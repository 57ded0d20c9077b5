import type { Strategy } from '../../shared/status.ts';
import {
  collidingRows,
  isExplained,
  isProved,
  NotComparedReason,
  type VerifiedRow,
  VerifyResult,
  type VerifyRow,
} from '../../shared/verify.ts';
import type { Clock } from '../ports.ts';
import { appendEvent } from './batchTotals.ts';
import type { Store } from './store.ts';

/** The last verify of every table. */
export interface Verifications {
  /** Takes the place of the table's last one; the event log keeps them all. */
  recordVerification(row: VerifyRow): void;
  /** By connection and table; of one connection or all. */
  verifications(connection?: string): readonly VerifiedRow[];
  /** The last verify of the tables that are known to differ, by connection and table. */
  differing(): readonly VerifiedRow[];
  /**
   * A pass that compared or sent all rows has ended: the table no longer counts as differing. Where branches have the
   * same keys it still does: what the pass has overwritten differs for the other one now.
   */
  provedByPass(connection: string, table: string, strategy: Strategy): void;
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
  | 'differs_since'
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
        .map(verifiedRow),
    differing: () =>
      store
        .all<RawRow>(
          `SELECT * FROM range_digests WHERE differs_since IS NOT NULL ORDER BY connection, table_name`,
        )
        .map(verifiedRow),
    provedByPass: (connection, table, strategy) =>
      store.write(() => {
        if (isColliding(store, connection, table)) return;
        const changed = store.run(
          `UPDATE range_digests SET differs_since = NULL
           WHERE connection = @connection AND table_name = @table_name AND differs_since IS NOT NULL`,
          { connection, table_name: table },
        );
        if (changed === 0) return;
        appendEvent(store, clock, 'difference_over', { connection, table, detail: { strategy } });
      }),
  };
}

function verifiedRow({ detail, ...kept }: RawRow): VerifiedRow {
  const rest = JSON.parse(detail) as Omit<VerifiedRow, keyof Kept>;
  // Versions before 0.2 did not keep it.
  return { ...rest, shared_with: rest.shared_with ?? [], ...kept };
}

function isColliding(store: Store, connection: string, table: string): boolean {
  const row = store.get<RawRow>(
    'SELECT * FROM range_digests WHERE connection = @connection AND table_name = @table_name',
    { connection, table_name: table },
  );
  return row !== undefined && collidingRows(verifiedRow(row)) > 0;
}

/** What a verify says about whether a table differs; null where it does not know. */
function saysDiffers(row: VerifyRow): boolean | null {
  if (row.result === VerifyResult.Differs) return true;
  if (isProved(row) || isExplained(row) || row.reason === NotComparedReason.SourceTableMissing) return false;
  return null;
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
  const differs = saysDiffers(row);
  store.run(
    `INSERT INTO range_digests (connection, table_name, result, checked_at, source_snapshot_at, source_rows,
       central_rows, proved_at, differs_since, detail)
     VALUES (@connection, @table_name, @result, @checked_at, @source_snapshot_at, @source_rows, @central_rows,
       @proved_at, CASE @differs WHEN 1 THEN @checked_at END, @detail)
     ON CONFLICT (connection, table_name) DO UPDATE SET result = excluded.result,
       checked_at = excluded.checked_at, source_snapshot_at = excluded.source_snapshot_at,
       source_rows = excluded.source_rows, central_rows = excluded.central_rows,
       proved_at = coalesce(excluded.proved_at, proved_at),
       differs_since = CASE WHEN @differs = 0 THEN NULL
         ELSE coalesce(differs_since, excluded.differs_since) END,
       detail = excluded.detail`,
    {
      connection,
      table_name,
      result,
      checked_at,
      source_snapshot_at,
      source_rows,
      central_rows,
      proved_at: isProved(row) ? source_snapshot_at : null,
      differs: differs === null ? null : Number(differs),
      detail: JSON.stringify(rest),
    },
  );
  const detail = { result, source_rows, central_rows, differing_ranges: row.differing_ranges };
  appendEvent(store, clock, 'verified', { connection, table: table_name, detail });
}
