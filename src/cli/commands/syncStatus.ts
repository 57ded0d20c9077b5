import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { Engine } from '../../core/engineApi.ts';
import type { RunProgress } from '../../core/progress/runProgress.ts';
import type { BatchRow, RunView } from '../../shared/contract.ts';
import { UsageCode } from '../../shared/errors.ts';
import {
  formatBytes,
  formatCount,
  formatDateTime,
  formatDuration,
  formatWholeMonth,
} from '../../shared/format.ts';
import { BatchStatus, TableStatus } from '../../shared/status.ts';
import { trafficText } from '../../shared/texts/trafficText.ts';
import type { MonthTraffic } from '../../shared/traffic.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { renderBoard } from '../progress/board.ts';
import { LiveDisplay } from '../progress/liveDisplay.ts';
import {
  type BatchWithTables,
  renderBatchHead,
  renderBatchList,
  renderFailedTables,
} from '../render/batchView.ts';
import { truncate } from '../render/columns.ts';
import { renderEventLog } from '../render/eventLine.ts';
import type { Look } from '../render/marks.ts';
import { standingJson } from '../render/standingView.ts';
import { checked, renderUsage } from '../reportError.ts';
import { listenForStop } from '../stopSignals.ts';
import { checkStatus } from './statusCheck.ts';
import { printBatch, resumeCommand } from './syncAll.ts';

interface SyncStatusOptions {
  readonly all?: boolean;
  readonly failed?: boolean;
  readonly watch?: boolean;
  readonly events?: boolean;
  readonly verbose?: boolean;
  readonly check?: boolean;
  /** In seconds. */
  readonly maxAge?: number;
}

/** As many as in the older system. */
const LISTED = 20;

/**
 * `sync-status`: shows what the journal knows. Exits with 0 whenever it could show that, even if batches
 * failed: the question was answered.
 */
async function syncStatus(
  batchId: string | undefined,
  options: SyncStatusOptions,
  context: CliContext,
): Promise<ExitCode> {
  if (options.check)
    return checked(context, async () => {
      await using engine = await context.openEngine();
      const { noSuccessHours } = engine.notifications();
      return checkStatus(engine, options.maxAge ?? noSuccessHours * 3600, context);
    });
  if (options.watch) await watchBatch(batchId, context);
  await using engine = await context.openEngine();
  if (options.all) {
    printList(engine, context);
    return ExitCode.AllWell;
  }
  const found = batchId === undefined ? engine.latestBatch() : engine.batch(batchId);
  if (found === null) printNothing(context);
  else if (options.events) printEvents(engine, found, context);
  else if (options.failed) printFailed(found, context);
  else {
    printFound(engine, found, batchId === undefined, options.verbose === true, context);
    printHolder(engine, found, context);
  }
  return ExitCode.AllWell;
}

/** Prints a batch. As JSON, if no batch id was given, also prints all open problems. */
function printFound(
  engine: Engine,
  found: BatchWithTables,
  isLatest: boolean,
  verbose: boolean,
  context: CliContext,
): void {
  if (!isLatest) {
    printBatch(engine, found, context, verbose);
    return;
  }
  const months = engine.trafficMonths(MONTHS);
  if (context.json) {
    context.printJson({ ...found, open: standingJson(engine.standing()), traffic_months: months });
    return;
  }
  printBatch(engine, found, context, verbose);
  context.print(renderMonth(months, context));
}

/** How many months `--json` lists. */
const MONTHS = 12;

/** What all runs of the latest month with any have cost on the link. */
function renderMonth([latest]: readonly MonthTraffic[], { t, look }: CliContext): readonly string[] {
  if (latest === undefined) return [];
  const traffic = trafficText(latest, t, (size) => formatBytes(size, t.language));
  const month = formatWholeMonth(latest.month, t.language);
  return ['', look.colors.dim(t('cli.status.month', { month, traffic }))];
}

function printList(engine: Engine, context: CliContext): void {
  const batches = engine.batches(LISTED);
  if (context.json) context.printJson({ batches });
  else if (batches.length === 0) printNothing(context);
  else context.print(renderBatchList(batches, context.look));
}

function printFailed({ batch, tables }: BatchWithTables, context: CliContext): void {
  const failed = tables.filter((table) => table.status === TableStatus.Failed);
  if (context.json) {
    context.printJson({ batch, tables: failed });
    return;
  }
  const { look, t } = context;
  context.print([
    ...renderBatchHead({ batch, tables }, look, new Date()),
    '',
    ...renderFailedTables(failed, look),
  ]);
  if (failed.length === 0) return;
  const command = resumeCommand(batch, context);
  context.print(['', t('cli.status.resumeWith'), `  ${look.colors.bold(command)}`]);
}

function printEvents(engine: Engine, { batch }: BatchWithTables, context: CliContext): void {
  const events = engine.log({ batchId: batch.batch_id });
  if (context.json) context.printJson({ batch, events });
  else context.print(renderEventLog(events, context.look));
}

/** Shows which process runs the batch, so that nobody starts a second one. */
function printHolder(engine: Engine, { batch }: BatchWithTables, context: CliContext): void {
  const holder = engine.holder();
  if (context.json || batch.status !== BatchStatus.Running || holder === null) return;
  const { t } = context;
  const running = t('cli.status.runningNow', {
    face: t(`words.trigger.${holder.face}`),
    pid: holder.pid,
    host: holder.host,
    since: formatDateTime(holder.since, t.language),
  });
  context.print(['', running]);
}

/** A new installation is not an error, so this is printed as a normal answer. */
function printNothing(context: CliContext): void {
  if (context.json) context.printJson({ batch: null, tables: [] });
  else context.print(renderUsage(context.t.usage(UsageCode.NoBatches, {}), context.look));
}

export function declareStatus(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('sync-status')
    .description(t('help.command.syncStatus'))
    .argument('[BATCH_ID]', t('help.argument.batchId'))
    .option('--latest', t('help.option.latest'))
    .addOption(new Option('--all', t('help.option.all')).conflicts(['latest', 'failed', 'watch', 'events']))
    .option('--failed', t('help.option.failed'))
    .option('--watch', t('help.option.watch'))
    .option('--events', t('help.option.events'))
    .option('--verbose', t('help.option.verbose'))
    .addOption(
      new Option('--check', t('help.option.check')).conflicts(['all', 'failed', 'watch', 'events', 'json']),
    )
    .option('--max-age <DURATION>', t('help.option.maxAge'), optionValues(t).duration('--max-age'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['sync-status', t('help.example.status')],
    ['sync-status --failed', t('help.example.statusFailed')],
    ['sync-status --all', t('help.example.statusAll')],
    ['sync-status --watch', t('help.example.statusWatch')],
    ['sync-status --events', t('help.example.statusEvents')],
    ['sync-status --check --max-age 26h', t('help.example.statusCheck')],
  ]);
  command.action((batchId: string | undefined, options: SyncStatusOptions) =>
    choose(command, (context) => syncStatus(batchId, options, context)),
  );
}

/** Reads the journal only, so a second is frequent enough and does not disturb the run. */
const EVERY_MS = 1000;

/**
 * Between a batch's last row and the next read, the lease may be free for an instant; free twice in a row
 * means that the run is over.
 */
const UNHELD_LOOKS = 2;

/**
 * Shows a batch that another process runs, until it ends or its process is gone. Clears its lines at the end;
 * the caller then shows the result.
 */
async function watchBatch(batchId: string | undefined, context: CliContext): Promise<void> {
  await using engine = await context.openEngine();
  const watched = batchId ?? engine.latestBatch()?.batch.batch_id;
  if (watched === undefined) return;
  using signals = listenForStop(process, () => undefined);
  const show = openView(context);
  let unheld = 0;
  let run: RunProgress | null = null;
  while (!signals.stop.aborted) {
    const now = engine.batch(watched);
    run = engine.watchRun(watched, run);
    unheld = engine.holder() === null ? unheld + 1 : 0;
    if (now.batch.status !== BatchStatus.Running || unheld >= UNHELD_LOOKS) break;
    show.draw(now, run.view());
    await pause(signals.stop);
  }
  show.end();
}

interface View {
  draw(now: BatchWithTables, run: RunView): void;
  end(): void;
}

function openView(context: CliContext): View {
  if (context.live) return liveView(context);
  let last = '';
  return {
    draw: (now, run) => {
      const line = context.json ? JSON.stringify(now) : renderWatchedLine(run, context.look);
      if (line === last) return;
      last = line;
      if (context.json) context.world.stderr.write(`${line}\n`);
      else context.print([line]);
    },
    end: () => undefined,
  };
}

function liveView(context: CliContext): View {
  let current: { readonly batch: BatchRow; readonly run: RunView } | null = null;
  const display = new LiveDisplay(context.world.stdout, () =>
    current === null
      ? []
      : renderWatched(current.batch, current.run, context.look, new Date()).map((line) =>
          context.printable(line),
        ),
  );
  return {
    draw: ({ batch }, run) => {
      current = { batch, run };
      display.update();
    },
    end: () => display.stop(),
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
}

/** A batch that another process runs, as read from the journal. */
export function renderWatched(batch: BatchRow, run: RunView, look: Look, now: Date): string[] {
  const seconds = Math.max(0, (now.getTime() - Date.parse(batch.started_at)) / 1000);
  const head = `${batch.batch_id}  ${look.t(`words.batch.${batch.status}`)}  ${formatDuration(seconds, look.t.language)}`;
  return [look.colors.bold(truncate(head, look.width)), ...renderBoard(run, look)];
}

/** One line for a pipe; it changes only when the numbers do. */
function renderWatchedLine(run: RunView, { t }: Look): string {
  const done = formatCount(run.doneTables, t.language);
  return [
    run.batchId,
    t('cli.progress.total', { done, total: formatCount(run.totalTables, t.language) }),
    t('counts.checked', { count: run.checked, number: formatCount(run.checked, t.language) }),
    formatBytes(run.bytes, t.language),
  ].join('  ');
}
