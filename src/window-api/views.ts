import type { BranchColumn } from '../shared/branchTable.ts';
import type { BatchRow, LogRow, RunView, ScheduleView, TableRow } from '../shared/contract.ts';
import type { ErrorParams, FailureDetail, UsageCode } from '../shared/errors.ts';
import type { ExportRecord } from '../shared/exportRecord.ts';
import type { FleetBatch, FleetBranch, FleetDay, FleetTable } from '../shared/fleet.ts';
import type { DeliveryReason, NotifyChannel } from '../shared/notifyNames.ts';
import type { ServiceStatus } from '../shared/service.ts';
import type { PasswordPlace, Settings, SettingsFile, SshState } from '../shared/settings.ts';
import type { BatchStatus, OpenTableStatus } from '../shared/status.ts';
import type { Language } from '../shared/texts/language.ts';
import type { VerifiedRow } from '../shared/verify.ts';

export type { RunningTable, RunView } from '../shared/contract.ts';

/** Why something was refused, as codes; the window puts them into words. */
export type Refusal =
  | { readonly kind: 'usage'; readonly code: UsageCode; readonly params: ErrorParams }
  | { readonly kind: 'failure'; readonly failure: FailureDetail };

/** What the window needs before it can show anything. */
export interface Setup {
  readonly language: Language;
  /** Null if the settings exist and are valid. */
  readonly problem: Refusal | null;
  /** Which program the window belongs to. */
  readonly program: 'tray' | 'agent' | 'head_office';
  /** False if another process serves the user-data folder: the window can then only show things. */
  readonly commands: boolean;
  readonly version: string;
  /** The user-data folder, shown to administrators. */
  readonly folder: string;
  /** IANA name of this computer's time zone. */
  readonly timeZone: string;
  readonly platform: 'win32' | 'darwin' | 'linux';
  /** Whether this program can start demo databases. */
  readonly demo: boolean;
  /** Null where the platform has no such feature. */
  readonly startAtLogin: boolean | null;
  /** Whether this program shows desktop notifications. */
  readonly notifications: boolean;
  /** Whether folders and files are chosen in a dialog of the system; else a person types them. */
  readonly dialogs: boolean;
}

/** The current state. */
export interface LiveView {
  readonly status: ServiceStatus;
  /** Head office has all data of the enabled connections up to this time; null if a table was never copied. */
  readonly upTo: string | null;
  /** The same without the tables that failed and are listed in `status.attention`. */
  readonly upToOthers: string | null;
  readonly run: RunView | null;
  /** What the running batch has sent; null if none runs. */
  readonly link: LinkView | null;
  /** The table that a verify is comparing now. */
  readonly verifying: { readonly connection: string; readonly table: string } | null;
  /** The export that this process writes now. */
  readonly exporting: ExportingView | null;
}

/** What a batch has sent to head office, and how fast. */
export interface LinkView {
  /** Over all its attempts. Grows between chunks, too. */
  readonly sentBytes: number;
  /** Bytes per second in each step of the last minutes, oldest first. */
  readonly perSecond: readonly number[];
  readonly stepSeconds: number;
}

/** What came of a planned run. */
export type PlannedResult = 'arrived' | 'late' | 'failed' | 'missed' | 'running' | 'planned';

/** A planned run of the last days, or one that is still to come today. */
export interface PlannedRun {
  readonly schedule: string;
  /** ISO 8601, without jitter. */
  readonly dueAt: string;
  readonly result: PlannedResult;
  readonly batchId: string | null;
}

/** A day with its planned runs, the earliest first. */
export interface PlannedDay {
  /** Local: `2026-11-22`. */
  readonly day: string;
  readonly runs: readonly PlannedRun[];
}

/** What a run did for one connection. */
export interface BranchRun {
  readonly batchId: string;
  readonly from: string;
  /** Null while it runs. */
  readonly to: string | null;
  readonly result: 'arrived' | 'failed' | 'stopped' | 'running';
  /** Rows written. */
  readonly rows: number;
}

/** An enabled connection in the last 24 hours. */
export interface BranchToday {
  readonly connection: string;
  /** Head office has all of its data up to then; null if a table was never copied. */
  readonly upTo: string | null;
  /** Number of its tables; 0 if they are not known. */
  readonly tables: number;
  /** It has no data of the last planned run. */
  readonly late: boolean;
  /** Its next planned run, without pauses; null if none is planned. */
  readonly next: string | null;
  readonly runs: readonly BranchRun[];
}

/** What was moved today, and usually is by this time of day: medians of the days before with a batch; null if there are none. */
export interface WorkToday {
  readonly rows: number;
  readonly sentBytes: number;
  readonly usualRows: number | null;
  readonly usualBytes: number | null;
}

/** The tables of the only connection, by how old their data is. Tables that failed are among them. */
export interface TablesByAge {
  readonly today: { readonly connection: string; readonly count: number; readonly upTo: string | null };
  readonly older: { readonly names: readonly string[]; readonly upTo: string | null };
  /** Never copied. */
  readonly never: readonly string[];
}

/** What the page Today shows besides the live state. */
export interface TodayView {
  /** The last days with their planned runs, oldest first, including today. */
  readonly days: readonly PlannedDay[];
  /** In the settings' order. */
  readonly branches: readonly BranchToday[];
  /** Null if there are several connections, or none. */
  readonly tables: TablesByAge | null;
  readonly work: WorkToday;
  readonly verified: {
    /** All tables that were ever verified identical were so at this time or later; null if none was. */
    readonly since: string | null;
    /** Tables that were copied and never verified identical. */
    readonly never: number;
  };
}

/** An export that is being written. */
export interface ExportingView {
  readonly connection: string;
  readonly file: string;
  /** Written so far, compressed, in all parts. */
  readonly fileBytes: number;
  readonly run: RunView;
}

/** The last export of a connection. */
export interface ExportView extends ExportRecord {
  /** Whether its file is there and can be continued. */
  readonly unfinished: boolean;
}

/** One day in the day strip. */
export interface DayView {
  /** Local: `2026-11-22`. */
  readonly day: string;
  readonly batches: number;
  readonly failed: number;
  /** The worst result of a batch that began on that day; null if none did. */
  readonly worst: BatchStatus | null;
  /** Rows written at head office, bytes of row data, and the time of all batches, by batches that have ended. */
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Usual duration and rows of a table at this branch: medians of its last completed runs. */
export interface Usual {
  readonly seconds: number;
  readonly rows: number;
}

/** A batch with its tables, in planned order. */
export interface BatchView {
  readonly batch: BatchRow;
  readonly tables: readonly TableRow[];
  /** By {@link tableKey}; only for tables with at least three completed runs. */
  readonly usual: Readonly<Record<string, Usual>>;
  /** Whether some of its tables are unfinished and nothing runs it. */
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
  /** As in the settings: `auto` if the engine chooses. */
  readonly chosenStrategy: string;
  /** Its last run that ended, successful or not; null if none did. */
  readonly last: TableRow | null;
  /** Its open status in the batch that runs now; null if that batch has nothing more to do with it. */
  readonly now: OpenTableStatus | null;
  /** Its last successful run. `snapshotAt`: head office has everything up to that time. */
  readonly success: {
    readonly batchId: string | null;
    readonly endedAt: string;
    readonly snapshotAt: string | null;
  } | null;
  readonly verified: VerifiedRow | null;
}

/** What one run of a table wrote, for a small chart. */
export interface RecentRun {
  readonly rows: number;
  readonly failed: boolean;
}

/** How a branch of the settings stands. */
export interface BranchState {
  readonly connection: string;
  /** Its name; the id if it has none. */
  readonly label: string;
  /** The worst that holds: `never` if a table was never copied, `late` after `noSuccessHours`. */
  readonly state: 'off' | 'failed' | 'differs' | 'late' | 'never' | 'up_to_date';
  /** Tables of its last whole batch that are still selected. */
  readonly tables: number;
  readonly failed: number;
  readonly differs: number;
  /** Head office has all of its data up to this time; null if a table was never copied. */
  readonly upTo: string | null;
  readonly lastRunAt: string | null;
  /** Null if no schedule includes it. */
  readonly nextRunAt: string | null;
}

/** A table of branches, read and checked; nothing of it is written yet. */
export interface BranchTableView {
  /** Null if it has no line with the names of columns. */
  readonly columns: readonly BranchColumn[] | null;
  /** Names of columns that are not known, and not used. */
  readonly unused: readonly string[];
  readonly branches: readonly BranchLineView[];
}

/** A line of it. */
export interface BranchLineView {
  readonly line: number;
  readonly id: string;
  readonly label: string;
  /** `10.0.0.5:5432 / idempiere` */
  readonly place: string;
  readonly schema: string;
  readonly hasPassword: boolean;
  /** `exists`: the settings have a branch with this id, which stays as it is. */
  readonly state: 'new' | 'exists' | 'wrong';
  readonly problems: readonly { readonly column: BranchColumn | null; readonly reason: string }[];
}

/** What came of a line. */
export interface BranchOutcome {
  readonly line: number;
  readonly id: string;
  readonly outcome: 'added' | 'exists' | 'wrong' | 'password_refused';
  /** Where its password is now; null if it has none of its own. */
  readonly place: PasswordPlace | null;
}

/** The settings as the window edits them: the file's own contents, which hold no secrets. */
export interface SettingsView {
  /** As written, without defaults; null if there is no file or it is not JSON. */
  readonly document: SettingsFile | null;
  /** Sent back with a change, so that nobody else's change is overwritten; null if there is no file. */
  readonly revision: string | null;
  /** With all defaults filled in; null if the file is missing or invalid. */
  readonly effective: Settings | null;
  readonly problem: Refusal | null;
  /** Where each endpoint's password is kept: by connection id, and `central`. */
  readonly passwords: Readonly<Record<string, PasswordPlace>>;
  /** What is kept about the SSH servers before them, likewise; nothing where there is none. */
  readonly ssh: Readonly<Record<string, SshState>>;
  /** Where each channel's secret is kept; nothing of channels without one. */
  readonly channelSecrets: Readonly<Partial<Record<NotifyChannel, PasswordPlace>>>;
}

/** What came of sending a test through a channel. */
export type ChannelTest =
  | { readonly ok: true }
  /** See `delivery.reason` in src/shared/texts. */
  | { readonly ok: false; readonly reason: DeliveryReason; readonly detail: string };

/** What the times of a schedule mean. */
export interface PlanPreview {
  /** The next planned times, ISO 8601 in UTC; empty if `problem` is set. */
  readonly next: readonly string[];
  /** How much later this installation starts. */
  readonly late_seconds: number;
  readonly problem: ErrorParams | null;
}

/** Disk space that the history uses on this computer. */
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

/** A file of the support bundle, shown before a person gives it away. */
export interface BundleFile {
  readonly name: string;
  readonly text: string;
}

/** A problem in an imported file. */
interface ImportProblem {
  readonly path: string;
  readonly reason: string;
}

/** The result of checking a text as settings. */
export type ImportCheck =
  | { readonly document: SettingsFile; readonly problems: null }
  | { readonly document: null; readonly problems: readonly ImportProblem[] };

export type Schedules = readonly ScheduleView[];

/** How all branches stand, in head office's window. */
export interface FleetView {
  readonly branches: readonly FleetBranch[];
  /** When head office's database last answered. */
  readonly asOf: string;
  /** Why it does not answer now; null if it does. The branches are then as of {@link asOf}. */
  readonly problem: Refusal | null;
}

/** What branches did in the last days. */
export interface FleetDays {
  /** `2026-11-22`, oldest first, up to today. */
  readonly days: readonly string[];
  /** By connection; a branch without a batch in these days is missing. */
  readonly of: Readonly<Record<string, readonly FleetDay[]>>;
}

/** What has changed since the last such event. */
export interface FleetChange extends Pick<FleetView, 'asOf' | 'problem'> {
  readonly changed: readonly FleetBranch[];
  /** Connections that are no longer shown. */
  readonly gone: readonly string[];
  /** The days of branches that have reported a batch; null: all are to be read again, because a new day has begun. */
  readonly days: FleetDays['of'] | null;
}

/** One branch in head office's window. */
export interface FleetBranchView {
  readonly branch: FleetBranch;
  /** The latest, newest first. */
  readonly batches: readonly FleetBatch[];
  /** The last report of each table that failed or changed rows, by name. */
  readonly tables: readonly FleetTable[];
}
