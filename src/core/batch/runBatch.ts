import { ALL_TABLES, type BatchRow, type TableOutcome, type TableRow } from '../../shared/contract.ts';
import type { HookSettings } from '../../shared/hookSettings.ts';
import { modelName, tableLookup } from '../../shared/naming.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import { InterruptionReason, type Strategy, TableStatus } from '../../shared/status.ts';
import type { ResumeRequest } from '../engineApi.ts';
import { noteDueHooks } from '../hooks/hookMemory.ts';
import type { PlannedTable } from '../journal/batches.ts';
import type { WritableJournal } from '../journal/journal.ts';
import { allOf } from './allOf.ts';
import { stopReason } from './branchReport.ts';
import {
  type ConnectionEnd,
  type ConnectionTable,
  type ConnectionWork,
  PARALLEL_CONNECTIONS,
  type RunContext,
  runConnection,
} from './connectionRun.ts';
import type { Selected } from './select.ts';
import { narrow, type SourcePlan } from './sourcePlan.ts';

/** A batch, and what belongs to its end. */
export interface BatchPlan {
  readonly batchId: string;
  readonly works: readonly ConnectionWork[];
  /** What may be due after it; none after an import. */
  readonly hooks: readonly HookSettings[];
  /** The reason to store for tables that are left because this run did not include them; default: `user`. */
  readonly leftReason?: InterruptionReason | undefined;
}

/**
 * Runs a batch that is `running` in the journal, and ends it there as `completed`, `failed`, or `interrupted` if tables are
 * left.
 *
 * Hooks that are due then are noted with its end; they run afterwards ({@link runDueHooks}).
 */
export async function runBatch(run: RunContext, plan: BatchPlan): Promise<BatchRow> {
  const { batchId, works } = plan;
  let ends: readonly ConnectionEnd[];
  try {
    ends = await runConnections(run, works);
  } catch (error) {
    // No table's fault: the journal cannot be written, or Branchline has a bug. The batch can continue later.
    run.journal.interruptBatch(batchId, InterruptionReason.Crash);
    throw error;
  }
  const batch = endBatch(run, plan, ends);
  run.emit({ type: 'batch_ended', batch });
  return batch;
}

/** Runs the connections, some at a time. An error in one does not stop the others. */
export async function runConnections(
  run: RunContext,
  works: readonly ConnectionWork[],
): Promise<readonly ConnectionEnd[]> {
  const queue = [...works];
  const ends: ConnectionEnd[] = [];
  const worker = async (): Promise<void> => {
    for (let work = queue.shift(); work !== undefined; work = queue.shift())
      ends.push(await runConnection(run, work));
  };
  const workers = Array.from({ length: Math.min(PARALLEL_CONNECTIONS, works.length) }, worker);
  await allOf(workers);
  return ends;
}

function endBatch(run: RunContext, plan: BatchPlan, ends: readonly ConnectionEnd[]): BatchRow {
  const { batchId, hooks, leftReason = InterruptionReason.User } = plan;
  run.traffic.note();
  const left = run.journal
    .tables(batchId)
    .some((row) => row.status === TableStatus.Pending || row.status === TableStatus.InProgress);
  if (!left)
    return run.journal.together(() => {
      const batch = run.journal.endBatch(batchId);
      noteDueHooks(run.journal, hooks, batch);
      return batch;
    });
  if (ends.some((end) => end.lostLease))
    return run.journal.interruptBatch(batchId, InterruptionReason.LostLease);
  return run.journal.interruptBatch(batchId, stopReason(run.stop) ?? leftReason);
}

/**
 * The work of a new batch for one connection. If the source's catalogue could not be read, the tables are those of the
 * last batch or of the settings, so that each is shown as failed. If these are not known either, one row stands for all.
 */
export function newWork(
  plan: SourcePlan,
  journal: WritableJournal,
  names: readonly string[],
  strategy: Strategy | null,
): ConnectionWork {
  const { connection, identity, hidden, failure, selected, transaction = null, there = null } = plan;
  const tables =
    failure === null
      ? selected.map((one) => toTable(one, strategy))
      : guessTables(connection, journal, names, strategy);
  return { connection, identity, hidden, failure, transaction, tables, others: [], there };
}

function guessTables(
  connection: ConnectionSettings,
  journal: WritableJournal,
  names: readonly string[],
  strategy: Strategy | null,
): readonly ConnectionTable[] {
  const known = journal.knownTables(connection.id);
  const named = connection.tables
    .map((one) => (typeof one === 'string' ? one : one.name))
    .filter((name) => !name.includes('*'));
  const all = known.length > 0 ? known : named;
  const asked = names.length === 0 ? all : [...new Set(names.flatMap(tableLookup(all, (one) => one)))];
  const tables = asked.length > 0 ? asked : names;
  if (tables.length === 0) return [{ ...unread(ALL_TABLES, strategy), allTables: true }];
  return tables.map((table) => unread(table, strategy));
}

function unread(table: string, strategy: Strategy | null): ConnectionTable {
  return { table, shape: null, strategy, cursor: null, mayDelete: false };
}

/** Whether a table of a batch is not done. */
export function isLeft(row: TableRow): boolean {
  return row.status !== TableStatus.Completed && row.status !== TableStatus.Skipped;
}

/** Whether a resume is to run a table of its batch. */
export function isAsked(row: TableRow, request: Pick<ResumeRequest, 'tables'>): boolean {
  if (request.tables === undefined) return true;
  return request.tables.some((one) => one.connection === row.connection && one.table === row.table_name);
}

/**
 * The work of a resume for one connection, of which the batch has these rows left. If one row stands for all tables, it is
 * replaced by them in the journal.
 */
export function restOfBatch(
  journal: WritableJournal,
  { batch_id: batchId, options }: BatchRow,
  plan: SourcePlan,
  rest: readonly TableRow[],
): ConnectionWork {
  const rows = rest.filter((row) => row.connection === plan.connection.id);
  if (plan.failure !== null || !rows.some((row) => row.all_tables))
    return restOfWork(plan, rows, options.strategy);
  const [narrowed] = narrow([plan], options.tables);
  const work = newWork(narrowed ?? plan, journal, options.tables, options.strategy);
  journal.expandTables(batchId, plan.connection.id, plannedTables(work));
  return work;
}

/** The work of a resume for one connection: the batch's tables that are not done. */
export function restOfWork(
  plan: SourcePlan,
  rows: readonly TableRow[],
  strategy: Strategy | null,
): ConnectionWork {
  const { connection, identity, hidden, failure, selected, transaction = null, there = null } = plan;
  const tables = rows.map((row): ConnectionTable => {
    const found = selected.find((one) => one.table === row.table_name);
    if (found !== undefined && !row.all_tables) return toTable(found, strategy);
    const table = unread(row.table_name, strategy);
    return row.all_tables ? { ...table, allTables: true } : table;
  });
  const others = selected
    .filter((one) => !tables.some(({ table }) => table === one.table))
    .map((one) => toTable(one, null));
  return { connection, identity, hidden, failure, transaction, tables, others, there };
}

function toTable(selected: Selected, strategy: Strategy | null): ConnectionTable {
  const { table, shape, cursor, mayDelete, nearest } = selected;
  const like = nearest === undefined ? {} : { nearest };
  return { table, shape, strategy: strategy ?? selected.strategy, cursor, mayDelete, ...like };
}

/** A connection's tables, for the journal. */
export function plannedTables(work: ConnectionWork): readonly PlannedTable[] {
  return work.tables.map((one) => ({
    connection: work.connection.id,
    table: one.table,
    model: modelName(one.table),
    estimatedRows: one.shape?.estimatedRows ?? null,
    strategy: one.strategy,
    ...(one.allTables ? { allTables: true } : {}),
  }));
}

/** The outcome of a table that ran as part of a batch, as its row in the journal says. */
export function outcomeOf(row: TableRow): TableOutcome {
  return {
    connection: row.connection,
    table: row.table_name,
    model: row.model_name,
    status: row.status,
    strategy: row.strategy,
    processed: row.records_processed,
    skipped: row.records_skipped,
    deleted: row.records_deleted,
    bytes: row.bytes,
    durationSeconds: row.duration_seconds ?? 0,
    failure: row.error_detail,
  };
}
