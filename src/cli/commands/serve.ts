import { once } from 'node:events';
import type { Agent } from '../../agent/agent.ts';
import { UsageCode } from '../../shared/errors.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { createFileLogger } from '../logFile.ts';
import { openInBrowser } from '../openInBrowser.ts';
import { windowFolder } from '../packageFolder.ts';
import { renderLink, renderServing } from '../render/serveView.ts';
import { renderUsage } from '../render/usage.ts';
import { ServedDemo } from '../servedDemo.ts';
import { listenForStop, type StopStage } from '../stopSignals.ts';
import { onUncaught } from '../uncaught.ts';
import { VERSION } from '../version.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly open?: boolean;
  readonly link?: boolean;
}

/** `serve`: the service without a desktop, until a signal ends it; or with `--link` a link to the one that runs. */
export async function serve(options: ServeOptions, context: CliContext): Promise<ExitCode> {
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

async function start({ port }: ServeOptions, context: CliContext, demo: ServedDemo): Promise<Agent> {
  const [{ startAgent }, { systemPorts }, { hasEmbeddedPostgres }, { lastResort }] = await Promise.all([
    import('../../agent/agent.ts'),
    import('../../core/systemPorts.ts'),
    import('../../demo/server/binaries.ts'),
    import('../../core/unexpected.ts'),
  ]);
  const { folder, world, t } = context;
  const logger = createFileLogger(folder, 'agent');
  // The schedules of a branch must not stand still because of one socket; what runs is undone or goes on as after any error.
  onUncaught(
    lastResort(logger, () => tell(context, t('agent.serve.unexpected', { file: logger.file?.() ?? '?' }))),
  );
  return startAgent(systemPorts(logger), {
    folder,
    version: VERSION,
    language: t.language,
    systemLanguages: [world.env.LC_ALL || world.env.LC_MESSAGES || world.env.LANG || systemLocale()],
    port: port ?? null,
    windowFolder: windowFolder(),
    startDemo: hasEmbeddedPostgres() ? () => demo.start() : null,
  });
}

async function show(agent: Agent, { open }: ServeOptions, context: CliContext): Promise<void> {
  const { folder, json, world } = context;
  // What goes to a pipe is kept somewhere, in a service's log above all, and a link opens the window.
  const link = json || world.stdout.isTTY ? agent.link() : null;
  // One line: whoever reads it does not wait for the end.
  if (json) context.print([JSON.stringify({ url: agent.url, link, pid: process.pid, folder })]);
  else context.print(renderServing(agent.url, link, context));
  const { refusal } = agent;
  // It waits for a person, and the window asks them too.
  if (refusal?.code === UsageCode.InstallationCopied)
    tell(context, ...renderUsage(context.t.usage(refusal.code, refusal.params), context.errorLook));
  if (open) await openBrowser(agent.link(), context);
}

async function linkToRunning({ open }: ServeOptions, context: CliContext): Promise<ExitCode> {
  const { newLink } = await import('../../agent/newLink.ts');
  const link = newLink(context.folder);
  if (context.json) context.print([JSON.stringify({ link })]);
  else context.print(renderLink(link, context.look));
  if (open) await openBrowser(newLink(context.folder), context);
  return ExitCode.AllWell;
}

async function openBrowser(link: string, context: CliContext): Promise<void> {
  const { writeOpener } = await import('../../agent/opener.ts');
  const opened = await openInBrowser(writeOpener(context.folder, link), context.world.platform);
  if (!opened) tell(context, context.t('agent.serve.openFailed'));
}

function stopNotice(stage: StopStage, { t }: CliContext): string {
  return stage === 'halt' ? t('agent.serve.halting') : t('agent.serve.stopping');
}

/** On stderr: with `--json` stdout is for programs alone. */
function tell(context: CliContext, ...lines: readonly string[]): void {
  context.printError(lines);
}

function systemLocale(): string {
  return Intl.DateTimeFormat().resolvedOptions().locale;
}
