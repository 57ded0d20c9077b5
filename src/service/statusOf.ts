import type { Engine } from '../core/engineApi.ts';
import type { WritableJournal } from '../core/journal/journal.ts';
import { NO_STANDING, standingOf } from '../core/standing/standing.ts';
import type { Pause, Refusal, ServiceActivity, ServiceStatus } from '../shared/service.ts';
import type { Settings } from '../shared/settings.ts';
import type { CurrentRun } from './currentRun.ts';
import type { PauseKeeper } from './pause.ts';
import type { Waiting } from './reachGate.ts';

/** What the status is computed from. */
export interface Situation {
  readonly opened: {
    readonly engine: Engine;
    readonly journal: WritableJournal;
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
    ...(opened === null ? NO_STANDING : standingOf(opened.journal.reader, opened.settings, now)),
    refusal,
  };
}

/** The next planned run, or null if the pause skips it. */
export function unpaused(next: ServiceStatus['next'], pause: Pause | null): ServiceStatus['next'] {
  if (pause === null || next === null) return next;
  return pause.until === null || next.at < pause.until ? null : next;
}

function activityOf({ opened, run, leaseTaken, waiting }: Situation): ServiceActivity {
  if (run != null && run.hook !== null) return { kind: 'after_batch', hook: run.hook };
  if (run?.batchId != null) return { kind: 'running', batchId: run.batchId };
  if (run?.begun) return { kind: kindOf(run) };
  if (run !== null || leaseTaken) {
    // holder() blocks the thread for a moment while the lease is held, so it is called only here.
    const holder = opened?.engine.holder() ?? null;
    if (leaseTaken || (holder !== null && holder.pid !== process.pid))
      return { kind: 'waiting_lease', holder };
    return { kind: run === null ? 'starting' : kindOf(run) };
  }
  if (waiting === null) return { kind: 'idle' };
  return {
    kind: 'waiting_database',
    ...waiting.found,
    since: new Date(waiting.since).toISOString(),
    nextAttemptAt: new Date(waiting.nextAt).toISOString(),
  };
}

function kindOf({ what }: CurrentRun): 'starting' | 'verifying' | 'exporting' {
  switch (what) {
    case 'batch':
      return 'starting';
    case 'verify':
      return 'verifying';
    case 'export':
      return 'exporting';
  }
}
