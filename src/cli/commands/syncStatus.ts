import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { Engine } from '../../core/engineApi.ts';
import { UsageCode } from '../../shared/errors.ts';
import { formatBytes, formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { type Board, type RunningTable, renderBoard } from '../progress/board.ts';
import { LiveDisplay } from '../progress/liveDisplay.ts';
import { type BatchWithTables, renderBatchHead, renderBatchList } from '../render/batchView.ts';
import { truncate } from '../render/columns.ts';
import { renderEventLog } from '../render/eventLine.ts';
import { renderFailedTables } from '../render/failedTables.ts';
import type { Look } from '../render/marks.ts';
import { standingJson } from '../render/standingView.ts';
import { renderUsage } from '../reportError.ts';
import { listenForStop } from '../stopSignals.ts';
import { printBatch } from './syncAll.ts';

interface SyncStatusOptions {
  readonly all?: boolean;
  readonly failed?: boolean;
  readonly watch?: boolean;
  readonly events?: boolean;
  readonly verbose?: boolean;
}

/** As many as the older system listed. */
const LISTED = 20;

/**
 * `sync-status`: what the journal knows. It ends with 0 whenever it could show that, also where what it
 * shows has failed: the question was answered.
 */
async function syncStatus(
  batchId: string | undefined,
  options: SyncStatusOptions,
  context: CliContext,
): Promise<ExitCode> {
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

/** A batch; and as JSON, where no batch was asked for, also what is open of all there is. */
function printFound(
  engine: Engine,
  found: BatchWithTables,
  isLatest: boolean,
  verbose: boolean,
  context: CliContext,
): void {
  if (context.json && isLatest) context.printJson({ ...found, open: standingJson(engine.standing()) });
  else printBatch(engine, found, context, verbose);
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
  const command = context.again(`sync-all --resume ${batch.batch_id}`);
  context.print(['', t('cli.status.resumeWith'), `  ${look.colors.bold(command)}`]);
}

function printEvents(engine: Engine, { batch }: BatchWithTables, context: CliContext): void {
  const events = engine.log({ batchId: batch.batch_id });
  if (context.json) context.printJson({ batch, events });
  else context.print(renderEventLog(events, context.look));
}

/** Who runs a batch that is running, so that nobody starts a second one. */
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

/** A new installation is no mistake, so this is said as an answer and not as an error. */
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
    .option('--verbose', t('help.option.verbose'));
  json(command, t('help.option.json'));
  withExamples(command, t, [
    ['sync-status', t('help.example.status')],
    ['sync-status --failed', t('help.example.statusFailed')],
    ['sync-status --all', t('help.example.statusAll')],
    ['sync-status --watch', t('help.example.statusWatch')],
    ['sync-status --events', t('help.example.statusEvents')],
  ]);
  command.action((batchId: string | undefined, options: SyncStatusOptions) =>
    choose(command, (context) => syncStatus(batchId, options, context)),
  );
}

/** The journal is read, not the runner: a second is fresh enough, and costs nothing. */
const EVERY_MS = 1000;

/** The lease is free for an instant between a batch's last row and the next look; twice is the end. */
const UNHELD_LOOKS = 2;

/**
 * Shows a batch that another process runs, until it ends or its runner is gone. What is left on the
 * screen is nothing: the caller shows how it ended.
 */
async function watchBatch(batchId: string | undefined, context: CliContext): Promise<void> {
  await using engine = await context.openEngine();
  const watched = batchId ?? engine.latestBatch()?.batch.batch_id;
  if (watched === undefined) return;
  using signals = listenForStop(process, () => undefined);
  const show = openView(context);
  let unheld = 0;
  while (!signals.stop.aborted) {
    const now = engine.batch(watched);
    unheld = engine.holder() === null ? unheld + 1 : 0;
    if (now.batch.status !== BatchStatus.Running || unheld >= UNHELD_LOOKS) break;
    show.draw(now);
    await pause(signals.stop);
  }
  show.end();
}

interface View {
  draw(now: BatchWithTables): void;
  end(): void;
}

function openView(context: CliContext): View {
  if (context.live) return liveView(context);
  let last = '';
  return {
    draw: (now) => {
      const line = context.json ? JSON.stringify(now) : renderWatchedLine(now, context.look);
      if (line === last) return;
      last = line;
      if (context.json) context.world.stderr.write(`${line}\n`);
      else context.print([line]);
    },
    end: () => undefined,
  };
}

function liveView(context: CliContext): View {
  let current: BatchWithTables | null = null;
  const display = new LiveDisplay(context.world.stdout, () =>
    current === null
      ? []
      : renderWatched(current, context.look, new Date()).map((line) => context.printable(line)),
  );
  return {
    draw: (now) => {
      current = now;
      display.update();
    },
    end: () => display.stop(),
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
}

/** A batch that another process runs, from what the journal says of it. */
export function renderWatched(watched: BatchWithTables, look: Look, now: Date): string[] {
  const { batch } = watched;
  const seconds = Math.max(0, (now.getTime() - Date.parse(batch.started_at)) / 1000);
  const head = `${batch.batch_id}  ${look.t(`words.batch.${batch.status}`)}  ${formatDuration(seconds, look.t.language)}`;
  return [look.colors.bold(truncate(head, look.width)), ...renderBoard(boardOf(watched), look)];
}

/** One line for a pipe; it changes only when something has. */
function renderWatchedLine(watched: BatchWithTables, { t }: Look): string {
  const board = boardOf(watched);
  const done = formatCount(board.done, t.language);
  return [
    watched.batch.batch_id,
    t('cli.progress.total', { done, total: formatCount(board.total, t.language) }),
    t('cli.progress.rowsWord', { rows: formatCount(board.rows, t.language) }),
    formatBytes(board.bytes, t.language),
  ].join('  ');
}

/** The journal has counts but no rates, so none are shown. */
function boardOf({ batch, tables }: BatchWithTables): Board {
  const running = tables.filter((table) => table.status === TableStatus.InProgress);
  const rowsOf = (table: (typeof tables)[number]) => table.records_processed + table.records_skipped;
  return {
    total: batch.total_tables,
    done: tables.filter((one) => one.status === TableStatus.Completed || one.status === TableStatus.Skipped)
      .length,
    failed: tables.filter((table) => table.status === TableStatus.Failed).length,
    running: running.map(
      (table): RunningTable => ({
        connection: table.connection,
        table: table.table_name,
        rows: rowsOf(table),
        bytes: table.bytes,
        estimatedRows: table.estimated_rows,
        rowsPerSecond: null,
        etaSeconds: null,
      }),
    ),
    rows: tables.reduce((sum, table) => sum + rowsOf(table), 0),
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    rowsLeft: null,
    rowsPerSecond: null,
  };
}
