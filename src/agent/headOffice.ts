import { createHeadOfficeApp } from '../app/headOffice/createHeadOfficeApp.ts';
import type { Ports } from '../core/ports.ts';
import { takeServiceLock } from '../service/serviceLock.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { headOfficeFolder } from './access/note.ts';
import type { Agent, AgentSetup } from './agent.ts';
import { openAgentWindow } from './agentWindow.ts';

/**
 * Serves head office's window. It reads head office's tables and nothing else: there is no service, no journal and no
 * connection to a branch.
 *
 * @throws UsageError `fleet_served` where another process does so already; `data_folder_unusable`, `port_taken`
 */
export async function startHeadOffice(
  ports: Ports,
  setup: Pick<AgentSetup, 'folder' | 'version' | 'systemLanguages' | 'port' | 'windowFolder'>,
): Promise<Agent> {
  const folder = headOfficeFolder(setup.folder);
  await using starting = new AsyncDisposableStack();
  const lock = starting.adopt(lockOf(folder, setup.folder), (one) => one.release());
  const app = starting.use(createHeadOfficeApp({ ...setup, ports }));
  const window = await openAgentWindow(app, ports, { ...setup, folder, windowPage: 'headOffice.html' });
  starting.move();
  return {
    url: window.url,
    refusal: null,
    link: window.link,
    stop: async () => {
      await window[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
      lock.release();
    },
  };
}

function lockOf(folder: string, named: string) {
  try {
    return takeServiceLock(folder);
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== UsageCode.ServiceRunning) throw error;
    throw new UsageError(UsageCode.FleetServed, { folder: named }, { cause: error });
  }
}
