import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { modelName, tableLookup } from '../../shared/naming.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import { InterruptionReason, type Strategy, TableStatus } from '../../shared/status.ts';
import type { PlannedTable } from '../journal/batches.ts';
import type { Journal } from '../journal/journal.ts';
import { UNKNOWN_TABLES } from '../journal/journalRows.ts';
import {
  type ConnectionEnd,
  type ConnectionTable,
  type ConnectionWork,
  PARALLEL_CONNECTIONS,
  type RunContext,
  runConnection,
} from './connectionRun.ts';
import type { Selected } from './select.ts';
import type { SourcePlan } from './sourcePlan.ts';

/**
 * Runs a batch that is `running` in the journal, and ends it there as `completed`, `failed`, or `interrupted` if tables are
 * left.
 *
 * @param leftReason the reason to store for tables that are left because this run did not include them
 */
export async function runBatch(
  run: RunContext,
  batchId: string,
  works: readonly ConnectionWork[],
  leftReason: InterruptionReason = InterruptionReason.User,
): Promise<BatchRow> {
  let ends: readonly ConnectionEnd[];
  try {
    ends = await runConnections(run, works);
  } catch (error) {
    // No table's fault: the journal cannot be written, or Branchline has a bug. The batch can continue later.
    run.journal.interruptBatch(batchId, InterruptionReason.Crash);
    throw error;
  }
  const batch = endBatch(run, batchId, ends, leftReason);
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
  for (const end of await Promise.allSettled(workers)) if (end.status === 'rejected') throw end.reason;
  return ends;
}

function endBatch(
  run: RunContext,
  batchId: string,
  ends: readonly ConnectionEnd[],
  leftReason: InterruptionReason,
): BatchRow {
  const left = run.journal
    .tables(batchId)
    .some((row) => row.status === TableStatus.Pending || row.status === TableStatus.InProgress);
  if (!left) return run.journal.endBatch(batchId);
  if (ends.some((end) => end.lostLease))
    return run.journal.interruptBatch(batchId, InterruptionReason.LostLease);
  return run.journal.interruptBatch(batchId, stopReason(run) ?? leftReason);
}

function stopReason(run: RunContext): InterruptionReason | null {
  if (!run.stop.aborted) return null;
  const reason: unknown = run.stop.reason;
  return Object.values(InterruptionReason).find((one) => one === reason) ?? InterruptionReason.User;
}

/**
 * The work of a new batch for one connection. If the source's catalogue could not be read, the tables are those of the
 * last batch or of the settings, so that each is shown as failed. If these are not known either, one row stands for all.
 */
export function newWork(
  plan: SourcePlan,
  journal: Journal,
  names: readonly string[],
  strategy: Strategy | null,
): ConnectionWork {
  const { connection, identity, hidden, failure, transaction = null, there = null } = plan;
  const selected = failure === null ? plan.selected : guessTables(connection, journal, names);
  const tables = selected.map((one) => toTable(one, strategy));
  return { connection, identity, hidden, failure, transaction, tables, others: [], there };
}

function guessTables(
  connection: ConnectionSettings,
  journal: Journal,
  names: readonly string[],
): readonly Selected[] {
  const known = journal.knownTables(connection.id);
  const named = connection.tables
    .map((one) => (typeof one === 'string' ? one : one.name))
    .filter((name) => !name.includes('*'));
  const all = known.length > 0 ? known : named;
  const asked = names.length === 0 ? all : [...new Set(names.flatMap(tableLookup(all, (one) => one)))];
  const tables = asked.length > 0 ? asked : names.length > 0 ? names : [UNKNOWN_TABLES];
  return tables.map((table) => ({ table, shape: null, strategy: null, cursor: null, mayDelete: false }));
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
    return found === undefined
      ? { table: row.table_name, shape: null, strategy, cursor: null, mayDelete: false }
      : toTable(found, strategy);
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
  }));
}
