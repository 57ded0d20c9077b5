import { readFile } from 'node:fs/promises';
import type { TestServer } from '../../test/support/servers.ts';

/** Clock ticks a second; Linux has shown user space 100 of them on every platform that matters here. */
const TICKS = 100;

/**
 * CPU that a server's ended sessions have used, in seconds. On a busy machine it is steadier than wall
 * time, and it shows on which side work is done.
 *
 * @returns NaN where the system has no `/proc`
 */
export async function serverCpuSeconds(server: TestServer): Promise<number> {
  const pid = await server.pid();
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may hold spaces. Behind it: state is field 3, cutime and cstime 16 and 17.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}
