import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { EndpointSettings, Settings, SshState } from '../../shared/settings.ts';
import type { SshSettings } from '../../shared/sshSettings.ts';
import { dial } from '../postgres/dial.ts';
import { sshTarget } from '../postgres/reachServer.ts';
import { PasswordStore, type StoreOutcome } from '../secrets/passwordStore.ts';
import { sshAccount } from '../secrets/sshSecret.ts';
import { fingerprint, fingerprintOf, pinnedKeys, replacePinnedKey } from '../ssh/knownHosts.ts';
import { sshHostKeyChanged } from '../ssh/sshFailures.ts';
import { readHostKey } from '../ssh/sshTunnel.ts';

/** The host key of an SSH server, as it is pinned and as it is shown now. Fingerprints (`SHA256:…`). */
export interface HostKeyView {
  readonly sshHost: string;
  readonly sshPort: number;
  /** Null where none is pinned. */
  readonly pinned: string | null;
  readonly offered: string;
}

/** What is kept about the SSH servers of the settings: by connection id, and `central`. */
export async function sshStates(
  folder: string,
  { central, connections }: Pick<Settings, 'central' | 'connections'>,
): Promise<Readonly<Record<string, SshState>>> {
  const store = new PasswordStore(folder);
  const ends: readonly (readonly [string, EndpointSettings])[] = [
    ['central', central],
    ...connections.map((one) => [one.id, one] as const),
  ];
  const found = ends.flatMap(([id, { ssh }]) => (ssh === undefined ? [] : [stateOf(id, folder, ssh, store)]));
  return Object.fromEntries(await Promise.all(found));
}

async function stateOf(id: string, folder: string, ssh: SshSettings, store: PasswordStore) {
  return [id, { hostKey: pinnedFingerprint(folder, ssh), secret: await sshSecretPlace(ssh, store) }] as const;
}

/** Where the secret of an SSH server is kept. libpq's files are not asked for it. */
async function sshSecretPlace(ssh: SshSettings, store: PasswordStore): Promise<SshState['secret']> {
  const named = ssh.keyFile === undefined ? ssh.password : ssh.passphrase;
  if (named !== undefined) return 'environment';
  return (await store.where(sshAccount(ssh))) ?? 'none';
}

/** Fingerprints of the pinned host keys of an SSH server; null where none is pinned. */
export function pinnedFingerprint(folder: string, ssh: SshSettings): string | null {
  if (ssh.hostKey !== undefined) return fingerprintOf(ssh.hostKey);
  try {
    return pinnedKeys(folder, ssh).map(fingerprintOf).join(', ') || null;
  } catch {
    // Unreadable: a connection says so when it matters.
    return null;
  }
}

/**
 * The host key that is pinned and the one that the server shows now. Nobody signs in.
 *
 * @throws UsageError `ssh_not_set`; SyncFailure `ssh_unreachable`, `ssh_handshake`
 */
export async function lookAtHostKey(
  folder: string,
  connection: string,
  endpoint: EndpointSettings,
): Promise<HostKeyView> {
  return (await look(folder, connection, endpoint)).view;
}

/**
 * Pins the host key that the server shows now, in place of the earlier one.
 *
 * @param expected the fingerprint that a person has seen and agreed to; another one is not pinned
 * @throws UsageError `ssh_not_set`, `ssh_host_key_named`; SyncFailure, `ssh_host_key_changed` where it is not the
 *   expected one
 */
export async function acceptHostKey(
  folder: string,
  connection: string,
  endpoint: EndpointSettings,
  expected: string | null = null,
): Promise<HostKeyView> {
  const { view, ssh, key } = await look(folder, connection, endpoint);
  if (ssh.hostKey !== undefined) throw new UsageError(UsageCode.SshHostKeyNamed, { connection });
  if (expected !== null && expected !== view.offered) throw sshHostKeyChanged(ssh, expected, view.offered);
  replacePinnedKey(folder, ssh, key);
  return view;
}

async function look(folder: string, connection: string, endpoint: EndpointSettings) {
  const target = sshTarget({ endpoint, folder });
  if (target === null) throw new UsageError(UsageCode.SshNotSet, { connection });
  const key = await readHostKey(target, dial);
  const { ssh } = target;
  const pinned = pinnedFingerprint(folder, ssh);
  const view = { sshHost: ssh.host, sshPort: ssh.port, pinned, offered: fingerprint(key) };
  return { view, ssh, key };
}

/**
 * Stores the password of an endpoint's SSH server, or the passphrase of its key; null forgets it.
 *
 * @throws UsageError `ssh_not_set`, `password_named`, `password_unfit`
 */
export async function storeSshSecret(
  folder: string,
  connection: string,
  { ssh }: EndpointSettings,
  secret: string | null,
): Promise<StoreOutcome | { readonly place: 'none'; readonly removed: boolean }> {
  if (ssh === undefined) throw new UsageError(UsageCode.SshNotSet, { connection });
  const store = new PasswordStore(folder);
  if (secret === null) return { place: 'none', removed: await store.remove(sshAccount(ssh)) };
  const where = ssh.keyFile === undefined ? ssh.password : ssh.passphrase;
  // What the settings name comes first: a stored one would never be used, and nobody would know why.
  if (where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection, where });
  return store.set(sshAccount(ssh), secret);
}
