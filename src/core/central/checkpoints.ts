import { Strategy } from '../../shared/status.ts';
import { oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import type { Mark } from '../source/mark.ts';
import {
  CHECKPOINT_COLUMNS,
  type Checkpoint,
  NO_COUNTS,
  PROOF,
  SNAPSHOT_AT,
  toCheckpoint,
} from './checkpoint.ts';
import { type Claim, lostLease } from './ownership.ts';
import { beginCentral } from './transaction.ts';

/**
 * Where tables of a claimed connection stand, by table name; the claim has raised their epochs. Tables that are
 * new get their rows here.
 */
export async function readCheckpoints(
  session: Session,
  claim: Claim,
  tables: readonly string[],
): Promise<Map<string, Checkpoint>> {
  const found = await findCheckpoints(session, claim.connection, tables);
  const missing = tables.filter((table) => !found.has(table));
  if (missing.length === 0) return found;
  // All rows at once: one by one, each would wait for central's disk.
  const made = await session.query(
    `INSERT INTO branchline.checkpoints (connection, table_name)
     SELECT connection, pg_catalog.json_array_elements_text($3::pg_catalog.json) FROM branchline.sources
     WHERE connection OPERATOR(pg_catalog.=) $1 AND claim OPERATOR(pg_catalog.=) $2 ON CONFLICT DO NOTHING RETURNING table_name, ${CHECKPOINT_COLUMNS}`,
    [claim.connection, claim.claim, JSON.stringify(missing)],
  );
  for (const row of made.rows) {
    const table = row.table_name ?? '';
    found.set(table, toCheckpoint(claim.connection, table, row));
  }
  return found;
}

/**
 * The checkpoints of those of a connection's tables that have one, by table name. Tables that an earlier batch
 * found unchanged together differ in little: what they have in common travels once.
 *
 * @param proof {@link NO_PROOF} where the checkpoints are of an older version
 */
export async function findCheckpoints(
  session: Session,
  connection: string,
  tables: readonly string[],
  proof = PROOF,
): Promise<Map<string, Checkpoint>> {
  const result = await session.query(
    oneLine(`SELECT ${IN_COMMON}, ${proof}, pg_catalog.json_agg(pg_catalog.json_build_array(table_name, epoch::pg_catalog.text, seq, mark OPERATOR(pg_catalog.->>) 'fingerprint', central_rows)) AS own
     FROM branchline.checkpoints
     WHERE connection OPERATOR(pg_catalog.=) $1 AND table_name OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($2::pg_catalog.json))
     GROUP BY ${Array.from({ length: IN_COMMON_COUNT }, (_, index) => index + 1).join()}`),
    [connection, JSON.stringify(tables)],
  );
  const checkpoints = result.rows.flatMap((row) => {
    const own = JSON.parse(row.own ?? '[]') as readonly OwnPart[];
    return own.map((one) => withOwnPart(connection, row, one));
  });
  return new Map(checkpoints.map((one) => [one.table, one]));
}

/** Thirteen columns, which {@link toCheckpoint} reads by their names, as it does the proof. */
const IN_COMMON = `batch_id, strategy, state, direct, resumed, last_key::pg_catalog.text,
  (mark::pg_catalog.jsonb OPERATOR(pg_catalog.-) 'fingerprint')::pg_catalog.text AS mark, pass_mark::pg_catalog.text, processed, skipped, deleted, bytes,
  ${SNAPSHOT_AT}`;
const IN_COMMON_COUNT = 14;

/** Table, epoch, seq, the mark's fingerprint, rows at central. */
type OwnPart = readonly [string, string, number, string | null, number | null];

function withOwnPart(connection: string, common: TextRow, own: OwnPart): Checkpoint {
  const [table, epoch, seq, fingerprint, centralRows] = own;
  const { mark, ...rest } = toCheckpoint(connection, table, common);
  return { ...rest, epoch, seq, centralRows, mark: mark === null ? null : { ...mark, fingerprint } };
}

/** What the marks of tables that were looked at in one snapshot have in common. */
export type SharedMark = Omit<Mark, 'fingerprint'>;

/**
 * Moves the checkpoints of unchanged tables on, all in one transaction: on a slow link a transaction a
 * table would cost more than everything else.
 *
 * @param tables those whose rows central was not asked to count lately have been counted now
 * @param mark under which all of them were found unchanged; each keeps its fingerprint, which is the same as it was
 * @returns the new checkpoints, in the same order
 * @throws SyncFailure `lost_lease` where any of the tables was taken over
 */
export async function moveUnchanged(
  session: Session,
  claim: Claim,
  batchId: string | null,
  sourceSnapshotAt: string,
  mark: SharedMark,
  tables: readonly Checkpoint[],
): Promise<readonly Checkpoint[]> {
  const moves = tables.map(({ table, epoch, seq, counted }) => [table, epoch, seq, ...(counted ? [] : [1])]);
  await session.script(beginCentral(session, claim.connection));
  const moved = await session.query(
    oneLine(`UPDATE branchline.checkpoints c SET seq = c.seq OPERATOR(pg_catalog.+) 1, batch_id = $2, strategy = $3, state = 'done',
       direct = false, resumed = false, last_key = NULL, mark = (c.mark::pg_catalog.jsonb OPERATOR(pg_catalog.||) $5::pg_catalog.jsonb)::pg_catalog.json, pass_mark = NULL,
       processed = 0, skipped = 0, deleted = 0, bytes = 0, source_snapshot_at = $4::pg_catalog.timestamptz,${countedNow(tables)}
       updated_at = pg_catalog.clock_timestamp()
     FROM pg_catalog.json_array_elements($6::pg_catalog.json) AS v(v)
     WHERE c.connection OPERATOR(pg_catalog.=) $1 AND c.table_name OPERATOR(pg_catalog.=) (v.v OPERATOR(pg_catalog.->>) 0)
       AND c.epoch OPERATOR(pg_catalog.=) (v.v OPERATOR(pg_catalog.->>) 1)::bigint
       AND c.seq OPERATOR(pg_catalog.=) (v.v OPERATOR(pg_catalog.->>) 2)::bigint`),
    [
      claim.connection,
      batchId,
      Strategy.Changes,
      sourceSnapshotAt,
      JSON.stringify(mark),
      JSON.stringify(moves),
    ],
  );
  if (moved.rowCount !== tables.length) {
    await session.query('ROLLBACK');
    throw lostLease(claim.connection);
  }
  await session.query('COMMIT');
  return tables.map((checkpoint) => ({
    ...checkpoint,
    ...NO_COUNTS,
    counted: true,
    seq: checkpoint.seq + 1,
    batchId,
    strategy: Strategy.Changes,
    state: 'done',
    direct: false,
    resumed: false,
    lastKey: null,
    mark: { ...mark, fingerprint: checkpoint.mark?.fingerprint ?? null },
    passMark: null,
    sourceSnapshotAt,
  }));
}

function countedNow(tables: readonly Checkpoint[]): string {
  if (tables.every((one) => one.counted)) return '';
  return ' counted_at = CASE WHEN (v.v OPERATOR(pg_catalog.->) 3) IS NULL THEN c.counted_at ELSE pg_catalog.clock_timestamp() END,';
}
