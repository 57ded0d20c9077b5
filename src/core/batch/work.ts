import type { TableRow } from '../../shared/contract.ts';
import { modelName, tablesNamed } from '../../shared/naming.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import type { Strategy } from '../../shared/status.ts';
import type { PlannedTable } from '../journal/batches.ts';
import type { Journal } from '../journal/journal.ts';
import { UNKNOWN_TABLES } from '../journal/rows.ts';
import type { ConnectionTable, ConnectionWork } from './connectionRun.ts';
import type { SourcePlan } from './plan.ts';
import type { Selected } from './select.ts';

/**
 * What a new batch does for one connection. Where the source could not be looked at, its tables are
 * those of the last batch or of the settings, so that each is shown as failed; where nothing is known
 * either, one row stands for them all.
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
  const asked =
    names.length === 0 ? all : [...new Set(names.flatMap((name) => tablesNamed(name, all, (one) => one)))];
  const tables = asked.length > 0 ? asked : names.length > 0 ? names : [UNKNOWN_TABLES];
  return tables.map((table) => ({ table, shape: null, strategy: null, cursor: null, mayDelete: false }));
}

/** What a resume does for one connection: those of the batch's tables that are not done. */
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

/** A connection's tables as the journal keeps them. */
export function plannedTables(work: ConnectionWork): readonly PlannedTable[] {
  return work.tables.map((one) => ({
    connection: work.connection.id,
    table: one.table,
    model: modelName(one.table),
    estimatedRows: one.shape?.estimatedRows ?? null,
    strategy: one.strategy,
  }));
}
