import { readFile } from 'node:fs/promises';
import type { TestServer } from '../../test/support/servers.ts';

/** Clock ticks per second. Linux reports 100 to user space on all platforms used here. */
const TICKS = 100;

/**
 * CPU seconds used by a server's ended sessions. On a busy machine this is steadier than wall time, and it
 * shows which side does the work.
 *
 * @returns NaN if the system has no `/proc`
 */
export async function serverCpuSeconds(server: TestServer): Promise<number> {
  const pid = await server.pid();
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may contain spaces. After it, state is field 3, cutime and cstime are 16 and 17.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}
