import type { SshSettings } from '../../shared/sshSettings.ts';
import { fingerprint, fingerprintOf, keyLine, pinKey, pinnedKeys } from './knownHosts.ts';
import { sshHostKeyChanged, sshHostKeyUnknown } from './sshFailures.ts';

/** The algorithms of each type of key, the preferred first. No `ssh-rsa` (SHA-1). */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** Takes or refuses the key that an SSH server shows. */
export interface HostKeyJudge {
  /** Which keys are asked for, the preferred first. */
  readonly algorithms: readonly string[];
  /** Why the key was not taken: a SyncFailure, or the system's error where it could not be pinned. */
  readonly failure: Error | null;
  /** Its answer for a wrong key is no. */
  verify(key: Buffer): boolean;
}

/** Looks at the key and takes none, so that nobody signs in. */
export class HostKeyLook implements HostKeyJudge {
  readonly algorithms = Object.values(ALGORITHMS).flat();
  readonly failure = null;
  offered: Buffer | null = null;

  verify(key: Buffer): boolean {
    this.offered = key;
    return false;
  }
}

/** Whether the key that an SSH server shows is the one that it should have. */
export class HostKeyCheck implements HostKeyJudge {
  readonly #ssh: SshSettings;
  readonly #folder: string;
  /** Lines or fingerprints, any of which is right; none at first use. */
  readonly #pinned: readonly string[];
  #failure: Error | null = null;
  #offered: Buffer | null = null;

  /** @throws the system's error where the pinned keys cannot be read */
  constructor(ssh: SshSettings, folder: string) {
    this.#ssh = ssh;
    this.#folder = folder;
    this.#pinned = ssh.hostKey === undefined ? pinnedKeys(folder, ssh) : [ssh.hostKey];
  }

  /** Algorithms of the pinned key's type come first, so that a server with several keys shows that one. */
  get algorithms(): readonly string[] {
    const types = this.#pinned.map((one) => one.split(' ')[0] ?? '');
    const first = types.flatMap((type) => ALGORITHMS[type] ?? []);
    return [...new Set([...first, ...Object.values(ALGORITHMS).flat()])];
  }

  get failure(): Error | null {
    return this.#failure;
  }

  get facts(): { readonly hostKey: string; readonly firstUse: boolean } {
    const hostKey = this.#offered === null ? '' : fingerprint(this.#offered);
    return { hostKey, firstUse: this.#pinned.length === 0 };
  }

  /** Pins a key at first use. */
  verify(key: Buffer): boolean {
    this.#offered = key;
    const shown = fingerprint(key);
    if (this.#pinned.some((one) => this.#matches(one, key))) return true;
    if (this.#pinned.length > 0) {
      this.#failure = sshHostKeyChanged(this.#ssh, this.#pinned.map(fingerprintOf).join(', '), shown);
    } else if (!this.#ssh.trustFirstUse) {
      this.#failure = sshHostKeyUnknown(this.#ssh, shown);
    } else {
      this.#pin(key);
    }
    return this.#failure === null;
  }

  /** ssh2 would take an error for one of the protocol's, and go on. */
  #pin(key: Buffer): void {
    try {
      pinKey(this.#folder, this.#ssh, key);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  #matches(pinned: string, key: Buffer): boolean {
    if (pinned.startsWith('SHA256:')) return pinned === fingerprint(key);
    return pinned.split(/\s+/).slice(0, 2).join(' ') === keyLine(key);
  }
}
