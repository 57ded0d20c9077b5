import type { Engine, RunControl } from '../../core/engineApi.ts';
import type { BatchRow } from '../../shared/contract.ts';
import { BatchTrigger, type Strategy } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodeOfBatch } from '../exitCodes.ts';
import { type BatchWithTables, renderBatch } from '../render/batchView.ts';
import { listenForStop } from '../stopSignals.ts';
import { runShown } from './runShown.ts';

export interface SyncAllOptions {
  readonly connection?: readonly string[];
  readonly tables?: readonly string[];
  readonly resume?: string;
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
  readonly acceptSource?: readonly string[];
  readonly wait?: boolean;
}

/** `sync-all`: a new batch, or with `--resume` the rest of an old one. */
export async function syncAll(options: SyncAllOptions, context: CliContext): Promise<ExitCode> {
  await using engine = await context.openEngine();
  using signals = listenForStop(process, () => undefined);
  const { batch, ran } = await runShown(context, engine, signals, options.wait === true, (control) =>
    options.resume === undefined
      ? startBatch(engine, options, control)
      : resumeBatch(engine, options.resume, options, control),
  );
  if (ran || context.json) printBatch(engine.batch(batch.batch_id), context);
  else context.print([context.t('cli.sync.alreadyCompleted', { batch: batch.batch_id })]);
  return exitCodeOfBatch(batch.status);
}

/** What a batch did, as text with the command that resumes it, or as JSON. */
export function printBatch(result: BatchWithTables, context: CliContext): void {
  if (context.json) {
    context.printJson({ batch: result.batch, tables: result.tables });
    return;
  }
  const resume = context.again(`sync-all --resume ${result.batch.batch_id}`);
  context.print(['', ...renderBatch(result, context.look, resume, new Date())]);
}

interface Ran {
  readonly batch: BatchRow;
  /** False where there was nothing left to do. */
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
