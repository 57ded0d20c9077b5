import { writeFile } from 'node:fs/promises';
import type { ServerAddress } from '../../test/support/servers.ts';

/** Writes a password file in libpq's format. */
export function writePassfile(file: string, servers: readonly ServerAddress[]): Promise<void> {
  const lines = servers.map(({ host, port, password }) => `${host}:${port}:*:*:${password}\n`);
  return writeFile(file, lines.join(''), { mode: 0o600 });
}
