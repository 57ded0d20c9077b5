import * as z from 'zod/mini';
import type {
  BatchPage,
  ConnectionTestStep,
  Discovery,
  LeaseHolder,
  PlannedStretch,
  TableRow,
  TestProgress,
} from '../shared/contract.ts';
import type { DoctorReport } from '../shared/doctor.ts';
import type { DryRunReport } from '../shared/dryRun.ts';
import { isExportName } from '../shared/exportParts.ts';
import type { FleetTable } from '../shared/fleet.ts';
import { type ChannelDraft, OUTSIDE_CHANNELS } from '../shared/notifyNames.ts';
import type { Draft, PasswordPlace, SettingsFile } from '../shared/settings.ts';
import { BatchStatus, BatchTrigger, Strategy } from '../shared/status.ts';
import type { MonthTraffic } from '../shared/traffic.ts';
import type {
  BatchView,
  BranchOutcome,
  BranchState,
  BranchTableView,
  BundleFile,
  ChannelTest,
  DayView,
  ExportView,
  FleetBranchView,
  FleetChange,
  FleetDays,
  FleetView,
  ImportCheck,
  LiveView,
  PlanPreview,
  PruneView,
  RecentRun,
  Refusal,
  Schedules,
  SettingsView,
  Setup,
  Sizes,
  TableState,
  TodayView,
} from './views.ts';

/** Longer than any name or id. Limits what is compared, searched for and logged. */
const name = z.string().check(z.minLength(1), z.maxLength(200));
const search = z.string().check(z.maxLength(200));
const connection = name;
const table = name;
const batchId = name;
const names = z.readonly(z.array(name).check(z.maxLength(5000)));
const tables = z.readonly(z.array(z.strictObject({ connection, table })).check(z.maxLength(5000)));
const nothing = z.tuple([]);
const limit = between(1, 500);

/** Which tables; absent means all. Table and model names are accepted. */
const scope = { connections: z.exactOptional(names), tables: z.exactOptional(names) };

/** Which batches to list; absent means all. */
const batchFilter = z.strictObject({
  status: z.exactOptional(z.enum(BatchStatus)),
  trigger: z.exactOptional(z.enum(BatchTrigger)),
  connection: z.exactOptional(connection),
  /** Part of a batch id, or of a table or model name in the batch. */
  text: z.exactOptional(search),
  /** A local day `2026-11-22`, in this computer's time zone. */
  day: z.exactOptional(z.iso.date()),
  /** With `day`: all days up to and including this one. */
  until: z.exactOptional(z.iso.date()),
});
export type BatchFilter = Readonly<z.infer<typeof batchFilter>>;

/** The times of a schedule that need not be saved yet. */
const planDraft = z.strictObject({
  crons: z.readonly(z.array(search).check(z.maxLength(48))),
  timezone: search,
  id: search,
  jitterSeconds: between(0, 3600),
});
export type PlanDraft = Readonly<z.infer<typeof planDraft>>;

/**
 * Checks the outline only. settingsSchema checks the details where the draft is used, and reports path and
 * reason.
 */
const section = z.looseObject({});
const draft = z.union([
  z.strictObject({ kind: z.literal('source'), connection: section }),
  z.strictObject({ kind: z.literal('central'), central: section }),
]) as unknown as z.ZodMiniType<Draft>;
const document = section as unknown as z.ZodMiniType<SettingsFile>;

/** A channel's settings, likewise. */
const channelDraft = z.strictObject({
  channel: z.enum(OUTSIDE_CHANNELS),
  settings: section,
}) as unknown as z.ZodMiniType<ChannelDraft>;

/** As the person typed it; null uses the stored one. */
const typedPassword = z.nullable(z.string().check(z.maxLength(1000)));

/** The SSH server's password or its key's passphrase, likewise. */
const typedSshSecret = z.optional(typedPassword);

const branchTable = z.string().check(z.maxLength(5_000_000));

/** Lines of a table, each with the schema that a test has found instead of the table's. */
const branchLines = z.readonly(
  z
    .array(
      z.strictObject({
        line: between(1, 1_000_000),
        schema: z.exactOptional(z.string().check(z.minLength(1), z.maxLength(63))),
      }),
    )
    .check(z.maxLength(5000)),
);

/** A place on this computer. Its rights are those of the program, so what is done there is limited; see createDisk. */
const path = z.string().check(z.minLength(1), z.maxLength(4096), z.regex(/^[^\0]*$/));

/** Used for the one export or import, and kept nowhere. */
const passphrase = z.string().check(z.minLength(1), z.maxLength(1000));

/** What the window reads. An answer is cached until an event or a command invalidates it. */
const QUERIES = {
  setup: query(nothing, typed<Setup>()),
  live: query(nothing, typed<LiveView>()),
  /** The process that runs something now, or null. */
  holder: query(nothing, typed<LeaseHolder | null>()),
  today: query(nothing, typed<TodayView>()),
  /** Batches from an offset on. */
  history: query(z.tuple([batchFilter, between(0, 1_000_000), limit]), typed<BatchPage>()),
  /** The last days, oldest first, including today. */
  days: query(z.tuple([between(1, 366)]), typed<readonly DayView[]>()),
  /** All days from the first to the last of a period of up to a year. */
  period: query(z.tuple([z.iso.date(), z.iso.date()]), typed<readonly DayView[]>()),
  /** Refused with `batch_unknown`. */
  batch: query(z.tuple([batchId]), typed<BatchView>()),
  tables: query(nothing, typed<readonly TableState[]>()),
  branches: query(nothing, typed<readonly BranchState[]>()),
  /** One table's runs, latest first. */
  tableRuns: query(z.tuple([connection, table, limit]), typed<readonly TableRow[]>()),
  /** What the last runs of each of these tables wrote, oldest first; in the same order. */
  recentRuns: query(
    z.tuple([
      z.readonly(z.array(z.strictObject({ connection, table })).check(z.maxLength(50))),
      between(1, 100),
    ]),
    typed<readonly (readonly RecentRun[])[]>(),
  ),
  /** What months have moved between here and head office, latest first: all runs, or one table's part. */
  traffic: query(z.tuple([between(1, 120)]), typed<readonly MonthTraffic[]>()),
  tableTraffic: query(z.tuple([connection, table, between(1, 120)]), typed<readonly MonthTraffic[]>()),
  settings: query(nothing, typed<SettingsView>()),
  schedules: query(nothing, typed<Schedules>()),
  /** All starts from the beginning of today until seven days later, in order. */
  scheduleWeek: query(nothing, typed<readonly PlannedStretch[]>()),
  /** Explains the times of a schedule that is being edited. */
  previewPlan: query(z.tuple([planDraft]), typed<PlanPreview>()),
  sizes: query(nothing, typed<Sizes>()),
  /** The last export of each connection. */
  exports: query(nothing, typed<readonly ExportView[]>()),
  bundle: query(nothing, typed<readonly BundleFile[]>()),
  /** Head office's window alone answers these; a branch's refuses them with `other_window`. */
  fleet: query(nothing, typed<FleetView>()),
  fleetDays: query(nothing, typed<FleetDays>()),
  /** Refused with `fleet_branch_unknown`. */
  fleetBranch: query(z.tuple([connection]), typed<FleetBranchView>()),
  /** The tables of one of a branch's batches, as far as head office knows them: failed and changed ones. */
  fleetBatch: query(z.tuple([connection, batchId]), typed<readonly FleetTable[]>()),
};

/**
 * What the window commands. A command that begins a run answers once the run has begun or was refused; its
 * results come as events. All may be refused with `service_running` if another process serves the folder.
 */
const COMMANDS = {
  runNow: command(
    z.tuple([
      z.strictObject({
        ...scope,
        strategy: z.exactOptional(z.enum(Strategy)),
        allowDeletes: z.exactOptional(z.boolean()),
      }),
    ]),
    typed<null>(),
  ),
  /** Resumes a batch; with `tables` only those. */
  resume: command(
    z.tuple([
      batchId,
      z.strictObject({
        tables: z.exactOptional(tables),
        allowDeletes: z.exactOptional(z.boolean()),
        acceptSources: z.exactOptional(names),
      }),
    ]),
    typed<null>(),
  ),
  verify: command(
    z.tuple([
      z.strictObject({
        ...scope,
        /** Only these tables; replaces connections and tables. */
        only: z.exactOptional(tables),
        repair: z.exactOptional(z.boolean()),
        allowDeletes: z.exactOptional(z.boolean()),
      }),
    ]),
    typed<null>(),
  ),
  /** Says what a run of this connection would do now. Reads both databases and writes nothing. */
  estimate: command(z.tuple([connection]), typed<DryRunReport>()),
  /**
   * Says what this computer is after its data folder was copied. After `keep` the batch continues. After
   * `new`, connections that both copies would sync are switched off here. Refused with `installation_busy`
   * during a run. The batch is the one that detected the copy; null if the whole folder came from another
   * computer.
   */
  answerCopy: command(z.tuple([z.enum(['keep', 'new']), z.nullable(batchId)]), typed<null>()),
  /** Until a time (ISO 8601); null: until `unpause`. */
  pause: command(z.tuple([z.nullable(z.iso.datetime())]), typed<null>()),
  unpause: command(nothing, typed<null>()),
  stopRun: command(nothing, typed<null>()),
  /** Shows the system's dialog, where this program has one. Null if the person cancels it, or there is none. */
  choosePath: command(z.tuple([z.enum(['folder', 'file'])]), typed<string | null>()),
  /** Writes a connection's tables into an encrypted file; `unfinished` goes on with its last export. */
  exportToDisk: command(
    z.tuple([
      z.strictObject({
        connection,
        to: z.union([
          z.strictObject({ folder: path, name: z.string().check(z.refine(isExportName)) }),
          z.literal('unfinished'),
        ]),
        passphrase,
      }),
    ]),
    typed<null>(),
    ['exports'],
  ),
  /**
   * Loads an exported file into head office; with a batch, the one that it was loaded from. Answers the new batch, if it
   * has begun already.
   */
  importFromDisk: command(
    z.tuple([
      z.strictObject({
        from: z.union([z.strictObject({ file: path }), z.strictObject({ batch: batchId })]),
        passphrase,
      }),
    ]),
    typed<string | null>(),
  ),
  /** True only reports what would be deleted. */
  prune: command(z.tuple([z.boolean()]), typed<PruneView>()),

  /** Its steps also come as events `tests` while it lasts, under the name that the window gives it. */
  testConnection: command(
    z.tuple([draft, typedPassword, typedSshSecret, z.optional(name)]),
    typed<readonly ConnectionTestStep[]>(),
  ),
  /** Reads a table of branches (CSV). Its passwords do not come back. */
  readBranches: command(z.tuple([branchTable]), typed<BranchTableView>()),
  /**
   * Tests branches of a table by their lines, or of the settings by their ids; answers the steps by line or id. Meanwhile they
   * come as events `tests`, named by this test's name, a slash, and the line or id.
   */
  testBranches: command(
    z.tuple([
      name,
      z.union([
        z.strictObject({ text: branchTable, lines: branchLines }),
        z.strictObject({ connections: names }),
      ]),
    ]),
    typed<Readonly<Record<string, readonly ConnectionTestStep[]>>>(),
  ),
  /** Ends a test of branches by its name. */
  stopTests: command(z.tuple([name]), typed<null>()),
  /** Adds these lines of a table to the settings, and keeps their passwords. */
  importBranches: command(z.tuple([branchTable, branchLines]), typed<readonly BranchOutcome[]>(), [
    'settings',
    'setup',
    'branches',
  ]),
  /** Lists what there is to copy. Refused with the failure if the database cannot be read. */
  discover: command(z.tuple([draft, typedPassword, typedSshSecret]), typed<Discovery>()),
  /**
   * Stores a password in the keychain, or in a protected file where there is none; null deletes it. Answers
   * where it is now.
   */
  setPassword: command(z.tuple([draft, typedPassword]), typed<PasswordPlace>(), ['settings']),
  /** Sends a test through a channel that need not be saved yet, at once and without the outbox. */
  testChannel: command(z.tuple([channelDraft, typedPassword]), typed<ChannelTest>()),
  /** The same as `setPassword` for a mail account's password, the secret that signs posts, or a bot's token. */
  setChannelSecret: command(z.tuple([channelDraft, typedPassword]), typed<PasswordPlace>(), ['settings']),
  /** The same for the SSH server's password, or its key's passphrase. */
  setSshSecret: command(z.tuple([draft, typedPassword]), typed<PasswordPlace>(), ['settings']),
  /** Pins the host key of this fingerprint, which a person has seen. Refused where the server shows another one. */
  acceptHostKey: command(z.tuple([draft, search]), typed<string>(), ['settings']),
  /**
   * Replaces the settings that have this revision; null creates them. Answers the new revision. Refused with
   * `settings_changed` if the file has changed since, or with `settings_invalid`.
   */
  saveSettings: command(
    z.tuple([document, z.nullable(z.string().check(z.maxLength(200)))]),
    typed<string>(),
    // Invalidated here and not only by the event, because the next change needs the new revision.
    ['settings', 'setup'],
  ),
  exportSettings: command(nothing, typed<string>()),
  checkImport: command(z.tuple([z.string().check(z.maxLength(5_000_000))]), typed<ImportCheck>()),
  /** Checks this computer and the databases of the settings. Needs no service. */
  doctor: command(z.tuple([z.strictObject({ quick: z.boolean() })]), typed<DoctorReport>()),
  /** Null where the platform cannot do this. */
  setStartAtLogin: command(z.tuple([z.boolean()]), typed<boolean | null>(), ['setup']),
  /** Answers whether the desktop accepted it. */
  testNotification: command(nothing, typed<boolean>()),
  /** Starts demo databases and writes settings for them. */
  startDemo: command(nothing, typed<null>()),
};

/**
 * All queries and commands of the window, each declared once: its kind, the schema of its arguments, the type
 * of its answer, and which answers it invalidates. IPC handlers, HTTP addresses, the preload's object, the
 * window's hooks and its cache keys derive from this map.
 */
export const CALLS = { ...QUERIES, ...COMMANDS };

/** The events that the window receives, and which answers each invalidates. */
export const EVENTS = {
  live: event(typed<{ readonly live: LiveView }>()),
  /** Tables of a batch that began or ended since the last such event. */
  tables: event(typed<{ readonly batchId: string; readonly rows: readonly TableRow[] }>()),
  /** A batch or a verify began or ended, or history was pruned. */
  history: event(typed<unknown>(), [
    'history',
    'days',
    'today',
    'period',
    'batch',
    'tables',
    'branches',
    'tableRuns',
    'recentRuns',
    'traffic',
    'tableTraffic',
    'sizes',
    'holder',
    'schedules',
    'scheduleWeek',
    'exports',
  ]),
  /** The settings changed, or became valid or invalid. */
  settings: event(typed<unknown>(), [
    'setup',
    'settings',
    'schedules',
    'scheduleWeek',
    'tables',
    'branches',
    'today',
  ]),
  /** A request of this window could not be carried out after all. */
  refused: event(typed<{ readonly refusal: Refusal }>()),
  /** How far connection tests have got, by the names that windows gave them. */
  tests: event(typed<{ readonly progress: Readonly<Record<string, TestProgress>> }>()),
  /** Branches have changed, or head office's database does not answer, or does again. */
  fleet: event(typed<FleetChange>()),
  /** Shows a batch or page, because a person clicked a notification or the tray. */
  show: event(typed<{ readonly page: string }>()),
};

export type QueryName = keyof typeof QUERIES;
export type CommandName = keyof typeof COMMANDS;
export type CallName = keyof typeof CALLS;

export type Args<C extends CallName> = z.infer<(typeof CALLS)[C]['args']>;
export type Result<C extends CallName> = TypeIn<(typeof CALLS)[C]['result']>;

/** Errors are returned as values: thrown across processes they would arrive as a bare English message. */
export type Answer<C extends CallName> =
  | { readonly ok: true; readonly value: Result<C> }
  | { readonly ok: false; readonly refusal: Refusal };

/** Each kind comes at most five times a second. */
export type WindowEvent = {
  [E in keyof typeof EVENTS]: { readonly type: E } & TypeIn<(typeof EVENTS)[E]['payload']>;
}[keyof typeof EVENTS];

/** All call names, for everything derived from them: the preload's object, the channels, the addresses. */
export const CALL_NAMES = Object.keys(CALLS) as readonly CallName[];

/**
 * Parses the arguments of a call that came from outside.
 *
 * @throws $ZodError if they do not fit the call's schema
 */
export function parseArgs<C extends CallName>(call: C, args: unknown): Args<C> {
  // TypeScript cannot relate a generic index to its own schema, hence the cast.
  return CALLS[call].args.parse(args) as Args<C>;
}

/** A type instead of a schema: what the program itself sends is not checked again on the way to the window. */
interface Typed<T> {
  readonly of?: T;
}
type TypeIn<X> = X extends Typed<infer T> ? T : never;

function typed<T>(): Typed<T> {
  return {};
}

interface Call<Kind, Schema, R> {
  readonly kind: Kind;
  readonly args: Schema;
  readonly result: Typed<R>;
  readonly invalidates: readonly QueryName[];
}
type ArgsSchema = z.ZodMiniType<readonly unknown[]>;

function query<S extends ArgsSchema, R>(args: S, result: Typed<R>): Omit<Call<'query', S, R>, 'invalidates'> {
  return { kind: 'query', args, result };
}

function command<S extends ArgsSchema, R>(
  args: S,
  result: Typed<R>,
  invalidates: readonly QueryName[] = [],
): Call<'command', S, R> {
  return { kind: 'command', args, result, invalidates };
}

function event<P>(payload: Typed<P>, invalidates: readonly QueryName[] = []) {
  return { payload, invalidates };
}

function between(least: number, most: number) {
  return z.int().check(z.minimum(least), z.maximum(most));
}
