import type { TableRow } from '../../shared/contract.ts';
import { nameOfRow } from '../../shared/contract.ts';
import type { Settings } from '../../shared/settings.ts';
import { TableStatus } from '../../shared/status.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import { jitterSeconds, nextRun } from '../schedule/nextRuns.ts';
import { selectionOf, upToOf } from '../standing/standing.ts';
import type { BranchFacts } from '../target/headOfficeReport.ts';
import { VERSION } from '../version.ts';

/**
 * How a connection stands according to the journal and the settings, for head office.
 *
 * @param rows the tables of the running batch, which no other query counts as failed yet
 */
export function branchFacts(
  { journal, settings, installationId, now }: FactsBase,
  connection: string,
  rows: readonly TableRow[],
): BranchFacts {
  const only = { ...settings, connections: settings.connections.filter((one) => one.id === connection) };
  const isSelected = selectionOf(only);
  const failing = failingTables(journal, rows, isSelected);
  const differing = journal
    .differing()
    .filter((row) => isSelected({ connection: row.connection, table: row.table_name }));
  const upTo = upToOf(journal, only);
  return {
    label: only.connections[0]?.label || connection,
    version: VERSION,
    now,
    nextRun: nextRunOf(settings, connection, installationId, now),
    lateAfterHours: settings.notifications.noSuccessHours,
    upTo: upTo === null ? null : new Date(upTo),
    tables: journal.freshness(connection).filter(isSelected).length,
    failed: failing.size,
    failingSince: earliest([...failing.values()]),
    differing: differing.length,
    differingSince: earliest(differing.map((row) => row.differs_since)),
  };
}

export interface FactsBase {
  readonly journal: ReadableJournal;
  readonly settings: Settings;
  readonly installationId: string;
  readonly now: Date;
}

/** The failed tables that no later run has completed, with the end of their earliest known failure. */
function failingTables(
  journal: ReadableJournal,
  rows: readonly TableRow[],
  isSelected: ReturnType<typeof selectionOf>,
): ReadonlyMap<string, string | null> {
  const failing = new Map<string, string | null>();
  // Latest first, so that the earliest one stays.
  for (const row of [...rows, ...journal.unresolved().flatMap((one) => one.open)])
    if (row.status === TableStatus.Failed && isSelected(nameOfRow(row)))
      failing.set(row.table_name, row.ended_at);
  return failing;
}

function earliest(times: readonly (string | null)[]): Date | null {
  const [first] = times.filter((one) => one !== null).sort();
  return first === undefined ? null : new Date(first);
}

/** The next planned run of any table of a connection, with this installation's own delay. */
function nextRunOf(settings: Settings, connection: string, installationId: string, now: Date): Date | null {
  const runs = settings.schedules.flatMap((schedule) => {
    const { id, enabled, connections } = schedule;
    if (!enabled || !(connections.includes('*') || connections.includes(connection))) return [];
    const lateMs = jitterSeconds(installationId, id, schedule.jitterSeconds) * 1000;
    const planned = nextRun(schedule, new Date(now.getTime() - lateMs));
    return planned === null ? [] : [planned.getTime() + lateMs];
  });
  return runs.length === 0 ? null : new Date(Math.min(...runs));
}
