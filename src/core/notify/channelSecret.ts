import path from 'node:path';
import type { NotifyChannel } from '../../shared/notifyNames.ts';
import type { EmailSettings, TelegramSettings, WebhookSettings } from '../../shared/notifySettings.ts';
import { assertNever } from '../../shared/status.ts';
import { readSmallFile, readSmallText } from '../files/smallFile.ts';
import { accountOf, type Keychain, KeychainError } from '../secrets/keychain.ts';
import { ownPasswordFile, refuseUnsafe } from '../secrets/password.ts';
import { findPassword, type PasswordQuestion } from '../secrets/passwordFile.ts';
import { systemKeychain } from '../secrets/systemKeychain.ts';
import { type Delivery, DeliveryError } from './message.ts';

/** Under what the secret of a channel is stored. No PostgreSQL host is called so. */
export function channelAccount(
  channel: NotifyChannel,
  settings: {
    readonly webhook: WebhookSettings | null;
    readonly email: EmailSettings | null;
    readonly telegram: TelegramSettings | null;
  },
): PasswordQuestion | null {
  const { webhook, email, telegram } = settings;
  if (channel === 'email')
    return email?.user === undefined
      ? null
      : { host: `smtp://${email.host}`, port: email.port, user: email.user, database: 'password' };
  if (channel === 'telegram') {
    if (telegram === null) return null;
    return { ...serverOf('telegram', telegram.apiUrl), user: 'bot', database: 'token' };
  }
  // Not by the path, which is a secret itself.
  return webhook === null
    ? null
    : { ...serverOf('webhook', webhook.url), user: 'webhook', database: 'secret' };
}

function serverOf(kind: string, url: string): Pick<PasswordQuestion, 'host' | 'port'> {
  const { protocol, hostname, port } = new URL(url);
  const usual = protocol === 'https:' ? 443 : 80;
  return { host: `${kind}://${hostname}`, port: port === '' ? usual : Number(port) };
}

/**
 * The value of `${NAME}`.
 *
 * @throws DeliveryError `secret_missing` if the variable is not set
 */
export function variable(reference: string, env: Delivery['env']): string {
  const name = reference.replace(/^\$\{(.*)\}$/, '$1');
  const value = env[name];
  if (value) return value;
  throw new DeliveryError('secret_missing', name);
}

/**
 * What a person has stored for a channel, in the keychain or in the folder's own password file. Lines with wildcards are
 * ignored: they are about databases.
 */
export async function storedSecret(
  account: PasswordQuestion,
  folder: string,
  keychain: Keychain = systemKeychain(),
): Promise<string | null> {
  try {
    const stored = await keychain.get(accountOf(account));
    if (stored !== null) return stored;
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error;
  }
  const file = ownPasswordFile(folder);
  try {
    refuseUnsafe(file);
    const own = readSmallText(file)
      .split('\n')
      .filter((line) => /^(smtp|webhook|telegram)\\:/.test(line));
    return findPassword(own.join('\n'), account) ?? null;
  } catch {
    // No file, or one that cannot be used: nothing is stored there.
    return null;
  }
}

/** What a person has typed for a test, else what is stored; null if there is neither. */
export async function secretToUse(
  account: PasswordQuestion | null,
  { folder, typedSecret }: Pick<Delivery, 'folder' | 'typedSecret'>,
): Promise<string | null> {
  return typedSecret ?? (account === null ? null : storedSecret(account, folder));
}

/**
 * The password of a mail account: from the variable or the `passfile` that the settings name, else what a person has
 * stored.
 *
 * @throws DeliveryError `secret_missing`
 */
export async function emailPassword(email: EmailSettings, user: string, host: Delivery): Promise<string> {
  if (email.password !== undefined) return variable(email.password, host.env);
  if (email.passfile !== undefined) {
    const question = { host: email.host, port: email.port, database: 'smtp', user };
    const found = inPassfile(path.resolve(host.folder, email.passfile), question);
    if (found !== undefined) return found;
    throw new DeliveryError('secret_missing', email.passfile);
  }
  const account = channelAccount('email', { email, webhook: null, telegram: null });
  const stored = await secretToUse(account, host);
  if (stored === null) throw new DeliveryError('secret_missing', user);
  return stored;
}

function inPassfile(file: string, question: PasswordQuestion): string | undefined {
  try {
    refuseUnsafe(file);
    return findPassword(readSmallText(file), question);
  } catch {
    return undefined;
  }
}

/**
 * The CA certificates of a channel; undefined for those that Node trusts.
 *
 * @throws DeliveryError `ca_file`
 */
export function caOf(caFile: string | undefined, folder: string): Buffer | undefined {
  if (caFile === undefined) return undefined;
  try {
    return readSmallFile(path.resolve(folder, caFile));
  } catch {
    throw new DeliveryError('ca_file', caFile);
  }
}

/** Where the settings say that a channel's secret is; undefined if it is one that can be stored. */
export function namedSecret(
  channel: NotifyChannel,
  { email, webhook, telegram }: Parameters<typeof channelAccount>[1],
): string | undefined {
  switch (channel) {
    case 'email':
      return email?.password ?? email?.passfile;
    case 'webhook':
      return webhook?.secret;
    case 'telegram':
      return telegram?.token;
    default:
      return assertNever(channel);
  }
}
