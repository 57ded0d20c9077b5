import { type ConcernKind, pressingOf, worstConcern } from '../../shared/concerns.ts';
import type { BatchRow } from '../../shared/contract.ts';
import { formatDuration, formatPercent, formatShortTime } from '../../shared/format.ts';
import { namesOf, tableNames } from '../../shared/naming.ts';
import type { Attention, ServiceStatus } from '../../shared/service.ts';
import { BatchStatus } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { RunView } from '../../window-api/views.ts';

/** States of the icon, each with its own shape and colour. */
export const TRAY_STATES = ['up_to_date', 'idle', 'running', 'waiting', 'paused', 'attention'] as const;
export type TrayState = (typeof TRAY_STATES)[number];

/** All data behind the tray icon and its menu. */
export interface TrayFacts {
  readonly status: ServiceStatus;
  readonly progress: Pick<RunView, 'doneTables' | 'totalTables' | 'fraction' | 'waitingSeconds'> | null;
  /** Latest first. */
  readonly latest: readonly BatchRow[];
  /** Head office has all data of the branches up to this time; null if a table is missing there. */
  readonly upTo: string | null;
  /** Null where the platform has no such feature. */
  readonly startAtLogin: boolean | null;
  readonly now: Date;
  /** A connection's display name. */
  labelOf(connection: string): string;
}

/** What a click on a menu item asks for. */
export type TrayCommand =
  | { readonly kind: 'run_now' }
  | { readonly kind: 'stop_run' }
  | { readonly kind: 'pause'; readonly length: 'hour' | 'tomorrow' | 'open' }
  | { readonly kind: 'unpause' }
  | { readonly kind: 'resume'; readonly batchId: string }
  | { readonly kind: 'retry'; readonly batchId: string }
  | { readonly kind: 'open'; readonly batchId: string | null }
  | { readonly kind: 'settings' }
  | { readonly kind: 'start_at_login'; readonly on: boolean }
  | { readonly kind: 'quit' };

export type TrayItem =
  | { readonly type: 'separator' }
  | {
      readonly type: 'command';
      readonly label: string;
      readonly command: TrayCommand;
    }
  | {
      readonly type: 'checkbox';
      readonly label: string;
      readonly checked: boolean;
      readonly command: TrayCommand;
    }
  | { readonly type: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

export interface TrayModel {
  readonly state: TrayState;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
  /** What a click on the icon opens: the batch that needs attention, or null for the start page. */
  readonly click: string | null;
}

/** How texts and times are written. */
interface Say {
  readonly t: Translate;
  /** A time in its shortest form. */
  time(at: string): string;
}

/** The tray's icon and menu for the given facts. */
export function trayModel(facts: TrayFacts, t: Translate): TrayModel {
  const say: Say = { t, time: (at) => formatShortTime(at, facts.now, t.language) };
  const state = stateOf(facts);
  const status = statusLine(facts, say);
  const pressing = pressingOf(facts.status)[0] ?? null;
  return {
    state,
    tooltip: `Branchline: ${status}`,
    menu: menuOf(facts, status, pressing?.batch.batch_id ?? null, say),
    click: pressing?.batch.batch_id ?? null,
  };
}

/** The most serious unresolved concern decides; see CONCERN_RANKS. */
function stateOf({ status, upTo }: TrayFacts): TrayState {
  const kind = worstConcern(status, upTo)?.kind;
  return kind === undefined ? 'up_to_date' : STATES[kind];
}

const STATES: Readonly<Record<ConcernKind, TrayState>> = {
  cannot_work: 'attention',
  failed: 'attention',
  differs: 'attention',
  stopped: 'attention',
  working: 'running',
  never_copied: 'attention',
  left_behind: 'attention',
  former_connections: 'attention',
  compare_due: 'attention',
  hook_failed: 'attention',
  paused: 'paused',
  waiting: 'waiting',
  nothing_copied: 'idle',
  not_all: 'idle',
};

/** Current activity goes before problems, which the icon's shape already shows. */
function statusLine(facts: TrayFacts, say: Say): string {
  return activityLine(facts, say) ?? concernLine(facts, say);
}

function activityLine({ status, progress }: TrayFacts, { t }: Say): string | null {
  switch (status.activity.kind) {
    case 'starting':
      return t('tray.starting');
    case 'after_batch':
      return t('tray.afterBatch', { hook: status.activity.hook });
    case 'verifying':
      return t('tray.verifying');
    case 'exporting':
      return t('tray.exporting');
    case 'running':
      if (progress === null) return t('tray.starting');
      if (progress.waitingSeconds !== null)
        return t('tray.waitingBusy', { duration: formatDuration(progress.waitingSeconds, t.language) });
      return t('tray.running', {
        done: progress.doneTables,
        total: progress.totalTables,
        percent: formatPercent(progress.fraction, t.language),
      });
    default:
      return null;
  }
}

function concernLine(facts: TrayFacts, { t, time }: Say): string {
  const { status, upTo, labelOf } = facts;
  const naming = { t, labelOf, several: status.connections > 1 };
  const concern = worstConcern(status, upTo);
  switch (concern?.kind) {
    case 'cannot_work':
      return t('tray.cannotWork');
    case 'failed':
      return t('tray.failed', {
        count: concern.tables.length,
        names: tableNames(concern.tables, naming),
      });
    case 'differs':
      return t('tray.differs', { count: concern.tables.length, names: tableNames(concern.tables, naming) });
    case 'stopped':
      return t('tray.interrupted', { time: time(concern.attention.batch.started_at) });
    case 'never_copied':
      return t('tray.neverCopied', { connections: namesOf(concern.connections.map(labelOf), t) });
    case 'left_behind':
      return t('tray.leftBehind', {
        count: concern.tables.length,
        names: tableNames(concern.tables, naming),
      });
    case 'former_connections':
      return t('tray.formerConnections', {
        connections: namesOf(
          concern.connections.map((one) => one.connection),
          t,
        ),
      });
    case 'compare_due':
      return t('tray.compareDue', { connections: namesOf(concern.connections.map(labelOf), t) });
    case 'hook_failed':
      return t('tray.hookFailed', { hooks: namesOf(concern.hooks, t) });
    case 'paused': {
      const until = status.pause?.until ?? null;
      return until === null ? t('tray.paused') : t('tray.pausedUntil', { time: time(until) });
    }
    case 'waiting':
      return waitingLine(facts, t);
    case 'nothing_copied':
      return t('tray.nothingYet');
    default:
      return upTo === null ? t('tray.notAll') : t('tray.upToDate', { time: time(upTo) });
  }
}

function waitingLine({ status: { activity }, labelOf }: TrayFacts, t: Translate): string {
  if (activity.kind === 'waiting_lease') return t('tray.waitingLease');
  if (activity.kind !== 'waiting_database') return t('tray.willRetry');
  return activity.connection === null
    ? t('tray.waitingCentral')
    : t('tray.waitingSource', { connection: labelOf(activity.connection) });
}

/**
 * What is impossible now is left out. No line is a disabled one: desktops draw those in a grey that is hard to read, so
 * the lines that say how things stand open the window.
 */
function menuOf(
  facts: TrayFacts,
  statusText: string,
  pressing: string | null,
  say: Say,
): readonly TrayItem[] {
  const { t } = say;
  const { status, latest, startAtLogin } = facts;
  const separator: TrayItem = { type: 'separator' };
  return [
    command(statusText, { kind: 'open', batchId: pressing }),
    command(lastBatchLine(latest, say), { kind: 'open', batchId: latest[0]?.batch_id ?? null }),
    ...nextLine(status, say),
    separator,
    ...(status.refusal === null ? [...runItems(status, t), separator] : []),
    ...latestMenu(latest, say),
    command(t('tray.open'), { kind: 'open', batchId: null }),
    command(t('tray.settings'), { kind: 'settings' }),
    ...(startAtLogin === null
      ? []
      : [
          {
            type: 'checkbox',
            label: t('tray.startAtLogin'),
            checked: startAtLogin,
            command: { kind: 'start_at_login', on: !startAtLogin },
          } as const,
        ]),
    separator,
    command(t('tray.quit'), { kind: 'quit' }),
  ];
}

/** Runs and pauses: to stop this run and to pause the automatic ones are two things. */
function runItems({ activity, attention, pause }: ServiceStatus, t: Translate): readonly TrayItem[] {
  const isBusy = ['running', 'after_batch', 'starting', 'exporting'].includes(activity.kind);
  const canStop = activity.kind !== 'after_batch' && (isBusy || activity.kind === 'verifying');
  // An import is continued in the window, with its file and passphrase.
  const resumable = isBusy ? [] : attention.filter((one) => one.batch.options.imported === undefined);
  const interrupted = resumable.find((one) => one.batch.status === BatchStatus.Interrupted);
  const failed = resumable.find((one) => one.failed.length + one.retrying.length > 0 && one !== interrupted);
  const ofBatch = (label: string, kind: 'resume' | 'retry', of: Attention | undefined) =>
    of === undefined ? [] : [command(label, { kind, batchId: of.batch.batch_id })];
  return [
    ...(isBusy ? [] : [command(t('tray.runNow'), { kind: 'run_now' })]),
    ...(canStop ? [command(t('tray.stopRun'), { kind: 'stop_run' })] : []),
    ...ofBatch(t('tray.resume'), 'resume', interrupted),
    ...ofBatch(t('tray.retry'), 'retry', failed),
    pause === null ? pauseMenu(isBusy, t) : command(t('tray.unpause'), { kind: 'unpause' }),
  ];
}

function command(label: string, asked: TrayCommand): TrayItem {
  return { type: 'command', label, command: asked };
}

function latestMenu(latest: readonly BatchRow[], say: Say): readonly TrayItem[] {
  if (latest.length === 0) return [];
  const items = latest.map((batch) =>
    command(batchLine(batch, say), { kind: 'open', batchId: batch.batch_id }),
  );
  return [{ type: 'submenu', label: say.t('tray.latest'), items }];
}

function pauseMenu(isBusy: boolean, t: Translate): TrayItem {
  return {
    type: 'submenu',
    label: t(isBusy ? 'tray.pauseLater' : 'tray.pause'),
    items: [
      command(t('tray.pauseHour'), { kind: 'pause', length: 'hour' }),
      command(t('tray.pauseTomorrow'), { kind: 'pause', length: 'tomorrow' }),
      command(t('tray.pauseOpen'), { kind: 'pause', length: 'open' }),
    ],
  };
}

function lastBatchLine([latest]: readonly BatchRow[], { t, time }: Say): string {
  if (latest === undefined) return t('tray.noBatch');
  return t('tray.lastBatch', { time: time(latest.started_at), status: t(`words.batch.${latest.status}`) });
}

function nextLine({ next }: ServiceStatus, { t, time }: Say): readonly TrayItem[] {
  if (next === null) return [];
  return [command(t('tray.next', { time: time(next.at) }), { kind: 'open', batchId: null })];
}

function batchLine(batch: BatchRow, { t, time }: Say): string {
  return t('tray.batch', { time: time(batch.started_at), status: t(`words.batch.${batch.status}`) });
}

/** Limits how often something runs, however often it is requested. */
interface Coalesced {
  /** Runs the work now, or after the interval if it has just run. Requests in between share that run. */
  ask(): void;
  /** Drops a pending request. */
  cancel(): void;
}

/** @param ms minimum time between two starts */
export function coalesce(ms: number, work: () => void): Coalesced {
  let asked = false;
  let resting: NodeJS.Timeout | null = null;
  const run = (): void => {
    resting = null;
    if (!asked) return;
    asked = false;
    // Set before the work, so that the interval also holds if it throws.
    resting = setTimeout(run, ms);
    work();
  };
  return {
    ask: () => {
      asked = true;
      if (resting === null) run();
    },
    cancel: () => {
      asked = false;
      if (resting !== null) clearTimeout(resting);
      resting = null;
    },
  };
}
