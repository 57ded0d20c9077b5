import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Agent } from '../../agent/agent.ts';
import { readSmallFile } from '../../core/files/smallFile.ts';
import type { Logger } from '../../core/ports.ts';
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
  readonly headOffice?: boolean;
}

/**
 * `serve`: runs the service without a desktop until a signal ends it; with `--link`, prints a link to a
 * running one.
 */
async function serve(options: ServeOptions, context: CliContext): Promise<ExitCode> {
  if (options.link) return linkToRunning(options, context);
  using signals = listenForStop(process, (stage) => tell(context, stopNotice(stage, context)));
  const demo = new ServedDemo(context.folder, signals.stop);
  const agent = options.headOffice
    ? await startHeadOffice(options, context)
    : await start(options, context, demo);
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
  const { t } = context;
  const metricsToken = tokenIn(options.metricsTokenFile, t);
  return startAgent(systemPorts(openLog(options, context, lastResort)), {
    ...commonSetup(options, context),
    language: t.language,
    metricsToken,
    startDemo: hasEmbeddedPostgres() ? () => demo.start() : null,
  });
}

async function startHeadOffice(options: ServeOptions, context: CliContext): Promise<Agent> {
  const [head, { systemPorts }, { lastResort }] = await Promise.all([
    import('../../agent/headOffice.ts'),
    import('../../core/ports.ts'),
    import('../../core/unexpected.ts'),
  ]);
  const ports = systemPorts(openLog(options, context, lastResort));
  return head.startHeadOffice(ports, commonSetup(options, context));
}

/** One broken socket must not stop a branch's schedules. What runs is rolled back or continues, as after any error. */
function openLog(
  { logJson, headOffice }: ServeOptions,
  context: CliContext,
  lastResort: typeof import('../../core/unexpected.ts').lastResort,
): Logger {
  const { folder, world, t } = context;
  const file = createFileLogger(folder, headOffice ? 'head-office' : 'agent');
  const logger = logJson ? alsoTo(world.stderr, file) : file;
  onUncaught(
    lastResort(logger, () => tell(context, t('agent.serve.unexpected', { file: logger.file?.() ?? '?' }))),
  );
  return logger;
}

function commonSetup({ port }: ServeOptions, { folder, world }: CliContext) {
  return {
    folder,
    version: VERSION,
    systemLanguages: [world.env.LC_ALL || world.env.LC_MESSAGES || world.env.LANG || systemLocale()],
    port: port ?? null,
    windowFolder: windowFolder(),
  };
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

async function show(agent: Agent, options: ServeOptions, context: CliContext): Promise<void> {
  const { folder, json, world } = context;
  // Output to a pipe may be stored, for example in a service's log, and a link opens the window: so only a
  // terminal gets it.
  const link = json || world.stdout.isTTY ? agent.link() : null;
  // One line, because its reader does not wait for the end of output.
  if (json) context.print([JSON.stringify({ url: agent.url, link, pid: process.pid, folder })]);
  else context.print(renderServing(agent.url, link, options, context));
  const { refusal } = agent;
  // Waits for a person's answer, which the window can also take.
  if (refusal?.code === UsageCode.InstallationCopied)
    tell(context, ...renderUsage(context.t.usage(refusal.code, refusal.params), context.errorLook));
  if (options.open) await openBrowser(agent.link(), await accessFolder(options, context), context);
}

async function linkToRunning(options: ServeOptions, context: CliContext): Promise<ExitCode> {
  const { newLink } = await import('../../agent/access/links.ts');
  const folder = await accessFolder(options, context);
  const link = linkIn(folder, newLink, options, context);
  if (context.json) context.print([JSON.stringify({ link })]);
  else context.print(renderLink(link, context.look));
  if (options.open) await openBrowser(linkIn(folder, newLink, options, context), folder, context);
  return ExitCode.AllWell;
}

/** @throws UsageError `agent_not_running`, `fleet_not_served` */
function linkIn(
  folder: string,
  newLink: (folder: string) => string,
  { headOffice }: ServeOptions,
  context: CliContext,
): string {
  try {
    return newLink(folder);
  } catch (error) {
    if (!headOffice || !(error instanceof UsageError) || error.code !== UsageCode.AgentNotRunning)
      throw error;
    throw new UsageError(UsageCode.FleetNotServed, { folder: context.folder }, { cause: error });
  }
}

/** Where the links of a window are kept. */
async function accessFolder({ headOffice }: ServeOptions, { folder }: CliContext): Promise<string> {
  if (!headOffice) return folder;
  const { headOfficeFolder } = await import('../../agent/access/note.ts');
  return headOfficeFolder(folder);
}

async function openBrowser(link: string, folder: string, context: CliContext): Promise<void> {
  const { writeOpener } = await import('../../agent/access/links.ts');
  const opened = await openInBrowser(writeOpener(folder, link), context.world.platform);
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
function renderServing(
  url: string,
  link: string | null,
  { headOffice = false }: ServeOptions,
  context: CliContext,
): string[] {
  const { t, look } = context;
  const way =
    link === null
      ? [t('agent.serve.address', { url }), t('agent.serve.another')]
      : [t('agent.serve.open'), `  ${look.colors.bold(link)}`, t('agent.serve.another')];
  return [
    t(headOffice ? 'agent.serve.headOffice' : 'agent.serve.running'),
    ...way,
    `  ${look.colors.bold(context.again(headOffice ? 'serve --head-office --link' : 'serve --link'))}`,
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
    .addOption(new Option('--head-office', t('help.option.serveHeadOffice')).conflicts(['metricsTokenFile']))
    .addOption(new Option('--link', t('help.option.serveLink')).conflicts(['port']));
  json(command, t('help.option.jsonServe'));
  withExamples(command, t, [
    ['serve', t('help.example.serve')],
    ['serve --port 8787', t('help.example.servePort')],
    ['serve --link', t('help.example.serveLink')],
    ['serve --head-office', t('help.example.serveHeadOffice')],
  ]);
  command.action((options: ServeOptions) => choose(command, (context) => serve(options, context)));
}
