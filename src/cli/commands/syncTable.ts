import type { DryRunRequest, Engine } from '../../core/engineApi.ts';
import type { TableOutcome } from '../../shared/contract.ts';
import { formatBytes, formatCount, formatDuration } from '../../shared/format.ts';
import { tablesWord } from '../../shared/printedCommands.ts';
import { BatchTrigger, type Strategy } from '../../shared/status.ts';
import { visible } from '../../shared/visible.ts';
import type { CliContext } from '../context.ts';
import { ExitCode, exitCodeOfTable } from '../exitCodes.ts';
import { runShown } from '../progress/reporter.ts';
import { renderLabelled } from '../render/columns.ts';
import { renderDryRun } from '../render/dryRunView.ts';
import { type Look, painted, tableMark } from '../render/marks.ts';
import { listenForStop } from '../stopSignals.ts';

export interface SyncTableOptions {
  readonly connection: string;
  readonly batchId?: string;
  readonly dryRun?: boolean;
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
  readonly wait?: boolean;
}

/** `sync-table`: one table, alone or as part of a batch. */
export async function syncTable(
  table: string,
  options: SyncTableOptions,
  context: CliContext,
): Promise<ExitCode> {
  const { connection, batchId, strategy, allowDeletes, wait } = options;
  await using engine = await context.openEngine();
  using signals = listenForStop(process, () => undefined);
  if (options.dryRun === true) {
    const request = { connections: [connection], tables: [table] };
    const how = { ...(strategy && { strategy }), ...(allowDeletes && { allowDeletes }) };
    return await showDryRun(engine, { ...request, ...how }, signals, context);
  }
  const outcome = await runShown(context, engine, signals, wait === true, (control) =>
    engine.syncTable(
      {
        trigger: BatchTrigger.Cli,
        table,
        connection,
        ...(batchId !== undefined && { batchId }),
        ...(strategy && { strategy }),
        ...(allowDeletes && { allowDeletes }),
      },
      control,
    ),
  );
  if (context.json) {
    const batch = batchId === undefined ? null : engine.batch(batchId).batch;
    context.printJson({ batch, tables: [inJournalWords(outcome, batchId ?? null)] });
  } else {
    context.print(['', ...renderOutcome(outcome, context.look)]);
    if (exitCodeOfTable(outcome.status) === ExitCode.Interrupted)
      context.print(runAgain(table, options, context));
  }
  return exitCodeOfTable(outcome.status);
}

/** `--dry-run`: says what would be done. Its exit code is that of a run: 1 where some table would fail. */
export async function showDryRun(
  engine: Engine,
  request: DryRunRequest,
  signals: ReturnType<typeof listenForStop>,
  context: CliContext,
): Promise<ExitCode> {
  const report = await engine.dryRun(request, { stop: signals.stop, halt: signals.halt });
  if (context.json) context.printJson(report);
  else context.print(renderDryRun(report, context.look));
  if (signals.stop.aborted) return ExitCode.Interrupted;
  const fails = report.failures.length > 0 || report.tables.some((one) => one.failure !== null || one.braked);
  return fails ? ExitCode.SomeFailed : ExitCode.AllWell;
}

/** The outcome with the column names of `sync_progress`, so that programs read one format everywhere. */
function inJournalWords(outcome: TableOutcome, batchId: string | null): Readonly<Record<string, unknown>> {
  return {
    batch_id: batchId,
    connection: outcome.connection,
    table_name: outcome.table,
    model_name: outcome.model,
    strategy: outcome.strategy,
    status: outcome.status,
    records_processed: outcome.processed,
    records_skipped: outcome.skipped,
    records_deleted: outcome.deleted,
    bytes: outcome.bytes,
    error_code: outcome.failure?.code ?? null,
    error_message: outcome.failure?.message ?? null,
    error_detail: outcome.failure,
    duration_seconds: outcome.durationSeconds,
  };
}

function runAgain(table: string, { connection, batchId }: SyncTableOptions, context: CliContext): string[] {
  const { t, look } = context;
  const batch = batchId === undefined ? '' : ` --batch-id ${batchId}`;
  // Here the name is not in a list, so its comma needs no backslash.
  const typed = table.includes(',') ? null : tablesWord([table]);
  const command = typed === null ? null : `sync-table ${typed} --connection ${connection}${batch}`;
  return [
    '',
    t('cli.sync.interrupted'),
    t('cli.sync.runAgain'),
    `  ${look.colors.bold(context.again(command))}`,
  ];
}

/** How one table run ended, for `sync-table`. */
function renderOutcome(outcome: TableOutcome, look: Look): string[] {
  const { t, colors } = look;
  const count = (value: number) => formatCount(value, t.language);
  const facts: [string, string][] = [
    [
      t('cli.status.rows'),
      t('cli.status.counts', {
        processed: count(outcome.processed),
        checked: count(outcome.processed + outcome.skipped),
        deleted: count(outcome.deleted),
      }),
    ],
    [
      t('cli.status.duration'),
      `${formatDuration(outcome.durationSeconds, t.language)} (${formatBytes(outcome.bytes, t.language)})`,
    ],
  ];
  const head = `${painted(tableMark(outcome.status, look))}  ${colors.bold(visible(outcome.table))} (${visible(outcome.model)}), ${outcome.connection}`;
  if (outcome.failure === null) return [head, ...renderLabelled(facts, look, '  ')];

  const params = { connection: outcome.connection, table: outcome.table, ...outcome.failure.params };
  const { sentence, next } = t.failure({ code: outcome.failure.code, params });
  facts.push([t('cli.status.error'), outcome.failure.message], [t('cli.status.next'), next]);
  return [head, `  ${sentence}`, ...renderLabelled(facts, look, '  ')];
}
