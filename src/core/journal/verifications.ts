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
import type { ReadableStore, WritableStore } from './store.ts';

/** The last verify of every table. */
export interface VerificationReads {
  /** By connection and table; of one connection or all. */
  verifications(connection?: string): readonly VerifiedRow[];
  /** The last verify of the tables that are known to differ, by connection and table. */
  differing(): readonly VerifiedRow[];
}

export interface VerificationWrites {
  /** Replaces the last verify of the table. The event log keeps all of them. */
  recordVerification(row: VerifyRow): void;
  /**
   * After a pass that compared or sent all rows, the table no longer counts as differing. If branches have the same keys it
   * still does, because the rows that the pass has overwritten now differ from the other branch.
   */
  provedByPass(connection: string, table: string, strategy: Strategy): void;
}

/** The values with columns of their own; the others are in the JSON of `detail`. */
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

export function createVerificationReads(store: ReadableStore): VerificationReads {
  return {
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
  };
}

export function createVerificationWrites(store: WritableStore, clock: Clock): VerificationWrites {
  return {
    recordVerification: (row) => store.write(() => record(store, clock, row)),
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
  const rest = JSON.parse(detail) as Omit<VerifiedRow, keyof Kept | 'all_tables'>;
  // Earlier versions did not store it.
  return { ...rest, shared_with: rest.shared_with ?? [], all_tables: false, ...kept };
}

function isColliding(store: ReadableStore, connection: string, table: string): boolean {
  const row = store.get<RawRow>(
    'SELECT * FROM range_digests WHERE connection = @connection AND table_name = @table_name',
    { connection, table_name: table },
  );
  return row !== undefined && collidingRows(verifiedRow(row)) > 0;
}

/** Whether a verify has found that the table differs; null if it could not tell. */
function saysDiffers(row: VerifyRow): boolean | null {
  if (row.result === VerifyResult.Differs) return true;
  if (isProved(row) || isExplained(row) || row.reason === NotComparedReason.SourceTableMissing) return false;
  return null;
}

function record(store: WritableStore, clock: Clock, row: VerifyRow): void {
  const { connection, table_name: table, result, source_rows, central_rows, differing_ranges } = row;
  const detail = { result, source_rows, central_rows, differing_ranges };
  // A source that could not be read says nothing about any of its tables.
  if (!row.all_tables) keep(store, row);
  appendEvent(store, clock, 'verified', { connection, ...(row.all_tables ? {} : { table }), detail });
}

function keep(store: WritableStore, row: VerifyRow): void {
  const {
    connection,
    table_name,
    result,
    checked_at,
    source_snapshot_at,
    source_rows,
    central_rows,
    all_tables: _,
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
}
