import type { Engine, RunControl } from '../../core/engineApi.ts';
import type { CliContext } from '../context.ts';
import { openReporter } from '../progress/reporter.ts';
import type { StopSignals, StopStage } from '../stopSignals.ts';

/**
 * Runs something on the engine with its progress shown, until it ends or the signals stop it.
 *
 * @param wait whether to wait for another run to end (`--wait`)
 * @param verbose whether each table is told of, also where nothing had changed (`--verbose`)
 */
export async function runShown<T>(
  context: CliContext,
  engine: Engine,
  signals: StopSignals,
  wait: boolean,
  run: (control: RunControl) => Promise<T>,
  verbose = false,
): Promise<T> {
  using reporter = openReporter(context, (batch) => engine.batch(batch.batch_id).tables, verbose);
  const before = signals.onStage;
  // A notice written past the live display would be drawn over, or leave a torn line behind.
  signals.onStage = (stage) => reporter.note(stopNotice(stage, context));
  const off = engine.on((event) => reporter.take(event));
  try {
    if (wait && engine.holder() !== null) reporter.note(context.t('cli.progress.waiting'));
    return await run({ stop: signals.stop, halt: signals.halt, wait });
  } finally {
    off();
    signals.onStage = before;
  }
}

function stopNotice(stage: StopStage, { t }: CliContext): string {
  switch (stage) {
    case 'user':
      return t('cli.progress.stopping');
    case 'shutdown':
      return t('cli.progress.stoppingSignal');
    case 'halt':
      return t('cli.progress.halting');
  }
}
