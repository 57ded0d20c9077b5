import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { EndpointSettings } from '../../shared/settings.ts';
import { storedAs } from './keychain.ts';
import { findPassword, type PasswordQuestion } from './passwordFile.ts';
import { NOTHING_STORED, type Stored } from './stored.ts';

type SignIn = Pick<EndpointSettings, 'host' | 'port' | 'database' | 'user' | 'password' | 'passfile' | 'ssh'>;
type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (file: string) => string;

/**
 * The password of an endpoint, from the first of these: the environment variable in the settings, their
 * `passfile`, what a person stored (in the keychain or in {@link ownPasswordFile}), PGPASSFILE, ~/.pgpass.
 * PGPASSWORD is ignored, because it would be sent to every database.
 *
 * @param folder the folder of the settings file, where a relative `passfile` starts
 * @param stored what the keychain has
 * @returns undefined if there is none, which is right for trust, peer and certificate authentication
 * @throws SyncFailure `password_missing` {variable} or {file, reason} if the settings name a source that
 *   cannot be used
 */
export function resolvePassword(
  endpoint: SignIn,
  folder: string,
  env: Environment,
  readFile: ReadFile,
  stored = NOTHING_STORED,
): string | undefined {
  const found = search(endpoint, folder, env, readFile, stored);
  return 'password' in found ? found.password : undefined;
}

/**
 * node-pg's `password` option. Without a password it is a function, which node-pg calls only if the server
 * asks for one, and which then throws the reason. (Given an empty text or nothing, node-pg would use
 * PGPASSWORD or ~/.pgpass by rules of its own.)
 *
 * @throws SyncFailure as {@link resolvePassword}
 */
export function passwordOption(
  endpoint: SignIn,
  folder: string,
  env: Environment,
  readFile: ReadFile,
  stored = NOTHING_STORED,
): string | (() => never) {
  const found = search(endpoint, folder, env, readFile, stored);
  if ('password' in found) return found.password;
  return () => {
    throw found.missing;
  };
}

/** The file with passwords that people stored on a machine without a usable keychain: libpq's format, mode 0600. */
export function ownPasswordFile(folder: string): string {
  return path.join(folder, 'branchline.pgpass');
}

/**
 * libpq's default password file.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export function defaultPasswordFile(env: Environment, platform: NodeJS.Platform, homedir: string): string {
  if (env.PGPASSFILE) return env.PGPASSFILE;
  if (platform !== 'win32') return path.posix.join(env.HOME || homedir, '.pgpass');
  const appData = env.APPDATA || path.win32.join(homedir, 'AppData', 'Roaming');
  return path.win32.join(appData, 'postgresql', 'pgpass.conf');
}

type Found = { readonly password: string } | { readonly missing: SyncFailure };

function search(
  endpoint: SignIn,
  folder: string,
  env: Environment,
  readFile: ReadFile,
  stored: Stored,
): Found {
  if (endpoint.password !== undefined) return { password: fromVariable(endpoint, endpoint.password, env) };
  if (endpoint.passfile !== undefined) {
    return fromFile(endpoint, path.resolve(folder, endpoint.passfile), readFile, 'named');
  }
  if (stored.password !== null) return { password: stored.password };
  const own = fromFile(storedAs(endpoint), ownPasswordFile(folder), readFile, 'default');
  if ('password' in own) return own;
  const usual = fromFile(
    endpoint,
    defaultPasswordFile(env, process.platform, os.homedir()),
    readFile,
    'default',
  );
  if ('password' in usual) return usual;
  // A missing file or line is normal; any other problem with our own file must be reported.
  const { reason } = own.missing.detail.params;
  const found = reason === 'not_found' || reason === 'no_line' ? usual : own;
  return stored.trouble === null ? found : { missing: alsoLocked(found.missing, stored.trouble) };
}

/** A locked keyring may be the whole reason, so it is mentioned too. */
function alsoLocked({ detail }: SyncFailure, trouble: string): SyncFailure {
  return new SyncFailure({
    ...detail,
    message: `the keychain could not be asked (${trouble}), and ${detail.message}`,
  });
}

function fromVariable(endpoint: SignIn, reference: string, env: Environment): string {
  const variable = reference.replace(/^\$\{(.*)\}$/, '$1');
  const password = env[variable];
  if (password) return password;
  throw missing(endpoint, `the environment variable ${variable} is not set`, { variable, reason: 'unset' });
}

/**
 * An unusable file is an error if the settings name it. A default one is skipped as in libpq, because the
 * server may not ask for a password; the reason is kept in case it does.
 */
function fromFile(
  endpoint: PasswordQuestion,
  file: string,
  readFile: ReadFile,
  which: 'named' | 'default',
): Found {
  try {
    refuseUnsafe(file);
    const password = findPassword(readFile(file), endpoint);
    if (password) return { password };
  } catch (error) {
    const { reason, text } = error instanceof Unusable ? error : unreadable(error);
    const failure = missing(endpoint, `the password file "${file}" ${text}`, { file, reason });
    if (which === 'named') throw failure;
    return { missing: failure };
  }
  const { user, host, port, database } = endpoint;
  const text = `the password file "${file}" has no line for ${user}@${host}:${port}/${database}`;
  return { missing: missing(endpoint, text, { file, reason: 'no_line' }) };
}

class Unusable extends Error {
  readonly reason: string;
  readonly text: string;

  constructor(reason: string, text: string) {
    super(text);
    this.reason = reason;
    this.text = text;
  }
}

/** Permission bits that let others read it: we refuse such a file, as libpq does. */
const OTHERS = 0o077;

/** @throws if others can read a file with passwords, or if it is not a plain file */
export function refuseUnsafe(file: string): void {
  const stat = statSync(file);
  if (!stat.isFile()) throw new Unusable('not_a_file', 'is not a plain file');
  // Windows has no such bits; as in libpq, the folder protects the file there.
  if (process.platform !== 'win32' && (stat.mode & OTHERS) !== 0) {
    throw new Unusable('unsafe', 'can be read by others; run chmod 0600 on it');
  }
}

function unreadable(error: unknown): Unusable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return new Unusable('not_found', 'does not exist');
  return new Unusable(
    'unreadable',
    `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  );
}

function missing(
  endpoint: PasswordQuestion,
  message: string,
  facts: Readonly<Record<string, string>>,
): SyncFailure {
  const { host, port, database, user } = endpoint;
  const params = { host, port, database, user, ...facts };
  return new SyncFailure({ code: FailureCode.PasswordMissing, kind: FailureKind.Permanent, message, params });
}
