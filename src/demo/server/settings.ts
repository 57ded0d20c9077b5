import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerPlace } from './processes.ts';

/** Parameters of postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string>>;

/**
 * For data that may be lost with the machine's power: a demo, most tests. A commit still outlives a killed
 * server, because the system has its WAL by then: `synchronous_commit` stays on.
 */
export const THROWAWAY_SETTINGS: ServerSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_wal_size: '2GB',
  checkpoint_timeout: '30min',
};

const FILE = 'branchline.conf';

/**
 * Every server of ours is reached over 127.0.0.1 alone: the path of a Unix socket may not be longer than
 * about 100 bytes, which a temporary folder of macOS already comes near to.
 */
const BASE: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Memory in files of the data folder goes with the folder; in /dev/shm a killed server's stays behind.
  ...(process.platform === 'win32' ? {} : { dynamic_shared_memory_type: 'mmap' }),
};

/** Writes the server's settings to a file of its own, which {@link includeSettings} made it read. */
export async function writeSettings(
  place: ServerPlace,
  port: number,
  settings: ServerSettings,
): Promise<void> {
  const all: ServerSettings = { ...BASE, ...settings, port: String(port) };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await writeForServer(place, join(place.dataFolder, FILE), lines.join(''));
}

/** Makes a fresh data folder read our file after its own. */
export async function includeSettings(place: ServerPlace): Promise<void> {
  await writeFile(join(place.dataFolder, 'postgresql.conf'), `\ninclude_if_exists = '${FILE}'\n`, {
    flag: 'a',
  });
}

/** Writes a file that the server's user owns and nobody else may read. */
export async function writeForServer(place: ServerPlace, file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (place.user !== null) await chown(file, place.user.uid, place.user.gid);
}
