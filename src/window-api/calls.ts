import type { BatchPage, ConnectionTestStep, LeaseHolder, TableName, TableRow } from '../shared/contract.ts';
import type { Discovery } from '../shared/discovery.ts';
import type { CopyAnswer } from '../shared/service.ts';
import type { Draft, PasswordPlace, SettingsFile } from '../shared/settings.ts';
import type { Strategy } from '../shared/status.ts';
import type {
  BatchFilter,
  BatchView,
  BundleFile,
  CronPreview,
  DayView,
  ImportProblem,
  LiveView,
  PruneView,
  Refusal,
  Schedules,
  SettingsView,
  Setup,
  Sizes,
  TableState,
} from './views.ts';

/** Which tables are meant; absent is all. Names may be table or model names. */
export interface Scope {
  readonly connections?: readonly string[];
  readonly tables?: readonly string[];
}

/**
 * All that the window asks and commands: each once, with its signature. The faces' handlers, the preload's object,
 * the HTTP addresses and the window's calls are all typed by this map, so that none can drift from the others.
 *
 * A command that begins a run answers as soon as the run has begun or is refused; what becomes of it comes as
 * events. All may be refused: `service_running` where another process serves the folder.
 */
export interface Calls {
  readonly setup: () => Setup;
  readonly live: () => LiveView;
  /** Who runs now, or null. */
  readonly holder: () => LeaseHolder | null;
  readonly history: (filter: BatchFilter, offset: number, limit: number) => BatchPage;
  /** The last days, oldest first, today included. */
  readonly days: (count: number) => readonly DayView[];
  /** Refused with `batch_unknown`. */
  readonly batch: (batchId: string) => BatchView;
  readonly tables: () => readonly TableState[];
  /** One table's runs, latest first. */
  readonly tableRuns: (connection: string, table: string, limit: number) => readonly TableRow[];
  readonly settings: () => SettingsView;
  readonly schedules: () => Schedules;
  readonly previewCron: (cron: string, timezone: string) => CronPreview;
  readonly sizes: () => Sizes;
  readonly bundle: () => readonly BundleFile[];

  readonly runNow: (
    scope: Scope & {
      readonly strategy?: Strategy;
      readonly allowDeletes?: boolean;
    },
  ) => null;
  /** Goes on with a batch; with `tables` only with those. */
  readonly resume: (
    batchId: string,
    options: {
      readonly tables?: readonly TableName[];
      readonly allowDeletes?: boolean;
      readonly acceptSources?: readonly string[];
    },
  ) => null;
  readonly verify: (
    scope: Scope & {
      /** Only these, in place of connections and tables. */
      readonly only?: readonly TableName[];
      readonly repair?: boolean;
      readonly allowDeletes?: boolean;
    },
  ) => null;
  /**
   * Says what this computer is, of whose data folder there is a copy. After `keep` the batch goes on. After `new` the
   * connections that both copies would sync are switched off here. Refused with `installation_busy` during a run.
   *
   * @param batchId the batch that found the copy; null where the whole folder came from another computer
   */
  readonly answerCopy: (answer: CopyAnswer, batchId: string | null) => null;
  /** @param until ISO 8601; null until {@link Calls.unpause} */
  readonly pause: (until: string | null) => null;
  readonly unpause: () => null;
  readonly stopRun: () => null;
  readonly prune: (dryRun: boolean) => PruneView;

  /** @param password as a person typed it; null: the one that is kept */
  readonly testConnection: (draft: Draft, password: string | null) => readonly ConnectionTestStep[];
  /** What there is to copy. Refused with the failure where the database cannot be read. */
  readonly discover: (draft: Draft, password: string | null) => Discovery;
  /**
   * Keeps a password in the keychain, or where there is none in a protected file; null forgets it.
   *
   * @returns where it is now
   */
  readonly setPassword: (draft: Draft, password: string | null) => PasswordPlace;
  /**
   * Replaces the settings.
   *
   * @param revision of the settings that were changed; null to begin them. Refused with `settings_changed` where
   * the file is another by now, and with `settings_invalid`.
   * @returns the new revision
   */
  readonly saveSettings: (document: SettingsFile, revision: string | null) => string;
  readonly exportSettings: () => string;
  readonly checkImport: (
    text: string,
  ) =>
    | { readonly document: SettingsFile; readonly problems: null }
    | { readonly document: null; readonly problems: readonly ImportProblem[] };
  /** Null where this face cannot. */
  readonly setStartAtLogin: (on: boolean) => boolean | null;
  /** Whether the desktop took it. */
  readonly testNotification: () => boolean;
  /** Starts databases of its own with data to try everything on, and writes settings for them. */
  readonly startDemo: () => null;
}
export type CallName = keyof Calls;

/** Errors travel as values: thrown across processes they would arrive as a bare English message. */
export type Answer<C extends CallName> =
  | { readonly ok: true; readonly value: ReturnType<Calls[C]> }
  | { readonly ok: false; readonly refusal: Refusal };

/** All names, for whoever derives something from each: the preload's object, the channels, the addresses. */
export const CALL_NAMES = Object.keys({
  setup: 0,
  live: 0,
  holder: 0,
  history: 0,
  days: 0,
  batch: 0,
  tables: 0,
  tableRuns: 0,
  settings: 0,
  schedules: 0,
  previewCron: 0,
  sizes: 0,
  bundle: 0,
  runNow: 0,
  resume: 0,
  verify: 0,
  answerCopy: 0,
  pause: 0,
  unpause: 0,
  stopRun: 0,
  prune: 0,
  testConnection: 0,
  discover: 0,
  setPassword: 0,
  saveSettings: 0,
  exportSettings: 0,
  checkImport: 0,
  setStartAtLogin: 0,
  testNotification: 0,
  startDemo: 0,
} satisfies Readonly<Record<CallName, 0>>) as readonly CallName[];
