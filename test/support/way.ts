import type { SshServer } from './sshServer.ts';

/**
 * `BRANCHLINE_TEST_WAY=ssh` or `far`: tests whose homes come from `makeHome` reach head office through an SSH tunnel, or
 * through proxies that delay everything, instead of at once. `npm run test:ways` runs the faults that way.
 */
const WAY = process.env.BRANCHLINE_TEST_WAY ?? 'direct';

/** One way: what a branch far away has is 300 ms there and back; the tests would take hours. */
export const LATENCY_MS = WAY === 'far' ? 20 : 0;

export const throughSsh = WAY === 'ssh';

/** Where the SSH server of all tests is told to their processes. */
const VARIABLE = 'BRANCHLINE_TEST_SSH';

/** Called before the processes of the tests start. */
export function announceSsh({ host, port, user, keyFile }: SshServer): void {
  process.env[VARIABLE] = JSON.stringify({ host, port, user, keyFile });
}

/** Settings of an endpoint: how it is reached. */
export function waySettings(): Readonly<Record<string, unknown>> {
  const ssh = process.env[VARIABLE];
  return ssh === undefined ? {} : { ssh: JSON.parse(ssh) };
}
