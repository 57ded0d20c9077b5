import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, isAlive } from './processes.ts';
import type { ServerUser } from './run.ts';

/** All that is needed to find a server again from another process. */
export interface ServerPlace {
  /** The folder of `initdb`, `pg_ctl` and `postgres`. */
  readonly binFolder: string;
  readonly dataFolder: string;
  /** The server's log; its folder is there. */
  readonly logFile: string;
  /** Whom it runs as; null for ourselves. */
  readonly user: ServerUser | null;
}

/** The pid of the server running on a data folder, or null. */
export async function serverPid(place: ServerPlace): Promise<number | null> {
  const raw = await readFile(join(place.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(raw.split('\n', 1)[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isAlive(pid))) return null;
  // After a restart of the machine the same number may be somebody else's, who must not be signalled.
  const command = await commandLine(pid);
  const ours = process.platform === 'win32' ? 'postgres.exe' : place.dataFolder;
  return command.includes(ours) ? pid : null;
}
