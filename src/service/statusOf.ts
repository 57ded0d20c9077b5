import type { Engine } from '../core/engineApi.ts';
import type { Journal } from '../core/journal/journal.ts';
import { NO_STANDING, standingOf } from '../core/standing/standing.ts';
import type { Pause, Refusal, ServiceActivity, ServiceStatus } from '../shared/service.ts';
import type { Settings } from '../shared/settings.ts';
import type { CurrentRun } from './currentRun.ts';
import type { PauseKeeper } from './pause.ts';
import type { Waiting } from './reachGate.ts';

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
    ...(opened === null ? NO_STANDING : standingOf(opened.journal, opened.settings, now)),
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
    // holder() blocks the thread for a moment while the lease is held, so it is called only here.
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
