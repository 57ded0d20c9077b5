import { z } from 'zod';
import { findCrash } from '../core/batch/leaseGuard.ts';
import { type EngineSetup, openWithJournal } from '../core/engine.ts';
import type { Engine } from '../core/engineApi.ts';
import { folderError, folderRefusal } from '../core/files/folderError.ts';
import type { Journal } from '../core/journal/journal.ts';
import type { Outcomes } from '../core/journal/outcomes.ts';
import type { ServiceNotes } from '../core/journal/serviceNotes.ts';
import type { EngineListener, Ports } from '../core/ports.ts';
import { installationId } from '../core/settings/installation.ts';
import { FailureCode, SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import type { Refusal, ServiceEvent } from '../shared/service.ts';
import type { Settings } from '../shared/settings.ts';
import { PauseKeeper } from './pause.ts';
import type { WatchedSettings } from './watchedSettings.ts';

/** What there is once the settings can be used. */
export interface Opened {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly pause: PauseKeeper;
  readonly health: Health;
  readonly settings: Settings;
}

/** What the opening needs of the service. */
interface Told {
  tell(event: ServiceEvent): void;
  readonly onEngine: EngineListener;
}

/** The engine and the settings in force: opened as soon as the settings can be used, and kept up with the file. */
export class Opening {
  readonly #ports: Ports;
  readonly #setup: Omit<EngineSetup, 'settings'>;
  readonly #watched: WatchedSettings;
  readonly #told: Told;
  #settings: Settings | null = null;
  #opened: Opened | null = null;
  #refusal: Refusal | null = null;
  #folderRefused = false;
  #installationId = '';
  /** The one told last; forgotten when all has been well. */
  #toldRefusal = '';

  constructor(ports: Ports, setup: Omit<EngineSetup, 'settings'>, watched: WatchedSettings, told: Told) {
    this.#ports = ports;
    this.#setup = setup;
    this.#watched = watched;
    this.#told = told;
    // Known before the first turn, which tells it: whoever starts the service can say so at once.
    this.#refusal = this.#lookAtInstallation();
  }

  /** As of the last look: a person may have answered meanwhile that this computer is an installation of its own. */
  get installationId(): string {
    return this.#installationId;
  }

  get opened(): Opened | null {
    return this.#opened;
  }

  /** See ServiceStatus. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /**
   * Closes what cannot be written any more: a disk that the system has made read-only, rights that were taken away,
   * a folder that came from another computer. What is open would still be written for a while, and nothing would say so.
   *
   * @returns whether the folder can be used
   */
  async folderIsUsable(): Promise<boolean> {
    const refusal = folderRefusal(this.#setup.folder) ?? this.#lookAtInstallation();
    if (refusal === null) {
      // Well again: the next look opens it, and reads the settings anew.
      if (this.#folderRefused) this.#watched.forget();
      this.#folderRefused = false;
      return true;
    }
    this.#folderRefused = true;
    await this.close();
    this.#refuse({ code: refusal.code, params: refusal.params });
    return false;
  }

  /** Takes the settings as they are now. Not while something runs: a run keeps those that it began with. */
  look(): void {
    const couldNot = this.#refusal !== null;
    const news = this.#watched.look();
    if (news.kind === 'refused') this.#refuse(news.refusal);
    if (news.kind === 'loaded') {
      this.#refusal = null;
      this.#toldRefusal = '';
      this.#settings = news.settings;
      if (this.#opened !== null) this.#replace(this.#opened, news.settings);
    }
    if (this.#opened === null && this.#settings !== null) {
      this.#open(this.#settings);
      // The first settings of a new installation: whoever shows that there are none is told.
      if (couldNot && this.#opened !== null) this.#told.tell({ type: 'settings_changed' });
    }
    // Another process may have died in its batch since the last look.
    else if (this.#opened !== null) findCrash(this.#setup.folder, this.#opened.journal);
  }

  /** What was begun after a look has gone well. */
  well(): void {
    if (this.#refusal === null) this.#toldRefusal = '';
  }

  /**
   * Takes note of an error that no batch accounts for. A journal that cannot be used is closed: the next look opens
   * it anew, and sets it aside where it is damaged.
   */
  async fail(error: unknown): Promise<void> {
    if (!(error instanceof SyncFailure)) return;
    const { code: failed, message } = error.detail;
    if (failed !== FailureCode.JournalFailed && failed !== FailureCode.LocalDiskFull) return;
    await this.close();
    const { code, params } =
      failed === FailureCode.LocalDiskFull
        ? new UsageError(UsageCode.DataFolderFull, { folder: this.#setup.folder })
        : folderError(this.#setup.folder, error, message);
    this.#refuse({ code, params });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.engine[Symbol.asyncDispose]();
  }

  /** @throws UsageError why the service cannot work yet */
  mustBeOpen(): Opened {
    if (this.#opened === null) throw this.notOpen();
    return this.#opened;
  }

  notOpen(): UsageError {
    const { code, params } = this.#refusal ?? { code: UsageCode.SettingsMissing, params: {} };
    return new UsageError(code, params);
  }

  /**
   * @returns why this computer must not work with the folder before a person has answered; null where it may
   * @throws UsageError `data_folder_unusable` and its like
   */
  #lookAtInstallation(): Refusal | null {
    try {
      this.#installationId = installationId(this.#setup.folder);
      return null;
    } catch (error) {
      if (!(error instanceof UsageError) || error.code !== UsageCode.InstallationCopied) throw error;
      return { code: error.code, params: error.params };
    }
  }

  #replace(opened: Opened, settings: Settings): void {
    opened.engine.useSettings(settings);
    this.#opened = { ...opened, settings };
    this.#told.tell({ type: 'settings_changed' });
  }

  #open(settings: Settings): void {
    try {
      const { engine, journal } = openWithJournal(this.#ports, { ...this.#setup, settings });
      engine.on(this.#told.onEngine);
      this.#opened = {
        engine,
        journal,
        settings,
        pause: new PauseKeeper(journal),
        health: new Health(journal),
      };
      this.#refusal = null;
      const file = engine.journalSetAside;
      if (file !== null) this.#told.tell({ type: 'journal_set_aside', file });
    } catch (error) {
      // A folder that cannot be written now, a journal of a newer version: tried again at the next look.
      if (!(error instanceof UsageError)) throw error;
      this.#refuse({ code: error.code, params: error.params });
    }
  }

  #refuse(refusal: Refusal): void {
    const text = JSON.stringify(refusal);
    const known = text === this.#toldRefusal;
    this.#refusal = refusal;
    this.#toldRefusal = text;
    if (!known) this.#told.tell({ type: 'refused', refusal });
  }
}

/** Connections of which nothing has arrived: since the latest of their last successes, for so many whole hours. */
interface Silence {
  readonly connections: readonly string[];
  readonly since: string;
  readonly hours: number;
}

/** By connection, when it was seen first; it may never have been copied. */
const SEEN = 'first_seen_at';
/** By connection, since when the silence was that was told last. */
const TOLD = 'silence_told';
const times = z.record(z.string(), z.string());

/**
 * Notices that no table of a connection has been completed for too long, also where nothing runs at all: a schedule
 * that was switched off, a line that is down all week. One branch that is silent is told while others go on; each
 * such time once, and several connections together.
 */
class Health {
  readonly #journal: Outcomes & ServiceNotes;

  constructor(journal: Outcomes & ServiceNotes) {
    this.#journal = journal;
  }

  /** @returns what is to be told now, or null */
  look({ notifications, connections }: Settings, now: Date): Silence | null {
    const enabled = connections.filter((one) => one.enabled).map((one) => one.id);
    const seen = this.#seen(enabled, now);
    const limit = notifications.noSuccessHours;
    if (limit === 0) return null;
    const told = this.#note(TOLD);
    const silent = enabled.flatMap((id) => {
      const since = this.#journal.lastSuccessAt(id) ?? seen[id] ?? now.toISOString();
      return hoursSince(since, now) < limit || told[id] === since ? [] : [{ id, since }];
    });
    const since = silent
      .map((one) => one.since)
      .sort()
      .at(-1);
    if (since === undefined) return null;
    this.#journal.setServiceNote(TOLD, {
      ...told,
      ...Object.fromEntries(silent.map((one) => [one.id, one.since])),
    });
    return { connections: silent.map((one) => one.id), since, hours: Math.floor(hoursSince(since, now)) };
  }

  /** A connection that is enabled after a pause of months is not late at once. */
  #seen(enabled: readonly string[], now: Date): Readonly<Record<string, string>> {
    const kept = this.#note(SEEN);
    const seen = Object.fromEntries(enabled.map((id) => [id, kept[id] ?? now.toISOString()]));
    if (JSON.stringify(seen) !== JSON.stringify(kept)) this.#journal.setServiceNote(SEEN, seen);
    return seen;
  }

  #note(name: string): Readonly<Record<string, string>> {
    return times.safeParse(this.#journal.serviceNote(name)).data ?? {};
  }
}

function hoursSince(at: string, now: Date): number {
  return (now.getTime() - Date.parse(at)) / 3_600_000;
}
