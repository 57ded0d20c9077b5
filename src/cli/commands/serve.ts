import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Agent } from '../../agent/agent.ts';
import { readSmallFile } from '../../core/files/smallFile.ts';
import { VERSION } from '../../core/version.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { CliContext } from '../context.ts';
import { ExitCode, onUncaught } from '../exitCodes.ts';
import { alsoTo, createFileLogger } from '../logFile.ts';
import { optionValues, withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import type { Look } from '../render/marks.ts';
import { renderUsage } from '../reportError.ts';
import { ServedDemo } from '../servedDemo.ts';
import { listenForStop, type StopStage } from '../stopSignals.ts';

interface ServeOptions {
  readonly port?: number;
  readonly open?: boolean;
  readonly link?: boolean;
  readonly metricsTokenFile?: string;
  readonly logJson?: boolean;
}

/**
 * `serve`: runs the service without a desktop until a signal ends it; with `--link`, prints a link to a
 * running one.
 */
async function serve(options: ServeOptions, context: CliContext): Promise<ExitCode> {
  if (options.link) return linkToRunning(options, context);
  using signals = listenForStop(process, (stage) => tell(context, stopNotice(stage, context)));
  const demo = new ServedDemo(context.folder, signals.stop);
  const agent = await start(options, context, demo);
  try {
    await show(agent, options, context);
    if (!signals.stop.aborted) await once(signals.stop, 'abort');
  } finally {
    await agent.stop(signals.halt);
    await demo.end();
  }
  tell(context, context.t('agent.serve.ended'));
  return ExitCode.AllWell;
}

async function start(options: ServeOptions, context: CliContext, demo: ServedDemo): Promise<Agent> {
  const [{ startAgent }, { systemPorts }, { hasEmbeddedPostgres }, { lastResort }] = await Promise.all([
    import('../../agent/agent.ts'),
    import('../../core/ports.ts'),
    import('../../demo/server/binaries.ts'),
    import('../../core/unexpected.ts'),
  ]);
  const { folder, world, t } = context;
  const metricsToken = tokenIn(options.metricsTokenFile, t);
  const file = createFileLogger(folder, 'agent');
  const logger = options.logJson ? alsoTo(world.stderr, file) : file;
  // One broken socket must not stop a branch's schedules. What runs is rolled back or continues, as after any
  // error.
  onUncaught(
    lastResort(logger, () => tell(context, t('agent.serve.unexpected', { file: logger.file?.() ?? '?' }))),
  );
  return startAgent(systemPorts(logger), {
    folder,
    version: VERSION,
    language: t.language,
    systemLanguages: [world.env.LC_ALL || world.env.LC_MESSAGES || world.env.LANG || systemLocale()],
    port: options.port ?? null,
    metricsToken,
    windowFolder: windowFolder(),
    startDemo: hasEmbeddedPostgres() ? () => demo.start() : null,
  });
}

/** Shorter ones can be guessed. */
const SHORTEST_TOKEN = 16;

/** The token in a file. @throws UsageError `option_invalid` */
function tokenIn(file: string | undefined, t: Translate): string | null {
  if (file === undefined) return null;
  const wrong = (reason: string): never => {
    throw new UsageError(UsageCode.OptionInvalid, { option: '--metrics-token-file', reason });
  };
  let token = '';
  try {
    token = readSmallFile(file).toString('utf8').trim();
  } catch (error) {
    wrong(String(error instanceof Error ? error.message : error));
  }
  return token.length >= SHORTEST_TOKEN
    ? token
    : wrong(t('agent.serve.tokenShort', { length: SHORTEST_TOKEN }));
}

async function show(agent: Agent, { open }: ServeOptions, context: CliContext): Promise<void> {
  const { folder, json, world } = context;
  // Output to a pipe may be stored, for example in a service's log, and a link opens the window: so only a
  // terminal gets it.
  const link = json || world.stdout.isTTY ? agent.link() : null;
  // One line, because its reader does not wait for the end of output.
  if (json) context.print([JSON.stringify({ url: agent.url, link, pid: process.pid, folder })]);
  else context.print(renderServing(agent.url, link, context));
  const { refusal } = agent;
  // Waits for a person's answer, which the window can also take.
  if (refusal?.code === UsageCode.InstallationCopied)
    tell(context, ...renderUsage(context.t.usage(refusal.code, refusal.params), context.errorLook));
  if (open) await openBrowser(agent.link(), context);
}

async function linkToRunning({ open }: ServeOptions, context: CliContext): Promise<ExitCode> {
  const { newLink } = await import('../../agent/access/links.ts');
  const link = newLink(context.folder);
  if (context.json) context.print([JSON.stringify({ link })]);
  else context.print(renderLink(link, context.look));
  if (open) await openBrowser(newLink(context.folder), context);
  return ExitCode.AllWell;
}

async function openBrowser(link: string, context: CliContext): Promise<void> {
  const { writeOpener } = await import('../../agent/access/links.ts');
  const opened = await openInBrowser(writeOpener(context.folder, link), context.world.platform);
  if (!opened) tell(context, context.t('agent.serve.openFailed'));
}

function stopNotice(stage: StopStage, { t }: CliContext): string {
  return stage === 'halt' ? t('agent.serve.halting') : t('agent.serve.stopping');
}

/** On stderr: with `--json`, stdout is for programs alone. */
function tell(context: CliContext, ...lines: readonly string[]): void {
  context.printError(lines);
}

function systemLocale(): string {
  return Intl.DateTimeFormat().resolvedOptions().locale;
}

/** Each system's command to open an address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** A browser started by this keeps running; a command that fails does so within this time. */
const PATIENCE_MS = 3000;

/** @returns false if the system reported that it could not */
export async function openInBrowser(address: string, platform: NodeJS.Platform): Promise<boolean> {
  const [program, ...args] = OPENERS[platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  child.unref();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), PATIENCE_MS);
  child.once('error', () => resolve(false)).once('exit', (code) => resolve(code === 0));
  return promise.finally(() => clearTimeout(timer));
}

/** The folder of this package. Searched upwards, because sources, bundle and chunks lie at different depths. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Where the build puts the window. */
function windowFolder(): string {
  return join(packageFolder(), 'out', 'renderer');
}

/** What `serve` prints when it is ready. @param link null to show none */
function renderServing(url: string, link: string | null, context: CliContext): string[] {
  const { t, look } = context;
  const way =
    link === null
      ? [t('agent.serve.address', { url }), t('agent.serve.another')]
      : [t('agent.serve.open'), `  ${look.colors.bold(link)}`, t('agent.serve.another')];
  return [
    t('agent.serve.running'),
    ...way,
    `  ${look.colors.bold(context.again('serve --link'))}`,
    look.colors.dim(t('agent.serve.end')),
  ];
}

function renderLink(link: string, { t, colors }: Look): string[] {
  return [t('agent.serve.link'), `  ${colors.bold(link)}`];
}

export function declareServe(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('serve')
    .description(t('help.command.serve'))
    .option('--port <N>', t('help.option.servePort'), optionValues(t).port)
    .option('--open', t('help.option.serveOpen'))
    .option('--metrics-token-file <FILE>', t('help.option.serveMetrics'))
    .option('--log-json', t('help.option.serveLog'))
    .addOption(new Option('--link', t('help.option.serveLink')).conflicts(['port']));
  json(command, t('help.option.jsonServe'));
  withExamples(command, t, [
    ['serve', t('help.example.serve')],
    ['serve --port 8787', t('help.example.servePort')],
    ['serve --link', t('help.example.serveLink')],
  ]);
  command.action((options: ServeOptions) => choose(command, (context) => serve(options, context)));
}
