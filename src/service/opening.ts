import { type BigIntStats, statSync } from 'node:fs';
import { z } from 'zod';
import { findCrash } from '../core/batch/leaseGuard.ts';
import { type EngineSetup, openWithJournal } from '../core/engine.ts';
import '../core/loadedAtStart.ts';
import type { Engine } from '../core/engineApi.ts';
import { errnoOf, folderError, folderRefusal } from '../core/files/folderError.ts';
import type { WritableJournal } from '../core/journal/journal.ts';
import type { EngineListener, Ports } from '../core/ports.ts';
import { installationId } from '../core/settings/installation.ts';
import { loadSettings, settingsFile } from '../core/settings/load.ts';
import { FailureCode, SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import type { Refusal, ServiceEvent } from '../shared/service.ts';
import type { Settings } from '../shared/settings.ts';
import type { Language } from '../shared/texts/language.ts';
import { PauseKeeper } from './pause.ts';

/** What exists once the settings can be used. */
export interface Opened {
  readonly engine: Engine;
  readonly journal: WritableJournal;
  readonly pause: PauseKeeper;
  readonly health: Health;
  readonly settings: Settings;
}

/** Callbacks to the service. */
interface Told {
  tell(event: ServiceEvent): void;
  readonly onEngine: EngineListener;
}

/**
 * Holds the engine and the settings in force. Opens them as soon as the settings can be used, and follows
 * changes of the file.
 */
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
  /** The refusal reported last; cleared when all is well. */
  #toldRefusal = '';

  constructor(ports: Ports, setup: Omit<EngineSetup, 'settings'>, watched: WatchedSettings, told: Told) {
    this.#ports = ports;
    this.#setup = setup;
    this.#watched = watched;
    this.#told = told;
    // Checked before the first turn, which reports it, so that a caller of the service can see it at once.
    this.#refusal = this.#lookAtInstallation();
  }

  /** As of the last check: meanwhile a person may have declared this computer a separate installation. */
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
   * Closes the journal and the engine if the folder can no longer be written: a read-only disk, missing
   * rights, a folder from another computer. Open files would still be written for a while without any error.
   *
   * @returns whether the folder can be used
   */
  async folderIsUsable(): Promise<boolean> {
    const refusal = folderRefusal(this.#setup.folder) ?? this.#lookAtInstallation();
    if (refusal === null) {
      // The folder can be used again: the next look opens it and reads the settings anew.
      if (this.#folderRefused) this.#watched.forget();
      this.#folderRefused = false;
      return true;
    }
    this.#folderRefused = true;
    await this.close();
    this.#refuse({ code: refusal.code, params: refusal.params });
    return false;
  }

  /** Applies the current settings. Not called during a run, which keeps the settings it began with. */
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
      // The first settings of a new installation: listeners still show that there are none.
      if (couldNot && this.#opened !== null) this.#told.tell({ type: 'settings_changed' });
    }
    // Another process may have died during its batch since the last check.
    else if (this.#opened !== null) findCrash(this.#setup.folder, this.#opened.journal);
  }

  /** Called when a turn that began after a look has succeeded. */
  well(): void {
    if (this.#refusal === null) this.#toldRefusal = '';
  }

  /**
   * Records an error that belongs to no batch. A journal that cannot be used is closed: the next look opens
   * it again, and sets a damaged one aside.
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
   * @returns why a person must answer before this computer may use the folder; null if it may
   * @throws UsageError `data_folder_unusable` and similar
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
      // For example a folder that cannot be written, or the journal of a newer version. The next look tries
      // again.
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

/** Connections from which nothing has arrived for this many whole hours, since the latest of their last successes. */
interface Silence {
  readonly connections: readonly string[];
  readonly since: string;
  readonly hours: number;
}

/** When each connection was first seen enabled; it may never have been copied. */
const SEEN = 'first_seen_at';
/** For each connection, the start of the silence that was reported last. */
const TOLD = 'silence_told';
const times = z.record(z.string(), z.string());

/**
 * Notices when no table of a connection has been completed for too long, even if nothing runs at all: a
 * schedule switched off, a line down all week. Each silence is reported once, and several connections
 * together.
 */
class Health {
  readonly #journal: WritableJournal;

  constructor(journal: WritableJournal) {
    this.#journal = journal;
  }

  /** @returns what to report now, or null */
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

  /**
   * Counts from the first time a connection was seen enabled, so that one switched on after months is not
   * late at once.
   */
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

type SettingsNews =
  | { readonly kind: 'same' }
  | { readonly kind: 'loaded'; readonly settings: Settings }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Watches `settings.json`, which an editor, the tray or a roll-out tool may change at any time. */
export class WatchedSettings {
  readonly #folder: string;
  readonly #language: Language;
  #seen: string | null = null;

  /** @param language in which problems of the file are described */
  constructor(folder: string, language: Language) {
    this.#folder = folder;
    this.#language = language;
  }

  /** What has changed since the last call. An invalid file is reported once, until it changes again. */
  look(): SettingsNews {
    const seen = this.#identity();
    if (seen === this.#seen) return { kind: 'same' };
    // Recorded before reading the contents, so that a write in between is noticed next time.
    this.#seen = seen;
    try {
      return { kind: 'loaded', settings: loadSettings(this.#folder, this.#language) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { kind: 'refused', refusal: { code: error.code, params: error.params } };
    }
  }

  /** Makes the next look read the file even if it has not changed. */
  forget(): void {
    this.#seen = null;
  }

  #identity(): string {
    return settingsIdentity(this.#folder);
  }
}

/** A text that changes whenever `settings.json` changes; the contents are not read. */
export function settingsIdentity(folder: string): string {
  try {
    const found: BigIntStats | undefined = statSync(settingsFile(folder), {
      bigint: true,
      throwIfNoEntry: false,
    });
    return found === undefined ? 'missing' : `${found.ino} ${found.size} ${found.mtimeNs}`;
  } catch (error) {
    // The folder may not be entered any more; reading the file then says why.
    return errnoOf(error);
  }
}
