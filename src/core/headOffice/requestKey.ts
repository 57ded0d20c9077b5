import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { createFile } from '../files/atomicFile.ts';
import { readSmallText } from '../files/smallFile.ts';
import { publicPart } from './signedRequest.ts';

/**
 * Makes a key pair and stores the private key, which only its owner may read.
 *
 * @param passphrase null stores the key in the clear
 * @returns the public key, for the branches' settings
 * @throws UsageError `request_key_exists`: an old key may still be needed, so it is never replaced
 */
export function makeRequestKey(file: string, passphrase: string | null): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const format = { type: 'pkcs8', format: 'pem' } as const;
  const pem =
    passphrase === null
      ? privateKey.export(format)
      : privateKey.export({ ...format, cipher: 'aes-256-cbc', passphrase });
  if (!createFile(file, pem.toString())) throw new UsageError(UsageCode.RequestKeyExists, { file });
  return publicPart(privateKey);
}

/**
 * The private key of a file.
 *
 * @param ask for the passphrase, where the key has one; null if the person gave up
 * @returns null if the person gave up
 * @throws UsageError `request_key_unusable`, `request_key_open`, `request_key_locked`
 */
export async function readRequestKey(
  file: string,
  ask: () => Promise<string | null>,
): Promise<KeyObject | null> {
  const pem = readPem(file);
  const isLocked = pem.includes('BEGIN ENCRYPTED PRIVATE KEY');
  const passphrase = isLocked ? await ask() : '';
  if (passphrase === null) return null;
  try {
    const key = createPrivateKey(isLocked ? { key: pem, passphrase } : pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    if (isLocked) throw new UsageError(UsageCode.RequestKeyLocked, { file }, { cause: error });
  }
  throw new UsageError(UsageCode.RequestKeyUnusable, { file, reason: 'Ed25519' });
}

/** Whoever reads it may order all branches about. Windows has no such bits; there the folder's rights hold. */
function readPem(file: string): string {
  try {
    const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
    if (isOpen) throw new UsageError(UsageCode.RequestKeyOpen, { file });
    return readSmallText(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(UsageCode.RequestKeyUnusable, { file, reason }, { cause: error });
  }
}
