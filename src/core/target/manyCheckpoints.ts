import { SyncFailure } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import { literal, oneLine, own, textArray } from '../postgres/quote.ts';
import type { Session, Statement, StatementResult } from '../postgres/session.ts';
import type { Mark } from '../source/port.ts';
import {
  CHECKPOINT_COLUMNS,
  type Checkpoint,
  FENCED,
  NO_COUNTS,
  proofOf,
  SNAPSHOT_AT,
  toCheckpoint,
} from './checkpoint.ts';
import { type Claim, lostLease, underClaim } from './ownership.ts';

/**
 * Reads the checkpoints of a claimed connection's tables, by table name. For new tables it inserts them.
 *
 * @param answer result of {@link checkpointsQuery} since the claim; asked now if absent
 */
export async function readCheckpoints(
  session: Session,
  claim: Claim,
  tables: readonly string[],
  answer?: StatementResult,
): Promise<Map<string, Checkpoint>> {
  const found =
    answer === undefined
      ? await findCheckpoints(session, claim.connection, tables)
      : foundCheckpoints(claim.connection, answer);
  const missing = tables.filter((table) => !found.has(table));
  if (missing.length === 0) return claimed(found, claim);
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
  return claimed(found, claim);
}

function claimed(found: ReadonlyMap<string, Checkpoint>, { claim }: Claim): Map<string, Checkpoint> {
  return new Map([...found].map(([table, one]) => [table, { ...one, claim }]));
}

/**
 * Reads a connection's existing checkpoints, by table name.
 *
 * @param columns those of an older version, where our tables at central are of one
 */
export async function findCheckpoints(
  session: Session,
  connection: string,
  tables: readonly string[],
  columns = COLUMNS,
): Promise<Map<string, Checkpoint>> {
  const { text, values } = checkpointsQuery(connection, tables, columns);
  return foundCheckpoints(connection, await session.query(text, values));
}

/**
 * The query of {@link findCheckpoints}. Checkpoints of tables that were found unchanged together differ in few columns, so
 * what they have in common is transferred once.
 */
export function checkpointsQuery(
  connection: string,
  tables: readonly string[],
  { own: ownRows, from, proof }: CheckpointColumns = COLUMNS,
): Statement {
  return {
    text: oneLine(`SELECT ${ownRows.join()}, last_key::pg_catalog.text, state, direct, resumed, strategy, pass_mark::pg_catalog.text, processed, skipped, deleted, bytes, ${proof},
       pg_catalog.json_agg(pg_catalog.json_build_array(table_name, epoch::pg_catalog.text, seq, mark OPERATOR(pg_catalog.->>) 'fingerprint', central_rows)) AS own
     FROM ${from}
     WHERE c.connection OPERATOR(pg_catalog.=) $1 AND table_name OPERATOR(pg_catalog.=) ANY ($2)
     GROUP BY ${Array.from({ length: ownRows.length + COMMON_COUNT }, (_, index) => index + 1).join()}`),
    values: [connection, textArray(tables)],
  };
}

/** The ten columns after `own` and the proof. */
const COMMON_COUNT = 11;

/** How a version of our tables at central keeps checkpoints. {@link toCheckpoint} reads the columns by name. */
export interface CheckpointColumns {
  /** SQL of the columns that {@link Followed} may replace. */
  readonly own: readonly string[];
  readonly from: string;
  readonly proof: string;
}

const MARK = `CASE WHEN pg_catalog.json_typeof(mark) OPERATOR(pg_catalog.=) 'object' THEN (mark::pg_catalog.jsonb OPERATOR(pg_catalog.-) 'fingerprint')::pg_catalog.text END`;

/** `f` is the connection's row where the checkpoint follows it, so that its own values are not looked at. */
const COLUMNS: CheckpointColumns = {
  own: [
    'CASE WHEN f.connection IS NULL THEN batch_id END AS batch_id',
    `CASE WHEN f.connection IS NULL THEN ${MARK} END AS mark`,
    `CASE WHEN f.connection IS NULL THEN ${SNAPSHOT_AT.replace(' AS snapshot_at', '')} END AS snapshot_at`,
    'f.unchanged::pg_catalog.text AS followed',
  ],
  // OFFSET 0: its JSON is parsed once, and not for each table.
  from: `branchline.checkpoints c LEFT JOIN (SELECT *,(unchanged ${own('->>')} 'counted')::pg_catalog.timestamptz AS at FROM branchline.sources WHERE connection ${own('=')} $1 OFFSET 0) f ON c.follows ${own('=')} c.seq`,
  proof: proofOf('CASE WHEN f.connection IS NULL THEN counted_at ELSE f.at END'),
};

/** Columns of versions before 5. */
export const OWN_COLUMNS: CheckpointColumns = {
  own: ['batch_id', `${MARK} AS mark`, SNAPSHOT_AT],
  from: 'branchline.checkpoints c',
  proof: proofOf('counted_at'),
};

/** SQL of how many checkpoints follow the connection's row. */
export function followersQuery(connection: string): string {
  return `SELECT pg_catalog.count(*) AS followers FROM branchline.checkpoints WHERE connection ${own('=')} ${literal(connection)} AND follows ${own('=')} seq`;
}

/** Reads the answer to {@link checkpointsQuery}, by table name. */
export function foundCheckpoints(connection: string, result: StatementResult): Map<string, Checkpoint> {
  const checkpoints = result.rows.flatMap((row) => {
    const own = JSON.parse(row.own ?? '[]') as readonly OwnPart[];
    const common = toCheckpoint(connection, '', row);
    return own.map((one) => withOwnPart(common, one));
  });
  return new Map(checkpoints.map((one) => [one.table, one]));
}

/** Table, epoch, seq, the mark's fingerprint, rows at central. */
type OwnPart = readonly [string, string, number, string | null, number | null];

/** @param common the checkpoint that {@link toCheckpoint} makes of the columns in common */
function withOwnPart(common: Checkpoint, own: OwnPart): Checkpoint {
  const [table, epoch, seq, fingerprint, centralRows] = own;
  const { mark } = common;
  return { ...common, table, epoch, seq, centralRows, mark: mark === null ? null : { ...mark, fingerprint } };
}

/** The part of a mark that all tables of one snapshot have in common. */
export type SharedMark = Omit<Mark, 'fingerprint'>;

/** Tables that a snapshot of the source has shown to be unchanged. */
export interface UnchangedTables {
  /** Their checkpoints as they were read. */
  readonly tables: readonly Checkpoint[];
  /** The mark of that snapshot; each table keeps its own fingerprint. */
  readonly mark: SharedMark;
  readonly sourceSnapshotAt: string;
  /** Whether central's rows of all of them were counted just now. */
  readonly counted: boolean;
  /** Whether what they have in common is kept once, in the connection's row. */
  readonly follow: boolean;
  /** Number of other tables that follow it until now. */
  readonly others: number;
  /** Whether the claim is released with it; needs `follow`. */
  readonly releases: boolean;
}

/**
 * Moves the checkpoints of unchanged tables forward, all in one transaction: on a slow link one transaction per table
 * would cost more than everything else. What they have in common is written once, in the connection's row; only a table
 * that did not follow it before, or follows it no longer, is written itself.
 *
 * @returns the new checkpoints, in the same order
 * @throws SyncFailure `lost_lease` where the connection or any of the tables was taken over
 */
export async function moveUnchanged(
  session: Session,
  claim: Claim,
  batchId: string | null,
  { tables, mark, sourceSnapshotAt, counted, follow, others, releases }: UnchangedTables,
): Promise<readonly Checkpoint[]> {
  const { connection } = claim;
  const written = tables.filter((one) => !follow || !one.follows);
  const moves = written.map(({ table, epoch, seq }) => [table, epoch, seq]);
  const said = JSON.stringify({ mark, batch: batchId, at: sourceSnapshotAt });
  const names = textArray(tables.map(({ table }) => table));
  const fence = underClaim(connection, claim.claim);
  const row = { holds: fence.holds, releases };
  const statement =
    follow && others === 0 && moves.length === 0
      ? { text: oneLine(stayQuery(row)), values: [connection, said, tables.length, counted] }
      : follow
        ? {
            text: oneLine(followQuery(row)),
            values: [connection, said, JSON.stringify(moves), names, counted],
          }
        : {
            text: oneLine(moveQuery(fence.holds)),
            values: [connection, said, JSON.stringify(moves), counted],
          };
  try {
    await session.script([...session.begin(), fence.lock, statement, 'COMMIT']);
  } catch (error) {
    if (error instanceof SyncFailure && error.detail.sqlstate === FENCED) throw lostLease(connection);
    throw error;
  }
  return tables.map((checkpoint) => ({
    ...checkpoint,
    ...NO_COUNTS,
    counted: true,
    follows: follow,
    seq: follow && checkpoint.follows ? checkpoint.seq : checkpoint.seq + 1,
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

const SAID = '$2::pg_catalog.jsonb';

/** SQL that moves the checkpoints of $3. @param more SET items */
function moving(more: string): string {
  return `UPDATE branchline.checkpoints c SET seq = c.seq ${own('+')} 1, ${more} batch_id = ${SAID} ${own('->>')} 'batch',
     strategy = '${Strategy.Changes}', state = 'done', direct = false, resumed = false, last_key = NULL, mark = (c.mark::pg_catalog.jsonb ${own('||')} (${SAID} ${own('->')} 'mark'))::pg_catalog.json,
     pass_mark = NULL, processed = 0, skipped = 0, deleted = 0, bytes = 0, source_snapshot_at = (${SAID} ${own('->>')} 'at')::pg_catalog.timestamptz,
     updated_at = pg_catalog.clock_timestamp()
   FROM pg_catalog.json_array_elements($3::pg_catalog.json) v(v)
   WHERE c.connection ${own('=')} $1 AND c.table_name ${own('=')} (v.v ${own('->>')} 0)
     AND c.epoch ${own('=')} (v.v ${own('->>')} 1)::bigint AND c.seq ${own('=')} (v.v ${own('->>')} 2)::bigint`;
}

/**
 * SQL, in one statement. If it cannot move all checkpoints, it divides by zero and moves none.
 *
 * @param holds SQL: whether the claim is still ours
 */
function moveQuery(holds: string): string {
  return `WITH moved AS (${moving(`counted_at = CASE WHEN $4 THEN pg_catalog.clock_timestamp() ELSE c.counted_at END,`)} AND ${holds} RETURNING 1)
    SELECT 1 ${own('/')} CASE WHEN pg_catalog.count(*) ${own('=')} pg_catalog.json_array_length($3::pg_catalog.json) THEN 1 ELSE 0 END AS fenced FROM moved`;
}

const COUNTED_BEFORE = `(s.unchanged ${own('->>')} 'counted')::pg_catalog.timestamptz`;

interface ConnectionRow {
  /** SQL: whether the claim is still ours. */
  readonly holds: string;
  readonly releases: boolean;
}

/**
 * SQL of a CTE that writes what the tables have in common.
 *
 * @param counted SQL of whether all rows were counted just now
 * @param before SQL of when they were, otherwise
 */
function movedRow({ holds, releases }: ConnectionRow, counted: string, before: string): string {
  return `moved AS (UPDATE branchline.sources s SET ${releases ? 'heartbeat = NULL, ' : ''}unchanged = (${SAID} ${own('||')} pg_catalog.jsonb_build_object('counted',
     CASE WHEN ${counted} THEN pg_catalog.to_jsonb(pg_catalog.clock_timestamp()) ELSE pg_catalog.to_jsonb(${before}) END))::pg_catalog.json
   WHERE s.connection ${own('=')} $1 AND ${holds} RETURNING 1)`;
}

/**
 * SQL where the tables, $3 of them, are exactly those that follow the connection's row, as on most days. It names none of
 * them.
 */
function stayQuery(row: ConnectionRow): string {
  return `WITH ${movedRow(row, '$4', COUNTED_BEFORE)} SELECT 1 ${own('/')} CASE WHEN EXISTS (SELECT FROM moved) AND pg_catalog.count(*) ${own('=')} $3 THEN 1 ELSE 0 END AS fenced
    FROM branchline.checkpoints WHERE connection ${own('=')} $1 AND follows ${own('=')} seq`;
}

/**
 * SQL, in one statement. Tables that follow the connection's row no longer get what they followed until now. If not all
 * of the tables follow in the end, it divides by zero and writes nothing.
 */
function followQuery(row: ConnectionRow): string {
  const follows = `c.connection ${own('=')} $1 AND c.follows ${own('=')} c.seq`;
  const known = `(f.unchanged::pg_catalog.jsonb ${own('->')} 'mark')`;
  return `WITH former AS (SELECT unchanged FROM branchline.sources WHERE connection ${own('=')} $1),
    leaving AS (UPDATE branchline.checkpoints c SET follows = NULL,
       mark = CASE WHEN pg_catalog.json_typeof(c.mark) ${own('=')} 'object' THEN (c.mark::pg_catalog.jsonb ${own('||')} ${known})::pg_catalog.json END,
       batch_id = f.unchanged ${own('->>')} 'batch', source_snapshot_at = (f.unchanged ${own('->>')} 'at')::pg_catalog.timestamptz
     FROM former f WHERE ${follows} AND c.table_name ${own('<>')} ALL ($4)),
    joining AS (${moving(`follows = c.seq ${own('+')} 1,`)} RETURNING c.counted_at),
    ${movedRow(row, '$5', `LEAST(${COUNTED_BEFORE}, (SELECT pg_catalog.min(counted_at) FROM joining))`)},
    staying AS (SELECT FROM branchline.checkpoints c WHERE ${follows} AND c.table_name ${own('=')} ANY ($4))
    SELECT 1 ${own('/')} CASE WHEN EXISTS (SELECT FROM moved) AND (SELECT pg_catalog.count(*) FROM staying) ${own('+')} (SELECT pg_catalog.count(*) FROM joining)
      ${own('=')} pg_catalog.cardinality($4) THEN 1 ELSE 0 END AS fenced`;
}
