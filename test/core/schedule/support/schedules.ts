import type { History } from '../../../../src/core/schedule/decide.ts';
import type { ScheduleRun } from '../../../../src/shared/contract.ts';
import type { ScheduleSettings } from '../../../../src/shared/settings.ts';

/** A schedule as the settings give it; without jitter, unless told otherwise. */
export function scheduleOf(over: Partial<ScheduleSettings> = {}): ScheduleSettings {
  return {
    id: 'morning',
    cron: '30 8 * * *',
    timezone: 'Asia/Jakarta',
    jitterSeconds: 0,
    connections: ['*'],
    tables: ['*'],
    missed: 'once',
    enabled: true,
    ...over,
  };
}

/** A history in memory. */
export interface Noted extends History {
  note(dueAt: Date, ranAt: Date): void;
}

export function historySince(firstSeenAt: string | Date): Noted {
  const runs: ScheduleRun[] = [];
  const done = new Set<number>();
  return {
    firstSeenAt: new Date(firstSeenAt),
    get last() {
      return runs.at(-1) ?? null;
    },
    has: (dueAt) => done.has(dueAt.getTime()),
    note(dueAt, ranAt) {
      done.add(dueAt.getTime());
      const times = { due_at: dueAt.toISOString(), ran_at: ranAt.toISOString() };
      runs.push({ schedule_id: 'morning', batch_id: null, outcome: 'ran', ...times });
    },
  };
}
