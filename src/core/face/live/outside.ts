import type { LeaseHolder } from '../../../shared/contract.ts';
import { UsageError } from '../../../shared/errors.ts';
import type { ServiceStatus } from '../../../shared/service.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { Journal } from '../../journal/journal.ts';
import { PauseKeeper } from '../../service/pause.ts';
import { NO_STANDING, standingOf } from '../../service/standing.ts';
import { unpaused } from '../../service/statusOf.ts';
import { nextPlanned } from '../../service/tasks.ts';
import { folderRefusal } from '../../settings/folderError.ts';
import { installationId } from '../../settings/installation.ts';
import { loadSettings } from '../../settings/load.ts';

/** How things stand where another process serves the folder: what journal, lease and settings say. */
export function statusFromOutside(
  journal: Journal,
  holder: LeaseHolder | null,
  folder: string,
  now: Date,
): ServiceStatus {
  const { settings, refusal: wrong } = settingsOf(folder);
  const unusable = folderRefusal(folder);
  const refusal = unusable === null ? wrong : { code: unusable.code, params: unusable.params };
  const pause = new PauseKeeper(journal).current();
  return {
    activity: holder === null ? { kind: 'idle' } : { kind: 'waiting_lease', holder },
    pause,
    next: settings === null ? null : unpaused(nextPlanned(settings, installationId(folder), now), pause),
    ...(settings === null ? NO_STANDING : standingOf(journal, settings, now)),
    refusal,
  };
}

/** What the service of this process says, and what another process does meanwhile. */
export function alsoOutside(status: ServiceStatus, holder: LeaseHolder | null): ServiceStatus {
  // Its own run begins or ends at this moment: its own word counts.
  if (holder === null || holder.pid === process.pid || status.activity.kind !== 'idle') return status;
  return { ...status, activity: { kind: 'waiting_lease', holder } };
}

function settingsOf(
  folder: string,
):
  | { readonly settings: Settings; readonly refusal: null }
  | { readonly settings: null; readonly refusal: ServiceStatus['refusal'] } {
  try {
    return { settings: loadSettings(folder), refusal: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { settings: null, refusal: { code: error.code, params: error.params } };
  }
}
