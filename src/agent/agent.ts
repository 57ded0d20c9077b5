import { createWindowApp } from '../app/createWindowApp.ts';
import type { WindowApp, WindowAppHost } from '../app/windowApp.ts';
import type { Ports } from '../core/ports.ts';
import { errorFacts } from '../core/unexpected.ts';
import { createCronWaker } from '../service/schedule/waker.ts';
import { startService } from '../service/service.ts';
import type { Service } from '../service/serviceApi.ts';
import type { Refusal } from '../shared/service.ts';
import { BatchTrigger } from '../shared/status.ts';
import type { Language } from '../shared/texts/language.ts';
import { Links, linkTo } from './access/links.ts';
import { addressOf, readNote, writeNote } from './access/note.ts';
import { Sessions } from './access/sessions.ts';
import { Monitoring } from './http/monitoring.ts';
import { openWindowServer, type WindowServer } from './http/windowServer.ts';

export interface AgentSetup extends Pick<WindowAppHost, 'folder' | 'version' | 'systemLanguages'> {
  /**
   * Starts demo databases and writes settings for them into the user-data folder; null where that is not
   * possible.
   */
  readonly startDemo: (() => Promise<void>) | null;
  /** The language in which problems of the settings are described. */
  readonly language: Language;
  /** Null: the port used last time if it is free, else any free port. */
  readonly port: number | null;
  /** Whoever sends it may read `/metrics`; absent: nobody may. */
  readonly metricsToken?: string | null;
  /** Folder with the built window. */
  readonly windowFolder: string;
}

/** The service without a desktop, and its window on a loopback address. */
export interface Agent {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Why the service cannot work yet; null if it can. */
  readonly refusal: Refusal | null;
  /** Makes a link that opens the window once. */
  link(): string;
  /**
   * Ends the agent. A run stops at the next chunk border, and the next start continues it.
   *
   * @param now stop at once instead
   */
  stop(now?: AbortSignal): Promise<void>;
}

/**
 * Starts the agent of a user-data folder.
 *
 * @throws UsageError `service_running` where another process serves the folder; `data_folder_unusable`, `port_taken`
 */
export async function startAgent(ports: Ports, setup: AgentSetup): Promise<Agent> {
  const { folder, language } = setup;
  // First, because it throws where another process is the service: nothing must be written or listened on by
  // then.
  const service = startService(ports, {
    folder,
    trigger: BatchTrigger.Agent,
    language,
    waker: createCronWaker(),
  });
  const { startDemo } = setup;
  const windowApp = createWindowApp({
    ...setup,
    program: 'agent',
    ports,
    service,
    startAtLogin: null,
    notify: null,
    // The system's dialogs are on another screen than the browser.
    choosePath: null,
    startDemo:
      startDemo === null
        ? null
        : async () => {
            await startDemo();
            // The demo has just written the settings.
            service.wake();
          },
  });
  try {
    return await serveWindow(service, windowApp, ports, setup);
  } catch (error) {
    windowApp[Symbol.dispose]();
    await service.stop(AbortSignal.abort());
    throw error;
  }
}

async function serveWindow(
  service: Service,
  windowApp: WindowApp,
  ports: Ports,
  setup: AgentSetup,
): Promise<Agent> {
  const { folder } = setup;
  const links = new Links(folder, ports.clock);
  const server = await openWindowServer({
    windowApp,
    links,
    sessions: new Sessions(folder, ports.clock, ports.logger),
    monitoring: new Monitoring({ service, version: setup.version, token: setup.metricsToken ?? null }),
    port: setup.port,
    lastPort: readNote(folder)?.port ?? null,
    windowFolder: setup.windowFolder,
    logger: ports.logger,
  });
  note(server, process.pid, folder, ports);
  const url = addressOf(server.port);
  return {
    url,
    get refusal() {
      return service.status().refusal;
    },
    link: () => linkTo(url, links.make()),
    stop: async (now) => {
      // The windows stay connected so that they see how the run ends. Their server must end even if stopping
      // the service fails.
      await service.stop(now).catch((error: unknown) => {
        ports.logger.log('error', 'The service could not be stopped in order', errorFacts(error));
      });
      windowApp[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      note(server, null, folder, ports);
    },
  };
}

/** Without the note `serve --link` cannot find this agent. That is no reason not to sync. */
function note({ port }: WindowServer, pid: number | null, folder: string, { logger }: Ports): void {
  try {
    writeNote(folder, { port, pid });
  } catch (error) {
    logger.log('warn', 'The agent could not be noted', { error: String(error) });
  }
}
