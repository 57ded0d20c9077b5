import { folderRefusal } from '../../core/files/folderError.ts';
import type { PastLine } from '../../core/journal/history.ts';
import type { ReadableJournal } from '../../core/journal/journal.ts';
import type { Clock } from '../../core/ports.ts';
import { knownFleet } from '../../core/schedule/fleetSpread.ts';
import { installationId } from '../../core/settings/installation.ts';
import { loadSettings } from '../../core/settings/load.ts';
import { NO_STANDING, standingOf } from '../../core/standing/standing.ts';
import { settingsIdentity } from '../../service/opening.ts';
import { pauseIn } from '../../service/pause.ts';
import { unpaused } from '../../service/statusOf.ts';
import { nextPlanned } from '../../service/tasks.ts';
import type { LeaseHolder } from '../../shared/contract.ts';
import { UsageError } from '../../shared/errors.ts';
import type { ServiceStatus } from '../../shared/service.ts';
import type { Settings } from '../../shared/settings.ts';
import type { JournalReader } from '../journalReader.ts';

/** How often journal, lease and settings are checked for changes by other processes. */
const EVERY_MS = 1000;

/** Callbacks of a {@link FolderPoller}. */
interface Watcher {
  /** New lines of the event log since the last check, newest first. */
  onLines(lines: readonly PastLine[]): void;
  onSettings(): void;
  /** The folder became unusable, or usable again. */
  onFolder(): void;
  /** After each poll. */
  onPoll(): void;
  onError(error: unknown): void;
}

/** Checks once a second what other processes do with the folder, as long as there are subscribers. */
export class FolderPoller implements Disposable {
  readonly #folder: string;
  readonly #reader: JournalReader;
  readonly #clock: Clock;
  readonly #watcher: Watcher;
  #watching: AbortController | null = null;
  #line = 0;
  #settings = '';
  #usable = true;

  constructor(folder: string, reader: JournalReader, clock: Clock, watcher: Watcher) {
    this.#folder = folder;
    this.#reader = reader;
    this.#clock = clock;
    this.#watcher = watcher;
  }

  begin(): void {
    if (this.#watching !== null) return;
    const watching = new AbortController();
    this.#watching = watching;
    this.#settings = this.#settingsNow();
    this.#try(() => {
      this.#line = this.#reader.read((journal) => journal.lastLine());
    });
    void this.#watch(watching.signal);
  }

  end(): void {
    this.#watching?.abort();
    this.#watching = null;
  }

  [Symbol.dispose](): void {
    this.end();
  }

  async #watch(over: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#clock.sleep(EVERY_MS, over);
      } catch {
        return;
      }
      this.#try(() => this.#poll());
    }
  }

  #poll(): void {
    const usable = folderRefusal(this.#folder) === null;
    if (usable !== this.#usable) {
      this.#usable = usable;
      this.#watcher.onFolder();
    }
    const settings = this.#settingsNow();
    if (settings !== this.#settings) {
      this.#settings = settings;
      this.#watcher.onSettings();
    }
    const lines = this.#reader.read((journal) => {
      const last = journal.lastLine();
      // The journal was replaced, so its lines are counted from the start again.
      const found = last < this.#line ? journal.linesAfter(0) : journal.linesAfter(this.#line);
      this.#line = last;
      return found;
    });
    if (lines.length > 0) this.#watcher.onLines(lines);
    this.#watcher.onPoll();
  }

  /** Errors of the journal are reported by the calls that need it. Here they must not stop further checks. */
  #try(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#watcher.onError(error);
    }
  }

  #settingsNow(): string {
    return settingsIdentity(this.#folder);
  }
}

/** The status if another process serves the folder: derived from journal, lease and settings. */
export function statusFromOutside(
  journal: ReadableJournal,
  holder: LeaseHolder | null,
  folder: string,
  now: Date,
): ServiceStatus {
  const { settings, refusal: wrong } = settingsOf(folder);
  const unusable = folderRefusal(folder);
  const refusal = unusable === null ? wrong : { code: unusable.code, params: unusable.params };
  const pause = pauseIn(journal);
  return {
    activity: holder === null ? { kind: 'idle' } : { kind: 'waiting_lease', holder },
    pause,
    next:
      settings === null
        ? null
        : unpaused(nextPlanned(settings, installationId(folder), now, knownFleet(journal)), pause),
    ...(settings === null ? NO_STANDING : standingOf(journal, settings, now)),
    refusal,
  };
}

/** This process's service status, plus what another process is doing. */
export function alsoOutside(status: ServiceStatus, holder: LeaseHolder | null): ServiceStatus {
  // If this process's own run is just beginning or ending, its own status counts.
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
