import type { EndpointSettings, Settings } from '../../shared/settings.ts';
import { readSmallText } from '../files/smallFile.ts';
import { HIDE_NOTHING, type Hide, hidePassword } from '../postgres/hidePassword.ts';
import { namedSecrets } from '../secrets/namedSecrets.ts';
import { resolvePassword } from '../secrets/password.ts';
import { sshSecret } from '../secrets/sshSecret.ts';
import { storedFor } from '../secrets/stored.ts';
import { resolveEndpointFiles } from '../settings/load.ts';

/**
 * Removes from a text all secrets that the settings lead to: passwords of databases and SSH servers, and what notifications
 * use. A program that runs after a batch is given none of them, but may read the same files.
 */
export async function hideSecretsOf(settings: Settings, folder: string): Promise<Hide> {
  const { central, connections } = settings;
  const endpoints: readonly EndpointSettings[] = [central, ...connections];
  const passwords = await Promise.all(endpoints.map((one) => hidePasswordsOf(one, folder)));
  const others = namedSecrets(settings).map((secret) => hidePassword(secret, '', []));
  return (text) => [...passwords, ...others].reduce((hidden, hide) => hide(hidden), text);
}

async function hidePasswordsOf(asWritten: EndpointSettings, folder: string): Promise<Hide> {
  const endpoint = resolveEndpointFiles(asWritten, folder);
  const { user, database, host, ssh } = endpoint;
  const names = [user, database, host];
  const hideFound = (secret: string | null | undefined): Hide =>
    secret == null ? HIDE_NOTHING : hidePassword(secret, user, names);
  const password = await passwordOf(endpoint, folder);
  const own = ssh === undefined ? null : (await sshSecret(ssh, folder)).secret;
  return (text) => hideFound(own)(hideFound(password)(text));
}

async function passwordOf(endpoint: EndpointSettings, folder: string): Promise<string | undefined> {
  try {
    return resolvePassword(endpoint, folder, process.env, readSmallText, await storedFor(endpoint));
  } catch {
    // There is none that could be used, and so none to hide.
    return undefined;
  }
}
