import { type SshSettings, sshSignIn } from '../../shared/sshSettings.ts';
import { readSmallText } from '../files/smallFile.ts';
import { accountOf, type Keychain, KeychainError } from './keychain.ts';
import { ownPasswordFile } from './password.ts';
import { findPassword, type PasswordQuestion } from './passwordFile.ts';
import { systemKeychain } from './systemKeychain.ts';

/** Marks accounts of SSH servers: no PostgreSQL host is called so. */
const SCHEME = 'ssh://';

/**
 * Under what the secret of an SSH server is kept. A passphrase and a password are two: a passphrase must never be
 * sent to a server because somebody has taken the key's file out of the settings.
 */
export function sshAccount(ssh: Pick<SshSettings, 'host' | 'port' | 'user' | 'keyFile'>): PasswordQuestion {
  const { host, port, user, keyFile } = ssh;
  return {
    host: `${SCHEME}${host}`,
    port,
    user,
    database: keyFile === undefined ? 'password' : 'passphrase',
  };
}

/** A secret of an SSH server, or why there is none. */
export type SshSecret =
  | { readonly secret: string }
  | { readonly secret: null; readonly why: string; readonly variable?: string };

/**
 * The password of an SSH server or the passphrase of its key: from the environment variable that the settings name,
 * else what a person has stored. libpq's password files are for databases; a line with wildcards must not send a
 * database's password elsewhere.
 *
 * @param folder the data folder
 */
export async function sshSecret(
  ssh: SshSettings,
  folder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  keychain: Keychain = systemKeychain(),
): Promise<SshSecret> {
  const reference = sshSignIn(ssh) === 'key' ? ssh.passphrase : ssh.password;
  if (reference !== undefined) {
    const variable = reference.replace(/^\$\{(.*)\}$/, '$1');
    const secret = env[variable];
    if (secret) return { secret };
    return { secret: null, why: `the environment variable ${variable} is not set`, variable };
  }
  const account = sshAccount(ssh);
  let trouble = '';
  try {
    const stored = await keychain.get(accountOf(account));
    if (stored !== null) return { secret: stored };
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error;
    if (error.reason !== 'absent') trouble = ` (the keychain could not be asked: ${error.message})`;
  }
  const secret = inOwnFile(folder, account);
  return secret === undefined ? { secret: null, why: `none is stored${trouble}` } : { secret };
}

/** The server has refused it: the keychain is asked anew next time. */
export function doubtSshSecret(ssh: SshSettings): void {
  systemKeychain().doubt(accountOf(sshAccount(ssh)));
}

function inOwnFile(folder: string, account: PasswordQuestion): string | undefined {
  try {
    const lines = readSmallText(ownPasswordFile(folder)).split('\n');
    const own = lines.filter((line) => line.startsWith(SCHEME.replace(':', '\\:')));
    return findPassword(own.join('\n'), account);
  } catch {
    // No file, or one that cannot be read: nothing is stored there.
    return undefined;
  }
}
