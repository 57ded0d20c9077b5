import { statSync } from 'node:fs';
import path from 'node:path';
import type { ParsedKey, SignInMethod } from 'ssh2';
import { type SshSettings, sshSignIn } from '../../shared/sshSettings.ts';
import { errnoOf } from '../files/folderError.ts';
import { readSmallFile } from '../files/smallFile.ts';
import { sshSecret } from '../secrets/sshSecret.ts';
import { sshAgentMissing, sshKeyUnusable, sshPassphrase, sshPasswordMissing } from './sshFailures.ts';

type ParseKey = (data: Buffer, passphrase?: string) => ParsedKey | readonly ParsedKey[] | Error;

/**
 * How to sign in to an SSH server, as the settings say.
 *
 * @param folder the data folder, where a relative `keyFile` starts
 * @param typed a password or passphrase that is stored nowhere yet
 * @throws SyncFailure `ssh_key_file`, `ssh_passphrase`, `ssh_agent`, `ssh_password_missing`
 */
export async function signInMethods(
  ssh: SshSettings,
  folder: string,
  parseKey: ParseKey,
  typed?: string,
): Promise<readonly SignInMethod[]> {
  const username = ssh.user;
  switch (sshSignIn(ssh)) {
    case 'agent':
      return [{ type: 'agent', username, agent: agentAddress(ssh) }];
    case 'key':
      return [{ type: 'publickey', username, key: await readKey(ssh, folder, parseKey, typed) }];
    case 'password': {
      const password = typed ?? (await storedPassword(ssh, folder));
      return [
        { type: 'password', username, password },
        // PAM asks for the password this way.
        {
          type: 'keyboard-interactive',
          username,
          prompt: (_name, _instructions, _language, prompts, finish) =>
            finish(prompts.map(({ echo }) => (echo ? '' : password))),
        },
      ];
    }
  }
}

async function storedPassword(ssh: SshSettings, folder: string): Promise<string> {
  const found = await sshSecret(ssh, folder);
  if (found.secret !== null) return found.secret;
  throw sshPasswordMissing(ssh, found.why);
}

/** OpenSSH's own agent on Windows listens there; Pageant is found by its window. */
const WINDOWS_AGENT = '\\\\.\\pipe\\openssh-ssh-agent';

function agentAddress(ssh: SshSettings): string {
  const { SSH_AUTH_SOCK } = process.env;
  if (SSH_AUTH_SOCK) return SSH_AUTH_SOCK;
  if (process.platform !== 'win32') throw sshAgentMissing(ssh, 'SSH_AUTH_SOCK is not set');
  return statSync(WINDOWS_AGENT, { throwIfNoEntry: false }) === undefined ? 'pageant' : WINDOWS_AGENT;
}

/** ssh2's words for a key that only a passphrase opens. */
const ENCRYPTED = /no passphrase given/i;
/** Bits by which others than the owner may read it: OpenSSH refuses such a key, and so do we. */
const OTHERS = 0o077;

async function readKey(
  ssh: SshSettings,
  folder: string,
  parseKey: ParseKey,
  typed: string | undefined,
): Promise<ParsedKey> {
  const file = path.resolve(folder, ssh.keyFile ?? '');
  const bytes = readKeyFile(ssh, file);
  const plain = parseKey(bytes);
  if (!(plain instanceof Error)) return privateKey(ssh, file, plain);
  if (!ENCRYPTED.test(plain.message)) throw sshKeyUnusable(ssh, file, 'invalid', plain);
  const found = typed === undefined ? await sshSecret(ssh, folder) : { secret: typed };
  if (found.secret === null)
    throw sshPassphrase(ssh, file, 'variable' in found && found.variable !== undefined ? 'unset' : 'missing');
  const opened = parseKey(bytes, found.secret);
  if (opened instanceof Error) throw sshPassphrase(ssh, file, 'wrong');
  return privateKey(ssh, file, opened);
}

function readKeyFile(ssh: SshSettings, file: string): Buffer {
  try {
    // Windows has no such bits; there, as for password files, the folder protects it.
    const open = process.platform !== 'win32' && (statSync(file).mode & OTHERS) !== 0;
    if (open) throw new Unsafe('others can read it; run chmod 0600 on it');
    return readSmallFile(file);
  } catch (error) {
    const reason =
      error instanceof Unsafe ? 'unsafe' : errnoOf(error) === 'ENOENT' ? 'not_found' : 'unreadable';
    throw sshKeyUnusable(ssh, file, reason, error);
  }
}

class Unsafe extends Error {}

function privateKey(ssh: SshSettings, file: string, parsed: ParsedKey | readonly ParsedKey[]): ParsedKey {
  const keys = 'isPrivateKey' in parsed ? [parsed] : parsed;
  const key = keys.find((one) => one.isPrivateKey());
  if (key !== undefined) return key;
  throw sshKeyUnusable(ssh, file, 'invalid', new Error('it holds a public key, not a private one'));
}
