import type { Command } from 'commander';
import type { BatchRow } from '../../shared/contract.ts';
import { BatchTrigger } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import { ExitCode, exitCodeOfBatch } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import {
  renderDay,
  renderDemoHints,
  renderDemoNotice,
  renderDemoReady,
  renderDemoStatus,
} from '../render/demoView.ts';
import { openDemoSession } from '../servedDemo.ts';
import { listenForStop, type StopSignals } from '../stopSignals.ts';
import { runShown } from './runShown.ts';
import { printBatch } from './syncAll.ts';

export interface DemoOptions {
  readonly scale?: number;
  readonly keep?: boolean;
  readonly folder?: string;
}

/** `demo`: two servers, data, one batch, and what to try next. Without `--keep` nothing of it stays. */
async function demo(options: DemoOptions, context: CliContext): Promise<ExitCode> {
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

/** `demo change`: a day passes at the branch. */
async function demoChange({ folder }: DemoOptions, context: CliContext): Promise<ExitCode> {
  const { changeDemo, demoStatus } = await import('../../demo/demo.ts');
  const changes = await changeDemo(openDemoSession, folder);
  if (context.json) {
    context.printJson({ changes });
    return ExitCode.AllWell;
  }
  const home = (await demoStatus(folder))?.home ?? context.folder;
  context.print([
    ...renderDay(changes, context.look),
    '',
    `  ${context.look.colors.bold(context.at(home).again('sync-all'))}`,
  ]);
  return ExitCode.AllWell;
}

/** `demo status`: whether the demo runs, and where its servers and settings are. */
async function demoStatusCommand({ folder }: DemoOptions, context: CliContext): Promise<ExitCode> {
  const { demoStatus } = await import('../../demo/demo.ts');
  const state = await demoStatus(folder);
  if (context.json) context.printJson(state ?? { running: false });
  else context.print(renderDemoStatus(state, context));
  return ExitCode.AllWell;
}

/** `demo stop`: ends the servers and removes their folder. */
async function demoStop({ folder }: DemoOptions, context: CliContext): Promise<ExitCode> {
  const { stopDemo } = await import('../../demo/demo.ts');
  await stopDemo(folder);
  if (context.json) context.printJson({ running: false });
  else context.print([context.t('cli.demo.removed')]);
  return ExitCode.AllWell;
}

export function declareDemo(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const group = program
    .command('demo')
    .description(t('help.command.demo'))
    .option('--scale <N>', t('help.option.scale'), read.positive('--scale'))
    .option('--keep', t('help.option.keep'))
    .option('--folder <DIR>', t('help.option.folder'));
  json(group, t('help.option.jsonRun'));
  withExamples(group, t, [
    ['demo', t('help.example.demo')],
    ['demo --keep', t('help.example.demoKeep')],
    ['demo stop', t('help.example.demoStop')],
  ]);
  group.action((options: DemoOptions) => choose(group, (context) => demo(options, context)));

  const verbs = [
    ['stop', t('help.command.demoStop'), t('help.example.demoStop'), demoStop],
    ['change', t('help.command.demoChange'), t('help.example.demoChange'), demoChange],
    ['status', t('help.command.demoStatus'), t('help.example.demoStatus'), demoStatusCommand],
  ] as const;
  for (const [name, description, example, run] of verbs) {
    const command = group.command(name).description(description);
    withExamples(command, t, [[`demo ${name}`, example]]);
    // `--folder` and `--json` are the group's: they are understood before and behind the verb.
    command.action(() => choose(command, (context) => run(group.opts<DemoOptions>(), context)));
  }
}
