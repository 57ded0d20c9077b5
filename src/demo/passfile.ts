import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoEndpoint } from './endpoint.ts';
import { homeFolder } from './folder.ts';

/** The name as it stands in the settings: relative to them. */
export const PASSFILE = 'pgpass';

/**
 * Writes passwords in the format of libpq's password file, readable by us alone. Nothing is escaped: our
 * passwords and names have neither colons nor backslashes.
 */
export async function writePassfile(folder: string, endpoints: readonly DemoEndpoint[]): Promise<void> {
  const lines = endpoints.map(
    ({ host, port, database, user, password }) => `${host}:${port}:${database}:${user}:${password}\n`,
  );
  await writeFile(join(homeFolder(folder), PASSFILE), lines.join(''), { mode: 0o600 });
}

/** @returns the password, or null where the file does not have it */
export async function passwordFor(
  folder: string,
  endpoint: Omit<DemoEndpoint, 'password'>,
): Promise<string | null> {
  const { host, port, database, user } = endpoint;
  const start = `${host}:${port}:${database}:${user}:`;
  const raw = await readFile(join(homeFolder(folder), PASSFILE), 'utf8').catch(() => '');
  const line = raw.split('\n').find((one) => one.startsWith(start));
  return line === undefined ? null : line.slice(start.length);
}
