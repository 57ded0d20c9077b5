import { Strategy } from '../../shared/status.ts';
import type { Session } from '../postgres/session.ts';
import type { Mark } from '../source/mark.ts';
import { CHECKPOINT_COLUMNS, type Checkpoint, NO_COUNTS, toCheckpoint } from './checkpoint.ts';
import { type Claim, lostLease } from './ownership.ts';
import { beginCentral } from './transaction.ts';

/**
 * Where all tables of a claimed connection stand, by table name; the claim has raised their epochs. Tables
 * that are new get their rows here.
 */
export async function readCheckpoints(
  session: Session,
  claim: Claim,
  tables: readonly string[],
): Promise<Map<string, Checkpoint>> {
  // All rows at once: one by one, each would wait for central's disk.
  await session.query(
    `INSERT INTO branchline.checkpoints (connection, table_name)
     SELECT connection, json_array_elements_text($3::json) FROM branchline.sources
     WHERE connection = $1 AND claim = $2 ON CONFLICT DO NOTHING`,
    [claim.connection, claim.claim, JSON.stringify(tables)],
  );
  const result = await session.query(
    `SELECT table_name, ${CHECKPOINT_COLUMNS} FROM branchline.checkpoints WHERE connection = $1`,
    [claim.connection],
  );
  return new Map(
    result.rows.map((row) => [
      row.table_name ?? '',
      toCheckpoint(claim.connection, row.table_name ?? '', row),
    ]),
  );
}

/** A table that was found unchanged, and the mark under which it was. */
export interface Unchanged {
  readonly checkpoint: Checkpoint;
  readonly mark: Mark;
}

/**
 * Moves the checkpoints of unchanged tables on, all in one transaction: on a slow link a transaction a
 * table would cost more than everything else.
 *
 * @returns the new checkpoints, in the same order
 * @throws SyncFailure `lost_lease` where any of the tables was taken over
 */
export async function moveUnchanged(
  session: Session,
  version: number,
  claim: Claim,
  batchId: string | null,
  sourceSnapshotAt: string,
  tables: readonly Unchanged[],
): Promise<readonly Checkpoint[]> {
  const moves = tables.map(({ checkpoint, mark }) => ({
    table_name: checkpoint.table,
    epoch: checkpoint.epoch,
    seq: checkpoint.seq,
    mark,
  }));
  await session.script(beginCentral(session, version, claim.connection));
  const moved = await session.query(
    `UPDATE branchline.checkpoints c SET seq = c.seq + 1, batch_id = $2, strategy = $3, state = 'done',
       direct = false, resumed = false, last_key = NULL, mark = v.mark, pass_mark = NULL, processed = 0,
       skipped = 0, deleted = 0, bytes = 0, source_snapshot_at = $4::timestamptz, updated_at = clock_timestamp()
     FROM json_to_recordset($5::json) AS v(table_name text, epoch bigint, seq bigint, mark json)
     WHERE c.connection = $1 AND c.table_name = v.table_name AND c.epoch = v.epoch AND c.seq = v.seq`,
    [claim.connection, batchId, Strategy.Changes, sourceSnapshotAt, JSON.stringify(moves)],
  );
  if (moved.rowCount !== tables.length) {
    await session.query('ROLLBACK');
    throw lostLease(claim.connection);
  }
  await session.query('COMMIT');
  return tables.map(({ checkpoint, mark }) => ({
    ...checkpoint,
    ...NO_COUNTS,
    seq: checkpoint.seq + 1,
    batchId,
    strategy: Strategy.Changes,
    state: 'done',
    direct: false,
    resumed: false,
    lastKey: null,
    mark,
    passMark: null,
    sourceSnapshotAt,
  }));
}
