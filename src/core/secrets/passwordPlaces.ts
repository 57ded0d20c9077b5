import os from 'node:os';
import type { EndpointSettings, PasswordPlace, Settings } from '../../shared/settings.ts';
import { readSmallText } from '../files/smallFile.ts';
import { defaultPasswordFile } from './password.ts';
import { findPassword } from './passwordFile.ts';
import { PasswordStore } from './passwordStore.ts';
import { systemKeychain } from './systemKeychain.ts';

/**
 * Where each endpoint's password comes from, by connection id and `central`. The passwords themselves are not
 * returned.
 */
export async function passwordPlaces(
  folder: string,
  { central, connections }: Pick<Settings, 'central' | 'connections'>,
  keychain = systemKeychain(),
): Promise<Readonly<Record<string, PasswordPlace>>> {
  const store = new PasswordStore(folder, keychain);
  const endpoints: readonly (readonly [string, EndpointSettings])[] = [
    ['central', central],
    ...connections.map((one) => [one.id, one] as const),
  ];
  const places = endpoints.map(async ([id, one]) => [id, await passwordPlace(one, store)] as const);
  return Object.fromEntries(await Promise.all(places));
}

/** Where an endpoint's password comes from, in order of precedence. */
export async function passwordPlace(
  endpoint: EndpointSettings,
  store: PasswordStore,
): Promise<PasswordPlace> {
  if (endpoint.password !== undefined) return 'environment';
  if (endpoint.passfile !== undefined) return 'passfile';
  return (await store.where(endpoint)) ?? (inUsualFile(endpoint) ? 'pgpass' : 'none');
}

function inUsualFile(endpoint: EndpointSettings): boolean {
  try {
    const text = readSmallText(defaultPasswordFile(process.env, process.platform, os.homedir()));
    return findPassword(text, endpoint) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Removes passwords from a text for a log: drivers like to quote addresses with the password in them. The
 * search starts at `://`, because matching the name before it would take quadratic time.
 */
export function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/[^:/@\s"]*):[^@/\s"]*@/g, '$1:***@');
}
