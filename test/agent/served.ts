import { onTestFinished } from 'vitest';
import { Links, linkTo } from '../../src/agent/access/links.ts';
import { addressOf } from '../../src/agent/access/note.ts';
import { Sessions } from '../../src/agent/access/sessions.ts';
import { openWindowServer, type WindowServerSetup } from '../../src/agent/http/windowServer.ts';
import type { WindowEvent } from '../../src/window-api/windowApi.ts';
import { type JumpClock, jumpClock } from '../support/jumpClock.ts';
import { builtWindow, signIn, temporaryFolder } from './support.ts';

/** A window server in front of a window's app that only notes what reaches it. */
export interface Served {
  readonly port: number;
  readonly folder: string;
  readonly clock: JumpClock;
  /** What reached the window's app. */
  readonly reached: readonly (readonly [call: string, args: unknown])[];
  /** What was logged. */
  readonly logged: readonly string[];
  /** A signed-in browser. */
  readonly cookie: string;
  readonly key: string;
  link(): string;
  /** Ends the server. */
  close(): Promise<void>;
  tell(event: WindowEvent): void;
}

export async function serveNotes(
  setup: Partial<WindowServerSetup> & { readonly folder?: string; readonly answer?: () => unknown } = {},
): Promise<Served> {
  const folder = setup.folder ?? temporaryFolder();
  const clock = jumpClock();
  const reached: [string, unknown][] = [];
  const logged: string[] = [];
  const listeners = new Set<(event: WindowEvent) => void>();
  const windowApp: WindowServerSetup['windowApp'] = {
    answer: async (call, args) => {
      reached.push([call, args]);
      setup.answer?.();
      return { ok: true, value: null as never };
    },
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const logger = {
    log: (_level: string, message: string, facts?: object) =>
      void logged.push(`${message} ${JSON.stringify(facts)}`),
  };
  const links = new Links(folder, clock);
  const server = await openWindowServer({
    windowApp,
    links,
    sessions: new Sessions(folder, clock, logger),
    port: null,
    lastPort: null,
    windowFolder: builtWindow(),
    windowPage: 'index.html',
    logger,
    ...setup,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const link = (): string => linkTo(addressOf(server.port), links.make());
  return {
    port: server.port,
    folder,
    clock,
    reached,
    logged,
    ...(await signIn(link())),
    link,
    close: async () => server[Symbol.asyncDispose](),
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}
