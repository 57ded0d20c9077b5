import { type Command, Option } from 'commander';
import type { DryRunRequest, Engine, RunControl } from '../../core/engineApi.ts';
import type { BatchRow } from '../../shared/contract.ts';
import { formatCount } from '../../shared/format.ts';
import { BatchStatus, BatchTrigger, Strategy } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { type CliContext, pathWord } from '../context.ts';
import { type ExitCode, exitCodeOfBatch } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { isUnchangedRow, sumsUp } from '../progress/board.ts';
import { runShown } from '../progress/reporter.ts';
import { type BatchWithTables, renderBatch } from '../render/batchView.ts';
import { isWell, renderStanding } from '../render/standingView.ts';
import { listenForStop } from '../stopSignals.ts';
import { type SyncTableOptions, showDryRun, syncTable } from './syncTable.ts';
import { repairArguments, verifyArguments } from './verify.ts';

interface SyncAllOptions {
  readonly connection?: readonly string[];
  readonly tables?: readonly string[];
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
  readonly acceptSource?: readonly string[];
  readonly wait?: boolean;
  readonly verbose?: boolean;
}

/** `sync-all`: a new batch, or with `--resume` the rest of an old one. */
async function syncAll(options: SyncAllOptions, context: CliContext): Promise<ExitCode> {
  await using engine = await context.openEngine();
  using signals = listenForStop(process, () => undefined);
  if (options.dryRun === true) return await showDryRun(engine, dryRunOf(options), signals, context);
  const verbose = options.verbose === true;
  const { batch, ran } = await runShown(
    context,
    engine,
    signals,
    options.wait === true,
    (control) =>
      options.resume === undefined
        ? startBatch(engine, options, control)
        : resumeBatch(engine, options.resume, options, control),
    verbose,
  );
  const result = engine.batch(batch.batch_id);
  if (!ran && !context.json)
    context.print([context.t('cli.sync.alreadyCompleted', { batch: batch.batch_id })]);
  else if (!context.json && !verbose && hadNothingToDo(result)) printNothingToDo(engine, result, context);
  else printBatch(engine, result, context, verbose);
  return exitCodeOfBatch(batch.status);
}

function dryRunOf({ connection, tables, strategy, allowDeletes }: SyncAllOptions): DryRunRequest {
  return {
    ...(connection && { connections: connection }),
    ...(tables && { tables }),
    ...(strategy && { strategy }),
    ...(allowDeletes && { allowDeletes }),
  };
}

/** The command that goes on with a batch. One whose source is a file goes on with that file, and not by its id. */
export function resumeCommand({ batch_id: id, options }: BatchRow, { again, world }: CliContext): string {
  const { imported } = options;
  return again(
    imported === undefined ? `sync-all --resume ${id}` : `import ${pathWord(imported, world.platform)}`,
  );
}

/** Prints what a batch did: as text, with the command that resumes it and other open problems, or as JSON. */
export function printBatch(
  engine: Engine,
  result: BatchWithTables,
  context: CliContext,
  verbose: boolean,
): void {
  const { batch, tables } = result;
  if (context.json) {
    context.printJson({ batch, tables });
    return;
  }
  const resume = resumeCommand(batch, context);
  context.print([
    '',
    ...renderBatch(result, context.look, resume, new Date(), verbose),
    ...renderEnd(engine, batch, context),
  ]);
}

/** Whether a large batch found nothing changed: one line is then enough. */
function hadNothingToDo({ batch, tables }: BatchWithTables): boolean {
  return batch.status === BatchStatus.Completed && sumsUp(tables.length) && tables.every(isUnchangedRow);
}

function printNothingToDo(engine: Engine, { batch, tables }: BatchWithTables, context: CliContext): void {
  const { t } = context;
  const count = tables.length;
  const sum = t('cli.progress.unchanged', { count, tables: formatCount(count, t.language) });
  const [, ...end] = renderEnd(engine, batch, context);
  // In a pipe, the progress lines have already said it.
  context.print(context.live ? [sum, ...end] : end);
}

/** The end of a batch's output: that all is well, or which other problems are open. */
function renderEnd(engine: Engine, batch: BatchRow, context: CliContext): readonly string[] {
  const { t, look } = context;
  const isLatest = engine.latestBatch()?.batch.batch_id === batch.batch_id;
  const isDone = batch.status === BatchStatus.Completed;
  if (!isLatest) return isDone ? ['', t('cli.status.batchDone')] : [];
  const standing = engine.standing();
  if (isWell(standing)) return isDone ? ['', t('cli.status.allWell')] : [];
  const open = renderStanding(standing, batch.batch_id, look, {
    repairWith: (connection, tables) => context.again(repairArguments([connection], tables)),
    verifyWith: (connection, tables) => context.again(verifyArguments([connection], tables)),
  });
  if (isDone) return ['', t('cli.status.batchDone'), ...open];
  return open.length > 0 ? ['', ...open] : [];
}

interface Ran {
  readonly batch: BatchRow;
  /** False if nothing was left to do. */
  readonly ran: boolean;
}

async function startBatch(engine: Engine, options: SyncAllOptions, control: RunControl): Promise<Ran> {
  const { connection, tables, strategy, allowDeletes, acceptSource } = options;
  const batch = await engine.syncAll(
    {
      trigger: BatchTrigger.Cli,
      ...(connection && { connections: connection }),
      ...(tables && { tables }),
      ...(strategy && { strategy }),
      ...(allowDeletes && { allowDeletes }),
      ...(acceptSource && { acceptSources: acceptSource }),
    },
    control,
  );
  return { batch, ran: true };
}

async function resumeBatch(
  engine: Engine,
  batchId: string,
  { allowDeletes, acceptSource }: SyncAllOptions,
  control: RunControl,
): Promise<Ran> {
  const request = {
    trigger: BatchTrigger.Cli,
    ...(allowDeletes && { allowDeletes }),
    ...(acceptSource && { acceptSources: acceptSource }),
  };
  const outcome = await engine.resume(batchId, request, control);
  return { batch: outcome.batch, ran: outcome.kind === 'ran' };
}

const STRATEGIES = Object.values(Strategy);

export function declareSync(program: Command, declaring: Declaring): void {
  declareSyncAll(program, declaring);
  declareSyncTable(program, declaring);
}

function declareSyncAll(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const command = program
    .command('sync-all')
    .description(t('help.command.syncAll'))
    .option('--connection <ID>', t('help.option.connection'), read.list)
    .option('--tables <A,B>', t('help.option.tables'), read.list)
    .addOption(new Option('--resume <BATCH_ID>', t('help.option.resume')).conflicts('dryRun'))
    .option('--accept-source <ID>', t('help.option.acceptSource'), read.list)
    .option('--verbose', t('help.option.verbose'));
  declareHow(command, t);
  json(command, t('help.option.jsonRun'));
  withExamples(command, t, [
    ['sync-all', t('help.example.syncAll')],
    ['sync-all --connection pgsql_lmp --tables "CInvoice,c_order"', t('help.example.syncAllSome')],
    ['sync-all --dry-run', t('help.example.syncAllDryRun')],
    ['sync-all --resume sync_20251108_143052_aB3dEf9h', t('help.example.syncAllResume')],
  ]);
  command.action((options: SyncAllOptions) => choose(command, (context) => syncAll(options, context)));
}

function declareSyncTable(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('sync-table')
    .description(t('help.command.syncTable'))
    .argument('<MODEL>', t('help.argument.model'))
    .requiredOption('--connection <ID>', t('help.option.connectionOne'))
    .addOption(new Option('--batch-id <BATCH_ID>', t('help.option.batchId')).conflicts('dryRun'));
  declareHow(command, t);
  json(command, t('help.option.jsonTable'));
  withExamples(command, t, [
    ['sync-table CInvoice --connection pgsql_lmp', t('help.example.syncTable')],
    [
      'sync-table c_invoice --connection pgsql_lmp --batch-id sync_20251108_143052_aB3dEf9h',
      t('help.example.syncTableBatch'),
    ],
  ]);
  command.action((model: string, options: SyncTableOptions) =>
    choose(command, (context) => syncTable(model, options, context)),
  );
}

/** Declares the options that sync-all and sync-table share. */
function declareHow(command: Command, t: Translate): void {
  command
    .option(
      '--strategy <S>',
      `${t('help.option.strategy')} (${STRATEGIES.join(', ')})`,
      optionValues(t).oneOf('--strategy', STRATEGIES),
    )
    .option('--allow-deletes', t('help.option.allowDeletes'))
    .option('--dry-run', t('help.option.dryRunSync'))
    .option('--wait', t('help.option.wait'));
}
