import type { PasswordQuestion } from './passwordFile.ts';

/** The system's store of passwords: Keychain on macOS, Credential Manager on Windows, Secret Service on Linux. */
export interface Keychain {
  /** @returns null where it has none. @throws KeychainError */
  get(account: string): Promise<string | null>;
  /** @throws KeychainError */
  set(account: string, password: string): Promise<void>;
  /** @returns whether there was one. @throws KeychainError */
  remove(account: string): Promise<boolean>;
  /** Why it cannot be used here and now; null where it answers. */
  trouble(): Promise<KeychainError | null>;
  /** The server has refused what this gave: it is asked for anew next time. */
  doubt(account: string): void;
}

/** The name under which people find our passwords in their keychain. */
export const KEYCHAIN_SERVICE = 'Branchline';

/**
 * A password belongs to an endpoint: under the id of a connection it would go to whichever host that
 * connection is pointed at next.
 */
export function accountOf({ user, host, port, database }: PasswordQuestion): string {
  return `${user}@${host}:${port}/${database}`;
}

/**
 * `absent`: this machine, or this session, has none. `locked`: it is there, and nobody unlocked it.
 * `silent`: it did not answer in time. `failed`: it said something else.
 */
export type KeychainReason = 'absent' | 'locked' | 'silent' | 'failed';

/** Thrown where the keychain could not be asked; its message is for an administrator, and holds no secret. */
export class KeychainError extends Error {
  override readonly name = 'KeychainError';
  readonly reason: KeychainReason;

  constructor(reason: KeychainReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
