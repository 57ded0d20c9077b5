import type { Command } from 'commander';
import type { Demo } from '../../demo/demo.ts';
import type { DayChange } from '../../demo/erp/simulateDay.ts';
import type { DemoNotice } from '../../demo/folder.ts';
import type { BatchRow } from '../../shared/contract.ts';
import type { ErrorParams } from '../../shared/errors.ts';
import { formatCount, formatDuration } from '../../shared/format.ts';
import { assertNever, BatchTrigger } from '../../shared/status.ts';
import { type CliContext, pathWord } from '../context.ts';
import { ExitCode, exitCodeOfBatch } from '../exitCodes.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { runShown } from '../progress/reporter.ts';
import { renderColumns, renderLabelled } from '../render/columns.ts';
import type { Look } from '../render/marks.ts';
import { openDemoSession } from '../servedDemo.ts';
import { listenForStop, type StopSignals } from '../stopSignals.ts';
import { printBatch } from './syncAll.ts';

interface DemoOptions {
  readonly scale?: number;
  readonly keep?: boolean;
  readonly folder?: string;
}

/**
 * `demo`: starts two servers with data, runs one batch, and shows what to try next. Without `--keep`
 * everything is removed at the end.
 */
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

/** @returns null if a signal stopped it; everything is removed by then */
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

/** With `--json`, stdout is for the batch's JSON alone. */
function tell(context: CliContext, ...lines: readonly string[]): void {
  if (!context.json) context.print(lines);
}

/** `demo change`: simulates a day at the branch. */
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
    // `--folder` and `--json` belong to the group, so they are accepted before and after the verb.
    command.action(() => choose(command, (context) => run(group.opts<DemoOptions>(), context)));
  }
}

/** Rows at scale 1; see seedBranch. */
const ROWS = 300_000;

/** Texts for the demo's progress while it starts. */
function renderDemoNotice(notice: DemoNotice, params: ErrorParams, { t }: Look): string[] {
  const folder = params.folder ?? '';
  const user = params.user ?? '';
  switch (notice) {
    case 'demo_system_user':
      return [t('cli.demo.notice.demo_system_user', { user })];
    case 'demo_system_user_created':
      return [t('cli.demo.notice.demo_system_user_created', { user })];
    case 'demo_binaries_copied':
      return [t('cli.demo.notice.demo_binaries_copied', { folder })];
    case 'demo_leftovers_removed':
      return [t('cli.demo.notice.demo_leftovers_removed', { folder })];
    case 'demo_servers_starting':
      return [t('cli.demo.notice.demo_servers_starting')];
    case 'demo_seeding': {
      const rows = formatCount(Math.round(ROWS * Number(params.scale ?? 1)), t.language);
      return [t('cli.demo.notice.demo_seeding', { rows })];
    }
    // renderDemoReady prints this one, with the time it took.
    case 'demo_ready':
      return [];
    default:
      return assertNever(notice);
  }
}

function renderDemoReady(folder: string, seconds: number, { t }: Look): string[] {
  return [t('cli.demo.ready', { folder, duration: formatDuration(seconds, t.language) })];
}

/** What to try next, as commands to copy. Without `--keep`, that is the same command with it. */
function renderDemoHints(
  { home }: Pick<Demo, 'home'>,
  { keep, folder }: DemoOptions,
  context: CliContext,
): string[] {
  const { t, look } = context;
  const there = context.at(home);
  const named = folder === undefined ? '' : ` --folder ${pathWord(folder, context.world.platform)}`;
  const kept: readonly Hint[] = [
    [t('cli.demo.tryChange'), [context.again(`demo change${named}`), there.again('sync-all')]],
    [t('cli.demo.tryKill'), [there.again('sync-all --strategy full'), there.again('sync-status')]],
    [t('cli.demo.tryResume'), [there.again('sync-all --resume BATCH_ID')]],
    [t('cli.demo.tryEnd'), [context.again(`demo stop${named}`)]],
  ];
  const hints = keep ? kept : [[t('cli.demo.tryKeep'), [context.again('demo --keep')]] satisfies Hint];
  return [
    look.colors.bold(t('cli.demo.tryNext')),
    ...hints.flatMap(([meaning, commands]) => [
      `  ${meaning}`,
      ...commands.map((command) => `    ${look.colors.cyan(command)}`),
    ]),
  ];
}

type Hint = readonly [meaning: string, commands: readonly string[]];

/** What `demo change` did, one line per table. */
function renderDay(changes: readonly DayChange[], look: Look): string[] {
  const { t } = look;
  const sum = (of: 'inserted' | 'updated' | 'deleted'): string =>
    formatCount(
      changes.reduce((total, change) => total + change[of], 0),
      t.language,
    );
  const number = (count: number) => ({ text: count === 0 ? '' : formatCount(count, t.language) });
  const rows = changes.map((change) => [
    { text: change.table },
    number(change.inserted),
    number(change.updated),
    number(change.deleted),
  ]);
  return [
    t('cli.demo.changed', { inserted: sum('inserted'), updated: sum('updated'), deleted: sum('deleted') }),
    '',
    ...renderColumns(
      [
        { title: t('cli.column.table') },
        { title: t('cli.column.inserted'), align: 'right' },
        { title: t('cli.column.updated'), align: 'right' },
        { title: t('cli.column.deleted'), align: 'right' },
      ],
      rows,
      look,
    ),
  ];
}

function renderDemoStatus(demo: Demo | null, context: CliContext): string[] {
  const { t, look } = context;
  if (demo === null || !demo.running) return [t('cli.demo.notRunning')];
  const place = (server: Demo['source']): string => (server === null ? '' : `${server.host}:${server.port}`);
  return [
    t('cli.demo.runningIn', { folder: demo.folder }),
    ...renderLabelled(
      [
        [t('cli.demo.branch'), place(demo.source)],
        [t('cli.demo.central'), place(demo.central)],
        ['--data-dir', demo.home],
      ],
      look,
      '  ',
    ),
  ];
}
