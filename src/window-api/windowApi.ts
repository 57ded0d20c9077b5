import * as z from 'zod/mini';
import type { BatchPage, ConnectionTestStep, LeaseHolder, TableRow } from '../shared/contract.ts';
import type { Discovery } from '../shared/discovery.ts';
import type { Draft, PasswordPlace, SettingsFile } from '../shared/settings.ts';
import { BatchStatus, BatchTrigger, Strategy } from '../shared/status.ts';
import type {
  BatchView,
  BundleFile,
  CronPreview,
  DayView,
  ImportCheck,
  LiveView,
  PruneView,
  Refusal,
  Schedules,
  SettingsView,
  Setup,
  Sizes,
  TableState,
} from './views.ts';

/** Longer than any name or id; bounds for what is compared, searched for and logged. */
const name = z.string().check(z.minLength(1), z.maxLength(200));
const search = z.string().check(z.maxLength(200));
const connection = name;
const table = name;
const batchId = name;
const names = z.readonly(z.array(name).check(z.maxLength(5000)));
const tables = z.readonly(z.array(z.strictObject({ connection, table })).check(z.maxLength(5000)));
const nothing = z.tuple([]);
const limit = between(1, 500);

/** Which tables are meant; absent is all. Names may be table or model names. */
const scope = { connections: z.exactOptional(names), tables: z.exactOptional(names) };

/** Which batches are listed. Absent is all. */
const batchFilter = z.strictObject({
  status: z.exactOptional(z.enum(BatchStatus)),
  trigger: z.exactOptional(z.enum(BatchTrigger)),
  connection: z.exactOptional(connection),
  /** Part of a batch's id or of the name of a table or model in it. */
  text: z.exactOptional(search),
  /** A local day `2026-11-22`, in this computer's time zone. */
  day: z.exactOptional(z.iso.date()),
});
export type BatchFilter = Readonly<z.infer<typeof batchFilter>>;

/**
 * Only the outline: settingsSchema says what is wrong inside, with path and reason, where the draft is used.
 */
const section = z.looseObject({});
const draft = z.union([
  z.strictObject({ kind: z.literal('source'), connection: section }),
  z.strictObject({ kind: z.literal('central'), central: section }),
]) as unknown as z.ZodMiniType<Draft>;
const document = section as unknown as z.ZodMiniType<SettingsFile>;

/** As a person typed it; null: the one that is kept. */
const typedPassword = z.nullable(z.string().check(z.maxLength(1000)));

/** What the window reads. An answer is kept until an event or a command invalidates it. */
const QUERIES = {
  setup: query(nothing, typed<Setup>()),
  live: query(nothing, typed<LiveView>()),
  /** Who runs now, or null. */
  holder: query(nothing, typed<LeaseHolder | null>()),
  /** Batches from an offset on. */
  history: query(z.tuple([batchFilter, between(0, 1_000_000), limit]), typed<BatchPage>()),
  /** The last days, oldest first, today included. */
  days: query(z.tuple([between(1, 366)]), typed<readonly DayView[]>()),
  /** Refused with `batch_unknown`. */
  batch: query(z.tuple([batchId]), typed<BatchView>()),
  tables: query(nothing, typed<readonly TableState[]>()),
  /** One table's runs, latest first. */
  tableRuns: query(z.tuple([connection, table, limit]), typed<readonly TableRow[]>()),
  settings: query(nothing, typed<SettingsView>()),
  schedules: query(nothing, typed<Schedules>()),
  /** A cron expression in a time zone. */
  previewCron: query(z.tuple([search, search]), typed<CronPreview>()),
  sizes: query(nothing, typed<Sizes>()),
  bundle: query(nothing, typed<readonly BundleFile[]>()),
};

/**
 * What the window has done. A command that begins a run answers as soon as the run has begun or is refused; what
 * becomes of it comes as events. All may be refused: `service_running` where another process serves the folder.
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
  /** Goes on with a batch; with `tables` only with those. */
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
        /** Only these, in place of connections and tables. */
        only: z.exactOptional(tables),
        repair: z.exactOptional(z.boolean()),
        allowDeletes: z.exactOptional(z.boolean()),
      }),
    ]),
    typed<null>(),
  ),
  /**
   * Says what this computer is, of whose data folder there is a copy. After `keep` the batch goes on. After `new` the
   * connections that both copies would sync are switched off here. Refused with `installation_busy` during a run.
   * The batch is the one that found the copy; null where the whole folder came from another computer.
   */
  answerCopy: command(z.tuple([z.enum(['keep', 'new']), z.nullable(batchId)]), typed<null>()),
  /** Until a time, ISO 8601; null until `unpause`. */
  pause: command(z.tuple([z.nullable(z.iso.datetime())]), typed<null>()),
  unpause: command(nothing, typed<null>()),
  stopRun: command(nothing, typed<null>()),
  /** With true it only says what it would do. */
  prune: command(z.tuple([z.boolean()]), typed<PruneView>()),

  testConnection: command(z.tuple([draft, typedPassword]), typed<readonly ConnectionTestStep[]>()),
  /** What there is to copy. Refused with the failure where the database cannot be read. */
  discover: command(z.tuple([draft, typedPassword]), typed<Discovery>()),
  /**
   * Keeps a password in the keychain, or where there is none in a protected file; null forgets it. Answers where it
   * is now.
   */
  setPassword: command(z.tuple([draft, typedPassword]), typed<PasswordPlace>(), ['settings']),
  /**
   * Replaces the settings that have this revision; null to begin them. Answers the new revision. Refused with
   * `settings_changed` where the file is another by now, and with `settings_invalid`.
   */
  saveSettings: command(
    z.tuple([document, z.nullable(z.string().check(z.maxLength(200)))]),
    typed<string>(),
    // Not left to the event alone: the next change needs the new revision.
    ['settings', 'setup'],
  ),
  exportSettings: command(nothing, typed<string>()),
  checkImport: command(z.tuple([z.string().check(z.maxLength(5_000_000))]), typed<ImportCheck>()),
  /** Null where this face cannot. */
  setStartAtLogin: command(z.tuple([z.boolean()]), typed<boolean | null>(), ['setup']),
  /** Whether the desktop took it. */
  testNotification: command(nothing, typed<boolean>()),
  /** Starts databases of its own with data to try everything on, and writes settings for them. */
  startDemo: command(nothing, typed<null>()),
};

/**
 * All that the window asks and commands, each once: its kind, the form of its arguments, the type of its answer, and
 * which answers are old after it. IPC handlers, HTTP addresses, the preload's object, the window's hooks and the keys
 * of its cache derive from this map.
 */
export const CALLS = { ...QUERIES, ...COMMANDS };

/** What the window is told without asking, and which answers are old then. */
export const EVENTS = {
  live: event(typed<{ readonly live: LiveView }>()),
  /** Tables of a batch that have begun or ended since the last such event. */
  tables: event(typed<{ readonly batchId: string; readonly rows: readonly TableRow[] }>()),
  /** A batch or a verify has begun or ended, or history was pruned. */
  history: event(typed<unknown>(), [
    'history',
    'days',
    'batch',
    'tables',
    'tableRuns',
    'sizes',
    'holder',
    'schedules',
  ]),
  /** The settings are others now, or have become right or wrong. */
  settings: event(typed<unknown>(), ['setup', 'settings', 'schedules', 'tables']),
  /** What a person asked for in this window could not be done after all. */
  refused: event(typed<{ readonly refusal: Refusal }>()),
  /** The window is to show this batch, or this page: a person has clicked a notification or the tray. */
  show: event(typed<{ readonly page: string }>()),
};

export type QueryName = keyof typeof QUERIES;
export type CommandName = keyof typeof COMMANDS;
export type CallName = keyof typeof CALLS;

export type Args<C extends CallName> = z.infer<(typeof CALLS)[C]['args']>;
export type Result<C extends CallName> = TypeIn<(typeof CALLS)[C]['result']>;

/** Errors travel as values: thrown across processes they would arrive as a bare English message. */
export type Answer<C extends CallName> =
  | { readonly ok: true; readonly value: Result<C> }
  | { readonly ok: false; readonly refusal: Refusal };

/** Each kind comes at most five times a second. */
export type WindowEvent = {
  [E in keyof typeof EVENTS]: { readonly type: E } & TypeIn<(typeof EVENTS)[E]['payload']>;
}[keyof typeof EVENTS];

/** All names, for whoever derives something from each: the preload's object, the channels, the addresses. */
export const CALL_NAMES = Object.keys(CALLS) as readonly CallName[];

/**
 * The arguments of a call, as they came from outside.
 *
 * @throws $ZodError where they are not of the call's form
 */
export function parseArgs<C extends CallName>(call: C, args: unknown): Args<C> {
  // One schema for each name, of that name's type: what no type can say of an index that is generic.
  return CALLS[call].args.parse(args) as Args<C>;
}

/** A type in the place of a schema: what the program itself says is not checked again on its way to the window. */
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
