import type { Attention, Pause, Refusal, ServiceActivity, ServiceStatus } from '../../shared/service.ts';
import type { Settings } from '../../shared/settings.ts';
import { TableStatus } from '../../shared/status.ts';
import type { Engine } from '../engineApi.ts';
import type { Journal } from '../journal/journal.ts';
import { candidates } from './candidates.ts';
import type { CurrentRun } from './currentRun.ts';
import type { PauseKeeper } from './pause.ts';
import type { Waiting } from './reachGate.ts';
import { judge } from './resumePlan.ts';

/** What the status is made of. */
export interface Situation {
  readonly opened: {
    readonly engine: Engine;
    readonly journal: Journal;
    readonly pause: PauseKeeper;
    readonly settings: Settings;
  } | null;
  readonly run: CurrentRun | null;
  readonly leaseTaken: boolean;
  readonly waiting: Waiting | null;
  readonly next: ServiceStatus['next'];
  readonly refusal: Refusal | null;
  readonly now: Date;
}

export function statusOf(situation: Situation): ServiceStatus {
  const { opened, next, refusal, now } = situation;
  const pause = opened?.pause.current() ?? null;
  return {
    activity: activityOf(situation),
    pause,
    next: unpaused(next, pause),
    attention: opened === null ? [] : attention(opened.journal, opened.settings, now),
    refusal,
  };
}

/** What a pause lets be. */
export function unpaused(next: ServiceStatus['next'], pause: Pause | null): ServiceStatus['next'] {
  if (pause === null || next === null) return next;
  return pause.until === null || next.at < pause.until ? null : next;
}

function activityOf({ opened, run, leaseTaken, waiting }: Situation): ServiceActivity {
  if (run?.batchId != null) return { kind: 'running', batchId: run.batchId };
  if (run?.begun) return { kind: run.what === 'verify' ? 'verifying' : 'starting' };
  if (run !== null || leaseTaken) {
    // Asking who holds the lease blocks for a moment while it is held.
    const holder = opened?.engine.holder() ?? null;
    if (leaseTaken || (holder !== null && holder.pid !== process.pid))
      return { kind: 'waiting_lease', holder };
    return run?.what === 'verify' ? { kind: 'verifying' } : { kind: 'starting' };
  }
  if (waiting === null) return { kind: 'idle' };
  return {
    kind: 'waiting_database',
    ...waiting.found,
    since: new Date(waiting.since).toISOString(),
    nextAttemptAt: new Date(waiting.nextAt).toISOString(),
  };
}

/** The batches that did not end well, with tables that nothing has completed since. */
export function attention(journal: Journal, settings: Settings, now: Date): readonly Attention[] {
  return candidates(journal).flatMap((candidate): Attention[] => {
    const verdict = judge(candidate, settings, now.getTime());
    const { batch, left, open } = candidate;
    if (verdict.kind === 'superseded' || (left > 0 && open.length === 0)) return [];
    const failed = open.filter((row) => row.status === TableStatus.Failed);
    return [
      {
        batch,
        failed: [...new Set(failed.map((row) => row.table_name))],
        openTables: open.length,
        resumesAlone: verdict.kind === 'resume',
      },
    ];
  });
}
