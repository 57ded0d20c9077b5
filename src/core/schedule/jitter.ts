import { createHash } from 'node:crypto';

/**
 * Seconds by which this installation runs a schedule late on purpose, so that a thousand branches do not
 * strike head office in the same second. A hash and no random number: the same after every start, so that a
 * branch's runs are as far apart as planned.
 *
 * @param spreadSeconds the setting `jitterSeconds`
 * @returns a whole number from 0 to `spreadSeconds`
 */
export function jitterSeconds(installationId: string, scheduleId: string, spreadSeconds: number): number {
  const hash = createHash('sha256').update(`${installationId}\n${scheduleId}`).digest();
  return hash.readUIntBE(0, 6) % (Math.floor(spreadSeconds) + 1);
}
