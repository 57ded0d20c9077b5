import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type ServerPlace } from '../../../src/demo/server/processes.ts';
import {
  killServer,
  makeServerFolder,
  startServer,
  THROWAWAY_SETTINGS,
} from '../../../src/demo/server/server.ts';
import type { DatabasePair, TestDatabase } from '../../support/databases.ts';
import { connectTo, PREFIX, type ServerAddress, type TestServer } from '../../support/servers.ts';

/** The files of a server as they were at one moment, as a server of its own. */
export interface CopiedServer extends AsyncDisposable {
  /** Starts it: it recovers as after a power cut. On a port of its own. */
  start(): Promise<ServerAddress>;
}

/** Copies a server's files; it has to stand still meanwhile. */
export async function copyServer(server: TestServer): Promise<CopiedServer> {
  // Named as the servers of this process, so that what a killed test leaves is removed with them.
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  await chmod(folder, 0o711);
  const own = join(folder, 'server');
  const place: ServerPlace = {
    ...server.place,
    dataFolder: join(own, 'data'),
    logFile: join(own, 'server.log'),
  };
  await makeServerFolder(place);
  await copyTree(server.place.dataFolder, place.dataFolder);
  return {
    start: async () => {
      const port = await startServer(place, THROWAWAY_SETTINGS);
      return { host: server.host, port, password: server.password };
    },
    [Symbol.asyncDispose]: async () => {
      await killServer(place);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** With owners and modes: PostgreSQL refuses a folder that is not its own. */
export async function copyTree(from: string, to: string): Promise<void> {
  const { code, output } = await run('cp', ['-a', from, to]);
  if (code !== 0) throw new Error(`cp: ${output}`);
}

/** The same databases on other servers. */
export function pairOn(pair: DatabasePair, source: ServerAddress, central: ServerAddress): DatabasePair {
  const on = (database: TestDatabase, server: ServerAddress): TestDatabase => ({
    ...database,
    ...server,
    connect: () => connectTo(server, database.database, database.user),
    connectAdmin: () => connectTo(server, database.database),
  });
  return { ...pair, source: on(pair.source, source), central: on(pair.central, central) };
}
