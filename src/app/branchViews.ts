import type { ReadableJournal } from '../core/journal/journal.ts';
import { selectionOf } from '../core/standing/standing.ts';
import type { ScheduleView } from '../shared/contract.ts';
import type { ConnectionSettings, Settings } from '../shared/settings.ts';
import { TableStatus } from '../shared/status.ts';
import type { BranchState } from '../window-api/views.ts';

/** How each branch of the settings stands, from the journal; in the settings' order. */
export function viewBranches(
  journal: ReadableJournal,
  settings: Settings | null,
  schedules: readonly ScheduleView[],
  now: Date,
): readonly BranchState[] {
  if (settings === null) return [];
  const isSelected = selectionOf(settings);
  const found = new Map(settings.connections.map(({ id }) => [id, { failed: 0, lastRunAt: '' }]));
  for (const { connection, table, last } of journal.tablesPast()) {
    const branch = found.get(connection);
    if (branch === undefined || !isSelected({ connection, table })) continue;
    if (last?.status === TableStatus.Failed) branch.failed += 1;
    const endedAt = last?.ended_at ?? '';
    if (endedAt > branch.lastRunAt) branch.lastRunAt = endedAt;
  }
  const differing = new Map<string, number>();
  for (const { connection, table_name: table, differs_since: since } of journal.differing())
    if (since !== null && isSelected({ connection, table }))
      differing.set(connection, (differing.get(connection) ?? 0) + 1);
  const lateMs = settings.notifications.noSuccessHours * 3_600_000;
  return settings.connections.map((one): BranchState => {
    const { id, label, enabled } = one;
    const { failed, lastRunAt } = found.get(id) ?? { failed: 0, lastRunAt: '' };
    const tables = journal.freshness(id).filter(isSelected);
    const times = tables.map(({ at }) => at);
    const upTo =
      times.length === 0 || times.includes(null)
        ? null
        : times.reduce((oldest, at) => (oldest === null || (at ?? '') < oldest ? at : oldest), null);
    const differs = differing.get(id) ?? 0;
    const isLate = upTo !== null && lateMs > 0 && now.getTime() - Date.parse(upTo) > lateMs;
    return {
      connection: id,
      label: label || id,
      state: stateOf({ enabled, failed, differs, isLate, upTo }),
      tables: tables.length,
      failed,
      differs,
      upTo,
      lastRunAt: lastRunAt || null,
      nextRunAt: enabled ? nextRunOf(one, schedules) : null,
    };
  });
}

function stateOf(facts: {
  readonly enabled: boolean;
  readonly failed: number;
  readonly differs: number;
  readonly isLate: boolean;
  readonly upTo: string | null;
}): BranchState['state'] {
  if (!facts.enabled) return 'off';
  if (facts.failed > 0) return 'failed';
  if (facts.differs > 0) return 'differs';
  if (facts.isLate) return 'late';
  return facts.upTo === null ? 'never' : 'up_to_date';
}

/** With this installation's own delay, since that is when it begins. */
function nextRunOf({ id }: ConnectionSettings, schedules: readonly ScheduleView[]): string | null {
  const times = schedules.flatMap(({ connections, next_runs: [next], late_seconds: late }) =>
    next !== undefined && (connections.includes('*') || connections.includes(id))
      ? [new Date(Date.parse(next) + late * 1000).toISOString()]
      : [],
  );
  return times.toSorted()[0] ?? null;
}
