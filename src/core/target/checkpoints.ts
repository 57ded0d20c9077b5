import { SyncFailure } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import { oneLine, own, textArray } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import type { Mark } from '../source/mark.ts';
import {
  CHECKPOINT_COLUMNS,
  type Checkpoint,
  FENCED,
  NO_COUNTS,
  PROOF,
  SNAPSHOT_AT,
  toCheckpoint,
} from './checkpoint.ts';
import { type Claim, lostLease } from './ownership.ts';

/**
 * Reads the checkpoints of a claimed connection's tables, by table name. The claim has raised their epochs. For new
 * tables it inserts them.
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
 * Reads a connection's existing checkpoints, by table name. Checkpoints of tables that an earlier batch found unchanged
 * together differ in few columns, so what they have in common is transferred once.
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
     WHERE connection OPERATOR(pg_catalog.=) $1 AND table_name OPERATOR(pg_catalog.=) ANY ($2)
     GROUP BY ${Array.from({ length: IN_COMMON_COUNT }, (_, index) => index + 1).join()}`),
    [connection, textArray(tables)],
  );
  const checkpoints = result.rows.flatMap((row) => {
    const own = JSON.parse(row.own ?? '[]') as readonly OwnPart[];
    return own.map((one) => withOwnPart(connection, row, one));
  });
  return new Map(checkpoints.map((one) => [one.table, one]));
}

/** SQL of the common columns. {@link toCheckpoint} reads them by name, as it does the proof. */
const IN_COMMON = `batch_id, strategy, state, direct, resumed, last_key::pg_catalog.text,
  CASE WHEN pg_catalog.json_typeof(mark) OPERATOR(pg_catalog.=) 'object' THEN (mark::pg_catalog.jsonb OPERATOR(pg_catalog.-) 'fingerprint')::pg_catalog.text END AS mark, pass_mark::pg_catalog.text, processed, skipped, deleted, bytes,
  ${SNAPSHOT_AT}`;
/** The thirteen above and the proof. */
const IN_COMMON_COUNT = 14;

/** Table, epoch, seq, the mark's fingerprint, rows at central. */
type OwnPart = readonly [string, string, number, string | null, number | null];

function withOwnPart(connection: string, common: TextRow, own: OwnPart): Checkpoint {
  const [table, epoch, seq, fingerprint, centralRows] = own;
  const { mark, ...rest } = toCheckpoint(connection, table, common);
  return { ...rest, epoch, seq, centralRows, mark: mark === null ? null : { ...mark, fingerprint } };
}

/** The part of a mark that all tables of one snapshot have in common. */
export type SharedMark = Omit<Mark, 'fingerprint'>;

/**
 * Moves the checkpoints of unchanged tables forward, all in one transaction: on a slow link one transaction per table
 * would cost more than everything else.
 *
 * @param tables rows of tables that were not `counted` before have been counted now
 * @param mark under which all of them were found unchanged; each keeps its own fingerprint
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
  try {
    await session.query(oneLine(moveQuery(tables)), [
      claim.connection,
      batchId,
      Strategy.Changes,
      sourceSnapshotAt,
      JSON.stringify(mark),
      JSON.stringify(moves),
    ]);
  } catch (error) {
    if (error instanceof SyncFailure && error.detail.sqlstate === FENCED) throw lostLease(claim.connection);
    throw error;
  }
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

/** SQL, in one statement and so one round trip. If it cannot move all checkpoints, it divides by zero and moves none. */
function moveQuery(tables: readonly Checkpoint[]): string {
  return `WITH moved AS (UPDATE branchline.checkpoints c SET seq = c.seq ${own('+')} 1, batch_id = $2, strategy = $3, state = 'done',
       direct = false, resumed = false, last_key = NULL, mark = (c.mark::pg_catalog.jsonb ${own('||')} $5::pg_catalog.jsonb)::pg_catalog.json, pass_mark = NULL,
       processed = 0, skipped = 0, deleted = 0, bytes = 0, source_snapshot_at = $4::pg_catalog.timestamptz,${countedNow(tables)}
       updated_at = pg_catalog.clock_timestamp()
     FROM pg_catalog.json_array_elements($6::pg_catalog.json) v(v)
     WHERE c.connection ${own('=')} $1 AND c.table_name ${own('=')} (v.v ${own('->>')} 0)
       AND c.epoch ${own('=')} (v.v ${own('->>')} 1)::bigint AND c.seq ${own('=')} (v.v ${own('->>')} 2)::bigint RETURNING 1)
     SELECT 1 ${own('/')} (pg_catalog.count(*) ${own('/')} ${tables.length}) AS fenced FROM moved`;
}

function countedNow(tables: readonly Checkpoint[]): string {
  if (tables.every((one) => one.counted)) return '';
  return ' counted_at = CASE WHEN (v.v OPERATOR(pg_catalog.->) 3) IS NULL THEN c.counted_at ELSE pg_catalog.clock_timestamp() END,';
}
