import { type Dial, type SshTarget, SshTunnel } from './sshTunnel.ts';

/** The tunnels of this process that are open or being opened, by what they are opened with. */
const tunnels = new Map<string, Promise<SshTunnel>>();

/**
 * The tunnel to an SSH server: one for all sessions of this process. It closes by itself when nobody has used it for
 * a while.
 *
 * @param abandoned gives the wait up, and not the attempt, which others may share
 * @throws SyncFailure why there is none
 */
export async function tunnelTo(target: SshTarget, dial: Dial, abandoned?: AbortSignal): Promise<SshTunnel> {
  const key = JSON.stringify([target.folder, target.ssh, target.secret ?? null]);
  const opening = tunnels.get(key) ?? begin(key, target, dial);
  if (abandoned === undefined) return opening;
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(new Error('the attempt to connect was given up'));
  if (abandoned.aborted) giveUp();
  abandoned.addEventListener('abort', giveUp);
  try {
    return await Promise.race([opening, promise]);
  } finally {
    abandoned.removeEventListener('abort', giveUp);
  }
}

function begin(key: string, target: SshTarget, dial: Dial): Promise<SshTunnel> {
  const forget = (): void => {
    if (tunnels.get(key) === opening) tunnels.delete(key);
  };
  const opening = SshTunnel.open(target, dial, forget);
  tunnels.set(key, opening);
  opening.catch(forget);
  return opening;
}
