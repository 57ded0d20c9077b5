import type { EndpointSettings } from '../../shared/settings.ts';
import { accountOf, type Keychain, KeychainError } from './keychain.ts';
import { systemKeychain } from './systemKeychain.ts';

/** What the keychain has for an endpoint. */
export interface Stored {
  readonly password: string | null;
  /** Why a keychain that is there could not be asked; null where all is well, or where there is none. */
  readonly trouble: string | null;
}

export const NOTHING_STORED: Stored = { password: null, trouble: null };

type Endpoint = Pick<EndpointSettings, 'host' | 'port' | 'database' | 'user' | 'password' | 'passfile'>;

/** Whether the settings themselves say where the password is: then nothing else is asked. */
export function namesPassword(endpoint: Endpoint): boolean {
  return endpoint.password !== undefined || endpoint.passfile !== undefined;
}

/** What the keychain has for an endpoint; it is not asked where the settings name another place. Never throws. */
export async function storedFor(endpoint: Endpoint, keychain: Keychain = systemKeychain()): Promise<Stored> {
  if (namesPassword(endpoint)) return NOTHING_STORED;
  try {
    return { password: await keychain.get(accountOf(endpoint)), trouble: null };
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error;
    return error.reason === 'absent' ? NOTHING_STORED : { password: null, trouble: error.message };
  }
}
