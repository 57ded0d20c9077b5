import type { BatchRow, LogRow, ScheduleView, TableProgress, TableRow } from '../shared/contract.ts';
import type { ErrorParams, FailureDetail, UsageCode } from '../shared/errors.ts';
import type { ServiceStatus } from '../shared/service.ts';
import type { PasswordPlace, Settings, SettingsFile } from '../shared/settings.ts';
import type { BatchStatus, OpenTableStatus } from '../shared/status.ts';
import type { Language } from '../shared/texts/language.ts';
import type { VerifiedRow } from '../shared/verify.ts';

/** Why something was not done, as codes: the window says it in its language. */
export type Refusal =
  | { readonly kind: 'usage'; readonly code: UsageCode; readonly params: ErrorParams }
  | { readonly kind: 'failure'; readonly failure: FailureDetail };

/** What the window must know before it can say anything. */
export interface Setup {
  readonly language: Language;
  /** Null where the settings are there and right. */
  readonly problem: Refusal | null;
  /** Which program is behind the window. */
  readonly face: 'tray' | 'agent';
  /** False where another process serves the user-data folder: the window shows, and can do nothing. */
  readonly commands: boolean;
  readonly version: string;
  /** The user-data folder, for an administrator. */
  readonly folder: string;
  /** IANA name of this computer's time zone. */
  readonly timeZone: string;
  readonly platform: 'win32' | 'darwin' | 'linux';
  /** Whether this program can try everything on databases of its own. */
  readonly demo: boolean;
  /** Null where the program behind the window has no such thing. */
  readonly startAtLogin: boolean | null;
  /** Whether this face shows notifications on a desktop. */
  readonly notifications: boolean;
}

/** A table that is being copied now. */
export type RunningTable = Omit<TableProgress, 'batchId'>;

/** The batch that runs now. */
export interface RunView {
  readonly batchId: string;
  /** Completed or skipped. */
  readonly doneTables: number;
  readonly failedTables: number;
  readonly totalTables: number;
  /** From 0 to 1, by rows where they are estimated. */
  readonly fraction: number;
  /** Rows inserted, updated or found the same, and bytes read, over all of its tables so far. */
  readonly rows: number;
  readonly bytes: number;
  readonly rowsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  /** From what its tables usually take at this branch; null where nothing is known. */
  readonly etaSeconds: number | null;
  /** Those in progress. */
  readonly tables: readonly RunningTable[];
}

/** How things stand at this moment. */
export interface LiveView {
  readonly status: ServiceStatus;
  /** Up to when central has everything of the enabled connections; null where one was never copied. */
  readonly upTo: string | null;
  readonly run: RunView | null;
  /** The tables of a verify that runs now. */
  readonly verifying: { readonly connection: string; readonly table: string } | null;
}

/** One day in the strip of days. */
export interface DayView {
  /** Local: `2026-11-22`. */
  readonly day: string;
  readonly batches: number;
  readonly failed: number;
  /** The worst that a batch begun on that day came to; null where none was. */
  readonly worst: BatchStatus | null;
}

/** What a table usually takes at this branch: medians over its last completed runs. */
export interface Usual {
  readonly seconds: number;
  readonly rows: number;
}

/** A batch with its tables, in the order of its plan. */
export interface BatchView {
  readonly batch: BatchRow;
  readonly tables: readonly TableRow[];
  /** By {@link tableKey}; only where there are three completed runs or more. */
  readonly usual: Readonly<Record<string, Usual>>;
  /** Some of its tables are left, and nothing runs it. */
  readonly resumable: boolean;
  readonly events: readonly LogRow[];
}

/** A table that has run, or that the settings name. */
export interface TableState {
  readonly connection: string;
  readonly label: string;
  readonly table: string;
  readonly model: string;
  /** Whether the settings select it now. */
  readonly selected: boolean;
  /** As the settings have it: `auto` where they leave it to the engine. */
  readonly chosenStrategy: string;
  /** Its last run that came to an end, well or not; null where none has. */
  readonly last: TableRow | null;
  /** What the batch that runs now has still to do with it; null where there is nothing. */
  readonly now: OpenTableStatus | null;
  /** The last that went well. `snapshotAt`: central has everything up to then. */
  readonly success: {
    readonly batchId: string | null;
    readonly endedAt: string;
    readonly snapshotAt: string | null;
  } | null;
  readonly verified: VerifiedRow | null;
}

/** The settings as the window edits them: the file's own text, without secrets, since none stands in it. */
export interface SettingsView {
  /** As written, no defaults filled in; null where there is no file, or it is no JSON. */
  readonly document: SettingsFile | null;
  /** With which a change is sent back, so that nobody's change is overwritten; null where there is no file. */
  readonly revision: string | null;
  /** With all defaults; null where the file is missing or wrong. */
  readonly effective: Settings | null;
  readonly problem: Refusal | null;
  /** Where each endpoint's password is kept: by connection id, and `central`. */
  readonly passwords: Readonly<Record<string, PasswordPlace>>;
}

/** What a cron expression means. */
export interface CronPreview {
  /** The next times, ISO 8601 in UTC; empty where `problem` is set. */
  readonly next: readonly string[];
  readonly problem: ErrorParams | null;
}

/** What the history takes on this computer's disk. */
export interface Sizes {
  readonly batches: number;
  readonly oldest: string | null;
  readonly journalBytes: number;
  readonly logBytes: number;
}

export interface PruneView {
  readonly dryRun: boolean;
  readonly batches: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** What a support bundle holds, to be looked at before it is given away. */
export interface BundleFile {
  readonly name: string;
  readonly text: string;
}

/** A problem of an imported file. */
interface ImportProblem {
  readonly path: string;
  readonly reason: string;
}

/** What a text would be as settings. */
export type ImportCheck =
  | { readonly document: SettingsFile; readonly problems: null }
  | { readonly document: null; readonly problems: readonly ImportProblem[] };

export type Schedules = readonly ScheduleView[];
