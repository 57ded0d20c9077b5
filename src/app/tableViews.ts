import type { Journal } from '../core/journal/journal.ts';
import { nextRuns, viewSchedules } from '../core/schedule/nextRuns.ts';
import { installationId } from '../core/settings/installation.ts';
import { tableKey } from '../shared/contract.ts';
import { cronProblem, isTimeZone } from '../shared/cron.ts';
import { compareNames, matchesTable, modelName } from '../shared/naming.ts';
import type { ConnectionSettings, Settings } from '../shared/settings.ts';
import type { CronPreview, Schedules, TableState } from '../window-api/views.ts';

/**
 * The state of every table that has run or that the settings name, by connection and name.
 *
 * @param settings null where they cannot be used: nothing is known to be selected then
 */
export function viewTables(journal: Journal, settings: Settings | null): readonly TableState[] {
  const past = new Map(journal.tablesPast().map((one) => [tableKey(one.connection, one.table), one]));
  const alone = new Map(
    journal.successesAlone().map((one) => [tableKey(one.connection, one.table), { batchId: null, ...one }]),
  );
  const verified = new Map(
    journal.verifications().map((row) => [tableKey(row.connection, row.table_name), row]),
  );
  const connections = new Map(settings?.connections.map((one) => [one.id, one]));
  const named = [...connections.values()].flatMap((one) =>
    namedTables(one).map((table) => ({ connection: one.id, table })),
  );
  const all = new Map([...named, ...past.values()].map((one) => [tableKey(one.connection, one.table), one]));
  return [...all]
    .sort(([, a], [, b]) => compareNames(a.connection, b.connection) || compareNames(a.table, b.table))
    .map(([key, { connection, table }]): TableState => {
      const known = past.get(key);
      return {
        connection,
        label: connections.get(connection)?.label || connection,
        table,
        model: known?.model ?? modelName(table),
        ...choiceOf(connections.get(connection), table),
        last: known?.last ?? null,
        now: known?.now ?? null,
        success: latest(known?.success ?? null, alone.get(key) ?? null),
        verified: verified.get(key) ?? null,
      };
    });
}

type Success = NonNullable<TableState['success']>;

function latest(inBatch: Success | null, alone: Success | null): Success | null {
  if (alone === null || (inBatch !== null && inBatch.endedAt >= alone.endedAt)) return inBatch;
  const { batchId, endedAt, snapshotAt } = alone;
  return { batchId, endedAt, snapshotAt };
}

type Entry = ConnectionSettings['tables'][number];

function nameOf(entry: Entry): string {
  return typeof entry === 'string' ? entry : entry.name;
}

/** Those that stand there by their own name. A model's name is some table's, known once that has run. */
function namedTables({ tables }: ConnectionSettings): readonly string[] {
  return tables.map(nameOf).filter((name) => !name.includes('*') && name === name.toLowerCase());
}

/** What the settings say of a table. As the engine has it, later entries say more about tables of earlier ones. */
function choiceOf(
  connection: ConnectionSettings | undefined,
  table: string,
): Pick<TableState, 'selected' | 'chosenStrategy'> {
  const entry = connection?.tables.findLast((one) => matchesTable(nameOf(one), table));
  const excluded = connection?.exclude.some((one) => matchesTable(one, table)) ?? false;
  return {
    selected: connection?.enabled === true && entry !== undefined && !excluded,
    chosenStrategy: entry === undefined || typeof entry === 'string' ? 'auto' : entry.strategy,
  };
}

/** @param settings null where they cannot be used: nothing is planned then */
export function schedulesOf(
  journal: Journal,
  settings: Settings | null,
  folder: string,
  now: Date,
): Schedules {
  return settings === null ? [] : viewSchedules(settings.schedules, journal, installationId(folder), now);
}

/** How many of the next runs are shown. */
const SHOWN = 5;

/** What a cron expression means while it is being typed. */
export function previewCron(cron: string, timezone: string, now: Date): CronPreview {
  if (!isTimeZone(timezone)) return { next: [], problem: { reason: 'timezone' } };
  const problem = cronProblem(cron);
  if (problem !== null) return { next: [], problem };
  return { next: nextRuns({ cron, timezone }, now, SHOWN).map((at) => at.toISOString()), problem: null };
}
