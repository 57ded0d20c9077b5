import type { Ports } from '../core/ports.ts';
import { Links, linkTo } from './access/links.ts';
import { addressOf, readNote, writeNote } from './access/note.ts';
import { Sessions } from './access/sessions.ts';
import { openWindowServer, type WindowServer, type WindowServerSetup } from './http/windowServer.ts';

interface AgentWindowSetup
  extends Pick<WindowServerSetup, 'monitoring' | 'port' | 'windowFolder' | 'windowPage'> {
  /** Where links, signed-in browsers and the port are kept. */
  readonly folder: string;
}

/** A window on a loopback address, and the links that open it. */
export interface AgentWindow extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Makes a link that opens the window once. */
  readonly link: () => string;
}

/** @throws UsageError `port_taken`, `data_folder_unusable` */
export async function openAgentWindow(
  windowApp: WindowServerSetup['windowApp'],
  ports: Ports,
  setup: AgentWindowSetup,
): Promise<AgentWindow> {
  const { folder, monitoring, port, windowFolder, windowPage } = setup;
  const links = new Links(folder, ports.clock);
  const server = await openWindowServer({
    windowApp,
    links,
    sessions: new Sessions(folder, ports.clock, ports.logger),
    ...(monitoring && { monitoring }),
    port,
    lastPort: readNote(folder)?.port ?? null,
    windowFolder,
    windowPage,
    logger: ports.logger,
  });
  note(server, process.pid, folder, ports);
  const url = addressOf(server.port);
  return {
    url,
    link: () => linkTo(url, links.make()),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      note(server, null, folder, ports);
    },
  };
}

/** Without the note `serve --link` cannot find this agent. That is no reason not to serve. */
function note({ port }: WindowServer, pid: number | null, folder: string, { logger }: Ports): void {
  try {
    writeNote(folder, { port, pid });
  } catch (error) {
    logger.log('warn', 'The agent could not be noted', { error: String(error) });
  }
}
