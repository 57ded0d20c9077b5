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
import { openAgentWindow } from './agentWindow.ts';
import { Monitoring } from './http/monitoring.ts';

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
  const { version, metricsToken = null } = setup;
  const window = await openAgentWindow(windowApp, ports, {
    ...setup,
    windowPage: 'index.html',
    monitoring: new Monitoring({ service, version, token: metricsToken }),
  });
  return {
    url: window.url,
    get refusal() {
      return service.status().refusal;
    },
    link: window.link,
    stop: async (now) => {
      // The windows stay connected so that they see how the run ends. Their server must end even if stopping
      // the service fails.
      await service.stop(now).catch((error: unknown) => {
        ports.logger.log('error', 'The service could not be stopped in order', errorFacts(error));
      });
      windowApp[Symbol.dispose]();
      await window[Symbol.asyncDispose]();
    },
  };
}
