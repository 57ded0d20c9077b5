import { setImmediate } from 'node:timers/promises';
import { Strategy } from '../../shared/status.ts';
import { brakeOf } from '../load/deleteBrake.ts';
import { cappedPieces } from '../load/fillChunk.ts';
import type { Links, RateLimiter } from '../load/pass.ts';
import { endOfPass } from '../load/proof.ts';
import type { CopyEnd } from '../postgres/copyIn.ts';
import type { Link } from '../postgres/link.ts';
import { dataBytes, type RowBlock } from '../postgres/rowBlock.ts';
import type { Session } from '../postgres/session.ts';
import { HEADER_BYTES } from '../postgres/wire.ts';
import type { ChangedRows, Snapshot, SourceConnection } from '../source/port.ts';
import {
  applyStaged,
  beginWithStage,
  copyInto,
  createStage,
  dropStage,
  NOTED_CHANGED,
  noteInserted,
  refuseOtherCount,
  refuseOtherCounts,
  refuseRows,
  stageTable,
  table as tableSql,
  UNEXPECTED_ROWS,
} from '../target/apply.ts';
import { advance, asLostLease, type Checkpoint, NO_COUNTS } from '../target/checkpoint.ts';
import { beginCentral } from '../target/setup.ts';
import { asFailure } from '../unexpected.ts';
import type { SmallTable } from './smallTables.ts';

/** Changed rows of a table that is sent together with others. For more, a round trip less gains little. */
const MOST_CHANGED = 2000;
/** Bytes of a table's rows, for the same reason. Reading is cut there, which costs the connection. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Rows to take at once. */
const BLOCK_ROWS = 2000;
/** Maximum bytes of one pipeline, because they are held in memory. */
const PIPELINE_BYTES = 4 * 1024 * 1024;
/** Maximum unreadable tables in one pipeline. Beyond that, all remaining tables are synced one by one. */
const MOST_UNREAD = 3;
/** Maximum tables of one pipeline. */
const PIPELINE_TABLES = 60;

/** What {@link sendTogether} needs of the run. */
export interface PipelineRun {
  readonly connection: string;
  readonly batchId: string | null;
  readonly allowDeletes: boolean;
  /** A table with more rows than one chunk takes has its own turn. */
  readonly chunkRows: number;
  readonly throttle: RateLimiter;
  readonly stop: AbortSignal;
  readonly links: Pick<Links, 'source'>;
  /** Does work in a session to central that nobody else uses meanwhile; cuts the session where the work fails. */
  atCentral<T>(work: (central: Link) => Promise<T>): Promise<T>;
  /**
   * Called for each table that central has committed, while others may still be on their way.
   *
   * @param sent bytes that went out for it, before compression
   */
  done(checkpoint: Checkpoint, sent: number): void;
}

/** Which tables were not sent. */
export interface Sent {
  /** Names of tables whose commit may or may not have happened: their checkpoints have to be read again. */
  readonly unsure: readonly string[];
  /** Why not all tables were sent; null where all were. */
  readonly failure: unknown;
}

/**
 * Sends the rows of many small tables to central in one pipeline: each table's rows, their application, the proof by counts
 * and the commit go out without waiting for an answer. On a slow link each wait would cost a round trip.
 *
 * Each table has a transaction of its own. Central itself refuses its commit unless, once the rows are applied, it has as
 * many rows as the source, and had as many before as the last pass left. So tables with deletes, or that others have
 * edited, fail here, and their own turn finds out why. After a failure the server skips the rest of the pipeline.
 *
 * Tables that are not `done` afterwards need their own turn.
 */
export async function sendTogether(run: PipelineRun, tables: readonly SmallTable[]): Promise<Sent> {
  const left = [...tables];
  while (left.length > 0 && !run.stop.aborted) {
    const loads = await readLoads(run, left);
    for (const group of byFormat(loads)) {
      const sent = await run.atCentral(({ session }) => sendPipeline(run, session, group));
      if (sent.failure !== null) return sent;
    }
  }
  return ALL_SENT;
}

const ALL_SENT: Sent = { unsure: [], failure: null };

/** The rows of a table, read and not yet sent. */
interface Load {
  readonly table: SmallTable;
  readonly blocks: readonly RowBlock[];
  readonly rows: number;
  readonly bytes: number;
  /** Rows of the whole table at the source. */
  readonly sourceRows: number;
  readonly snapshot: Pick<Snapshot, 'mark' | 'takenAt'>;
}

/** Takes tables off the list, and reads their rows, until there is enough for a pipeline. */
async function readLoads(run: PipelineRun, left: SmallTable[]): Promise<readonly Load[]> {
  const loads: Load[] = [];
  let bytes = 0;
  let unread = 0;
  while (loads.length < PIPELINE_TABLES && bytes < PIPELINE_BYTES && !run.stop.aborted) {
    const table = left.shift();
    if (table === undefined) break;
    const source = await run.links.source();
    const load = await readTable(run, source, table).catch((error: unknown) => {
      unread++;
      if (unread > MOST_UNREAD) throw error;
      // Its transaction is still open.
      source.destroy();
      return null;
    });
    if (load === null) continue;
    loads.push(load);
    bytes += load.bytes;
  }
  return loads;
}

/** @returns null where the table needs its own turn */
async function readTable(
  { stop, chunkRows }: PipelineRun,
  source: SourceConnection,
  table: SmallTable,
): Promise<Load | null> {
  const { target } = table;
  const snapshot = await source.openSnapshot(table.source, { shapeDigest: target.shapeDigest });
  const choice = await rowsToRead(snapshot, table, chunkRows);
  if (choice === null) {
    await snapshot.close();
    return null;
  }
  const stream = await snapshot.rows(target, { after: null, rows: choice.rows });
  const blocks: RowBlock[] = [];
  let rows = 0;
  let bytes = 0;
  try {
    while (!stream.exhausted) {
      const block = stream.take(BLOCK_ROWS);
      if (block === null) {
        await stream.ready(Number.POSITIVE_INFINITY, stop);
        if (stop.aborted) return null;
        continue;
      }
      blocks.push(block);
      rows += block.rows;
      bytes += dataBytes(block);
      if (bytes > MOST_BYTES) return null;
    }
  } finally {
    await stream.end();
  }
  const { mark, takenAt } = snapshot;
  return { table, blocks, rows, bytes, sourceRows: choice.sourceRows, snapshot: { mark, takenAt } };
}

interface RowsToRead {
  /** Null reads all. */
  readonly rows: ChangedRows | null;
  /** Rows of the whole table. */
  readonly sourceRows: number;
}

/** To count all rows. The count of newer ones is ignored. */
const ALL: ChangedRows = { kind: 'changed', since: 0n };

/** @returns null if there are notices, too many rows or none to read, or the mark is not valid */
async function rowsToRead(
  snapshot: Snapshot,
  { found, isNew }: SmallTable,
  chunkRows: number,
): Promise<RowsToRead | null> {
  if (isNew && (await snapshot.notices(true)).length > 0) return null;
  const rows = isNew ? ALL : snapshot.changedSince(found.mark);
  if (typeof rows === 'string') return null;
  const counts = await snapshot.count(rows);
  if (isNew) return counts.rows > chunkRows ? null : { rows: null, sourceRows: counts.rows };
  const many = Math.min(MOST_CHANGED, chunkRows);
  return counts.changed === 0 || counts.changed > many ? null : { rows, sourceRows: counts.rows };
}

/** The COPYs of a pipeline all have the same format. */
function byFormat(loads: readonly Load[]): readonly (readonly Load[])[] {
  return [...Map.groupBy(loads, ({ table }) => table.target.format).values()];
}

interface Statements {
  readonly before: readonly string[];
  readonly copy: string;
  readonly behind: readonly string[];
}

/** A load on its way: its statements, and the checkpoint that it commits. */
interface PipelinedLoad extends Statements {
  readonly load: Load;
  readonly to: Checkpoint;
}

async function sendPipeline(run: PipelineRun, session: Session, loads: readonly Load[]): Promise<Sent> {
  const { throttle, stop } = run;
  const pieces = cappedPieces(throttle, stop);
  const pipeline = loads.map((load) => prepare(run, session, load));
  const [first] = pipeline;
  if (first === undefined) return ALL_SENT;
  const answers: Promise<void>[] = [];
  let broken: unknown = null;
  try {
    const copy = await session.copyIn([...first.before, first.copy], first.load.table.target.format, true);
    for (const [place, one] of pipeline.entries()) {
      for (const block of one.load.blocks) {
        await throttle.acquire(stop);
        const taken = copy.write(block, pieces);
        if (taken !== null) await session.guard(taken);
      }
      const next = stop.aborted ? undefined : pipeline[place + 1];
      const { behind } = one;
      const end = next === undefined ? copy.end(behind) : copy.next([...behind, ...next.before], next.copy);
      const answer = session
        .guard(end, session.workMs)
        .then((told) => run.done(committed(one, told), sentBytes(one)));
      answer.catch(() => {});
      answers.push(answer);
      if (next === undefined) break;
      await setImmediate();
    }
  } catch (error) {
    broken = session.failure(error);
    // Nothing else would end the COPY, and with it the wait for answers.
    session.destroy();
  }
  for (const [place, answer] of answers.entries()) {
    try {
      await answer;
    } catch (error) {
      return failed(run, session, pipeline.slice(place), error);
    }
  }
  return broken === null ? ALL_SENT : failed(run, session, pipeline.slice(answers.length), broken);
}

function failed(run: PipelineRun, session: Session, rest: readonly PipelinedLoad[], error: unknown): Sent {
  // The transaction is still open.
  session.destroy();
  const failure = asLostLease(error, run.connection);
  return { unsure: rest.map(({ load }) => load.table.source.name), failure };
}

function prepare(run: PipelineRun, session: Session, load: Load): PipelinedLoad {
  const { table, rows, bytes, sourceRows, snapshot } = load;
  const { found, isNew } = table;
  const to = endOfPass({
    ...found,
    ...NO_COUNTS,
    ...brakeOf(found, run.allowDeletes),
    seq: found.seq + 1,
    batchId: run.batchId,
    strategy: isNew ? Strategy.Full : Strategy.Changes,
    direct: false,
    resumed: false,
    lastKey: null,
    passMark: snapshot.mark,
    sourceSnapshotAt: snapshot.takenAt,
    processed: isNew ? rows : 0,
    bytes,
    centralRows: sourceRows,
    counted: true,
    unproven: 0,
  });
  const begin = beginCentral(session, run.connection);
  const statements = isNew ? firstLoad : changes;
  return { load, to, ...statements(run.connection, begin, load, to) };
}

/** Straight into the table, which has to be as empty as when it was made. */
function firstLoad(
  connection: string,
  begin: readonly string[],
  { table: { target, found }, rows }: Load,
  to: Checkpoint,
): Statements {
  return {
    before: [...begin, noteInserted(target), refuseRows(target, connection)],
    copy: copyInto(target, tableSql(target)),
    behind: [refuseOtherCount(target, rows), ...advance(found, to)],
  };
}

function changes(
  connection: string,
  begin: readonly string[],
  { table: { target, found, centralRows }, rows, sourceRows }: Load,
  to: Checkpoint,
): Statements {
  const stage = stageTable(connection, target.name);
  const whole = { after: null, upTo: null };
  const skipped = `${rows} OPERATOR(pg_catalog.-) ${NOTED_CHANGED}`;
  return {
    // The planner knows nothing of the staging table, and would scan all of the table for a few rows.
    before: [...beginWithStage(begin, createStage(target, stage)), 'SET LOCAL enable_seqscan = off'],
    copy: copyInto(target, stage),
    behind: [
      applyStaged(target, stage, connection, whole, { notes: true }),
      'SET LOCAL enable_seqscan = on',
      refuseOtherCounts(target, stage, connection, { rows, before: centralRows, after: sourceRows }),
      ...dropStage(stage),
      ...advance(found, to, { processed: NOTED_CHANGED, skipped }),
    ],
  };
}

/** Bytes around a statement in the messages by which it is sent. */
const STATEMENT_BYTES = 41;

function sentBytes({ load, before, copy, behind }: PipelinedLoad): number {
  const statements = [...before, copy, ...behind].map((one) => Buffer.byteLength(one) + STATEMENT_BYTES);
  // The blocks are gone by now: what is sent gives its memory back.
  const rows = load.bytes + load.rows * HEADER_BYTES;
  return statements.reduce((all, one) => all + one, rows);
}

/** The checkpoint of a table that central has committed, as central reports it. */
function committed({ load, to }: PipelinedLoad, { rows, results }: CopyEnd): Checkpoint {
  const changed = load.table.isNew ? rows : Number(results[0]?.rows[0]?.changed);
  // Central has compared what it took with what was sent before it committed.
  if (rows !== load.rows || !(changed >= 0)) throw new Error(`central reports ${rows} rows of ${load.rows}`);
  return { ...to, processed: changed, skipped: load.rows - changed };
}

/** Whether a pipeline ended because central refused a table's counts, which is nothing that a person must know. */
export function isOtherCount(failure: unknown): boolean {
  return asFailure(failure).sqlstate === UNEXPECTED_ROWS;
}
