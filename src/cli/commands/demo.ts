import type { BatchRow } from '../../shared/contract.ts';
import { BatchTrigger } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import { openDemoSession } from '../demoSession.ts';
import { ExitCode, exitCodeOfBatch } from '../exitCodes.ts';
import { renderDemoHints, renderDemoNotice, renderDemoReady } from '../render/demoView.ts';
import { listenForStop, type StopSignals } from '../stopSignals.ts';
import { runShown } from './runShown.ts';
import { printBatch } from './syncAll.ts';

export interface DemoOptions {
  readonly scale?: number;
  readonly keep?: boolean;
  readonly folder?: string;
}

/** `demo`: two servers, data, one batch, and what to try next. Without `--keep` nothing of it stays. */
export async function demo(options: DemoOptions, context: CliContext): Promise<ExitCode> {
  using signals = listenForStop(process, () => tell(context, context.t('cli.demo.removing')));
  const began = performance.now();
  const running = await start(options, context, signals);
  if (running === null) return ExitCode.Interrupted;
  try {
    tell(context, ...renderDemoReady(running.folder, (performance.now() - began) / 1000, context.look));
    const batch = await syncOnce(context.at(running.home), signals);
    tell(context, '', ...renderDemoHints(running, options, context));
    return exitCodeOfBatch(batch.status);
  } finally {
    if (!options.keep) await remove(running.folder, context);
  }
}

/** @returns null where a signal stopped it; then everything is removed again */
async function start(options: DemoOptions, context: CliContext, signals: StopSignals) {
  const { startDemo } = await import('../../demo/demo.ts');
  try {
    return await startDemo({
      ...(options.folder !== undefined && { folder: options.folder }),
      scale: options.scale ?? 1,
      openSession: openDemoSession,
      signal: signals.stop,
      onNotice: (notice, params) => tell(context, ...renderDemoNotice(notice, params, context.look)),
    });
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    tell(context, context.t('cli.demo.removed'));
    return null;
  }
}

async function syncOnce(context: CliContext, signals: StopSignals): Promise<BatchRow> {
  tell(context, '', context.t('cli.demo.syncing'));
  await using engine = await context.openEngine();
  const batch = await runShown(context, engine, signals, false, (control) =>
    engine.syncAll({ trigger: BatchTrigger.Cli }, control),
  );
  printBatch(engine, engine.batch(batch.batch_id), context, false);
  return batch;
}

async function remove(folder: string, context: CliContext): Promise<void> {
  const { stopDemo } = await import('../../demo/demo.ts');
  await stopDemo(folder);
  tell(context, context.t('cli.demo.removed'));
}

/** With `--json` stdout is the batch's alone. */
function tell(context: CliContext, ...lines: readonly string[]): void {
  if (!context.json) context.print(lines);
}
