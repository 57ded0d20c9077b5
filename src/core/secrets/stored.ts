import type { EndpointSettings } from '../../shared/settings.ts';
import { accountOf, type Keychain, KeychainError, storedAs } from './keychain.ts';
import { systemKeychain } from './systemKeychain.ts';

/** What the keychain has for an endpoint. */
export interface Stored {
  readonly password: string | null;
  /** Why an existing keychain could not be asked; null if all is well or there is none. */
  readonly trouble: string | null;
}

export const NOTHING_STORED: Stored = { password: null, trouble: null };

type Endpoint = Pick<
  EndpointSettings,
  'host' | 'port' | 'database' | 'user' | 'password' | 'passfile' | 'ssh'
>;

/** Whether the settings themselves name the password's source: then nothing else is used. */
export function namesPassword(endpoint: Endpoint): boolean {
  return endpoint.password !== undefined || endpoint.passfile !== undefined;
}

/** What the keychain has for an endpoint. Not asked if the settings name another source. Never throws. */
export async function storedFor(endpoint: Endpoint, keychain: Keychain = systemKeychain()): Promise<Stored> {
  if (namesPassword(endpoint)) return NOTHING_STORED;
  try {
    return { password: await keychain.get(accountOf(storedAs(endpoint))), trouble: null };
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error;
    return error.reason === 'absent' ? NOTHING_STORED : { password: null, trouble: error.message };
  }
}
