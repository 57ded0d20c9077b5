import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { EndpointSettings } from '../../shared/settings.ts';
import { findPassword } from './passwordFile.ts';
import { NOTHING_STORED, type Stored } from './stored.ts';

type SignIn = Pick<EndpointSettings, 'host' | 'port' | 'database' | 'user' | 'password' | 'passfile'>;
type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (file: string) => string;

/**
 * The password of an endpoint: the environment variable that the settings name, else their `passfile`, else what
 * a person has stored (in the keychain, or in {@link ownPasswordFile}), else PGPASSFILE, else ~/.pgpass. PGPASSWORD
 * is not looked at: it would be sent to every database alike.
 *
 * @param folder the folder of the settings file, where a relative `passfile` starts
 * @param stored what the keychain has
 * @returns undefined where there is none, which is right for trust, peer and certificate authentication
 * @throws SyncFailure `password_missing` {variable} or {file, reason} where the settings name a source and
 *   it cannot be used
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
 * node-pg's `password` option. Where there is no password it is a function, which node-pg calls only when
 * the server asks for one, and which then throws why there is none. (Given an empty text or nothing,
 * node-pg would take PGPASSWORD or look into ~/.pgpass by rules of its own.)
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

/** Where passwords are that people stored on a machine whose keychain cannot be used: libpq's format, mode 0600. */
export function ownPasswordFile(folder: string): string {
  return path.join(folder, 'branchline.pgpass');
}

/**
 * Where libpq looks for passwords when nobody says where.
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
  const own = fromFile(endpoint, ownPasswordFile(folder), readFile, 'default');
  if ('password' in own) return own;
  const usual = fromFile(
    endpoint,
    defaultPasswordFile(env, process.platform, os.homedir()),
    readFile,
    'default',
  );
  if ('password' in usual) return usual;
  // That our own file cannot be used is what a person has to know; that it has no line is nothing special.
  const { reason } = own.missing.detail.params;
  const found = reason === 'not_found' || reason === 'no_line' ? usual : own;
  return stored.trouble === null ? found : { missing: alsoLocked(found.missing, stored.trouble) };
}

/** A keyring that nobody unlocked may be the whole reason. */
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
 * A file that cannot be used stops us where the settings name it. A default one is passed over as in
 * libpq, since the server may not ask for a password at all; the reason is kept for when it does.
 */
function fromFile(endpoint: SignIn, file: string, readFile: ReadFile, which: 'named' | 'default'): Found {
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

/** Bits by which others than the owner may read it: libpq refuses such a file, and so do we. */
const OTHERS = 0o077;

function refuseUnsafe(file: string): void {
  const stat = statSync(file);
  if (!stat.isFile()) throw new Unusable('not_a_file', 'is not a plain file');
  // Windows has no such bits; there, as in libpq, the folder protects it.
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

function missing(endpoint: SignIn, message: string, facts: Readonly<Record<string, string>>): SyncFailure {
  const { host, port, database, user } = endpoint;
  const params = { host, port, database, user, ...facts };
  return new SyncFailure({ code: FailureCode.PasswordMissing, kind: FailureKind.Permanent, message, params });
}
