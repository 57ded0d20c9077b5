import { type Command, Option } from 'commander';
import type { Engine } from '../../core/engineApi.ts';
import { UsageCode } from '../../shared/errors.ts';
import { formatDateTime } from '../../shared/format.ts';
import { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { type BatchWithTables, renderBatchHead, renderBatchList } from '../render/batchView.ts';
import { renderEventLog } from '../render/eventLine.ts';
import { renderFailedTables } from '../render/failedTables.ts';
import { standingJson } from '../render/standingView.ts';
import { renderUsage } from '../reportError.ts';
import { printBatch } from './syncAll.ts';
import { watchBatch } from './watchBatch.ts';

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
