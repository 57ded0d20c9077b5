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
import { openWindowServer, type WindowServer } from './http/windowServer.ts';

export interface AgentSetup extends Pick<WindowAppHost, 'folder' | 'version' | 'systemLanguages'> {
  /**
   * Starts databases with data to try everything on, and writes settings for them into the user-data folder; null
   * where it cannot.
   */
  readonly startDemo: (() => Promise<void>) | null;
  /** In which problems of the settings are told. */
  readonly language: Language;
  /** Null: the port of the last time where it is free, else any. */
  readonly port: number | null;
  /** The built window. */
  readonly windowFolder: string;
}

/** The service without a desktop, and its window on a loopback address. */
export interface Agent {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Why the service cannot work yet; null where it can. */
  readonly refusal: Refusal | null;
  /** A link that opens the window once. */
  link(): string;
  /**
   * Ends it. What runs stops at the next chunk border; the next start goes on with it.
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
  // Before anything is written or listens: it is refused where another process is the service.
  const service = startService(ports, {
    folder,
    face: BatchTrigger.Agent,
    language,
    waker: createCronWaker(),
  });
  const { startDemo } = setup;
  const face = createWindowApp({
    ...setup,
    face: 'agent',
    ports,
    service,
    startAtLogin: null,
    notify: null,
    startDemo:
      startDemo === null
        ? null
        : async () => {
            await startDemo();
            // Its settings are there now.
            service.wake();
          },
  });
  try {
    return await serveWindow(service, face, ports, setup);
  } catch (error) {
    face[Symbol.dispose]();
    await service.stop(AbortSignal.abort());
    throw error;
  }
}

async function serveWindow(
  service: Service,
  face: WindowApp,
  ports: Ports,
  setup: AgentSetup,
): Promise<Agent> {
  const { folder } = setup;
  const links = new Links(folder, ports.clock);
  const server = await openWindowServer({
    face,
    links,
    sessions: new Sessions(folder, ports.clock, ports.logger),
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
      // The windows see how it ends. Whatever keeps the service from ending in order, the windows' server ends too.
      await service.stop(now).catch((error: unknown) => {
        ports.logger.log('error', 'The service could not be stopped in order', errorFacts(error));
      });
      face[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      note(server, null, folder, ports);
    },
  };
}

/** Without the note `serve --link` finds nobody; that is no reason not to sync. */
function note({ port }: WindowServer, pid: number | null, folder: string, { logger }: Ports): void {
  try {
    writeNote(folder, { port, pid });
  } catch (error) {
    logger.log('warn', 'The agent could not be noted', { error: String(error) });
  }
}
