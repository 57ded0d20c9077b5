import type { PasswordQuestion } from './passwordFile.ts';

/** The system's password store: Keychain on macOS, Credential Manager on Windows, Secret Service on Linux. */
export interface Keychain {
  /** @returns null if it has none. @throws KeychainError */
  get(account: string): Promise<string | null>;
  /** @throws KeychainError */
  set(account: string, password: string): Promise<void>;
  /** @returns whether there was one. @throws KeychainError */
  remove(account: string): Promise<boolean>;
  /** Why it cannot be used now; null if it answers. */
  trouble(): Promise<KeychainError | null>;
  /** Called when the server refused this password, so that the keychain is asked again next time. */
  doubt(account: string): void;
}

/** The name of our passwords in the person's keychain. */
export const KEYCHAIN_SERVICE = 'Branchline';

/**
 * A password belongs to an endpoint. Stored by connection id, it would be sent to whatever host that
 * connection is changed to.
 */
export function accountOf({ user, host, port, database }: PasswordQuestion): string {
  return `${user}@${host}:${port}/${database}`;
}

/**
 * An endpoint as its password is stored. Behind an SSH server many are called `127.0.0.1:5432`: they are distinguished by
 * that server.
 */
export function storedAs({ host, port, database, user, ssh }: StoredQuestion): PasswordQuestion {
  const known = ssh === undefined ? host : `${host} (ssh ${ssh.host}:${ssh.port})`;
  return { host: known, port, database, user };
}

/** An endpoint whose password is stored. */
export interface StoredQuestion extends PasswordQuestion {
  readonly ssh?: { readonly host: string; readonly port: number } | undefined;
}

/**
 * `absent`: this machine or session has no keychain. `locked`: it exists but nobody unlocked it. `silent`: it
 * did not answer in time. `failed`: any other error.
 */
export type KeychainReason = 'absent' | 'locked' | 'silent' | 'failed';

/** Thrown if the keychain could not be asked. The message is for administrators and contains no secret. */
export class KeychainError extends Error {
  override readonly name = 'KeychainError';
  readonly reason: KeychainReason;

  constructor(reason: KeychainReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
