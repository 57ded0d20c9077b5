import { Links, linkTo } from '../../../src/agent/access/links.ts';
import { addressOf } from '../../../src/agent/access/note.ts';
import { Sessions } from '../../../src/agent/access/sessions.ts';
import { openWindowServer } from '../../../src/agent/http/windowServer.ts';
import { createWindowApp } from '../../../src/app/createWindowApp.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import type { Language } from '../../../src/shared/texts/language.ts';
import { WINDOW_FOLDER } from './build.ts';

/** A window of a process that is not the service of its folder, as the tray's is where the agent serves it. */
export interface Onlooker extends AsyncDisposable {
  /** A link that opens it once. */
  link(): string;
}

/** @param port where browsers that knew another agent find this one */
export async function startOnlooker(folder: string, port: number, language: Language): Promise<Onlooker> {
  const ports = systemPorts({ log: () => undefined });
  const links = new Links(folder, ports.clock);
  const windowApp = createWindowApp({
    program: 'agent',
    version: '0.1.0',
    folder,
    ports,
    service: null,
    systemLanguages: [language],
    startAtLogin: null,
    notify: null,
    choosePath: null,
    startDemo: null,
  });
  const server = await openWindowServer({
    windowApp,
    links,
    sessions: new Sessions(folder, ports.clock, ports.logger),
    port,
    lastPort: null,
    windowFolder: WINDOW_FOLDER,
    windowPage: 'index.html',
    logger: ports.logger,
  });
  return {
    link: () => linkTo(addressOf(server.port), links.make()),
    [Symbol.asyncDispose]: async () => {
      windowApp[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
