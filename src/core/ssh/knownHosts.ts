import { createHash } from 'node:crypto';
import { closeSync, constants, fsyncSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { SshSettings } from '../../shared/sshSettings.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { errnoOf } from '../files/folderError.ts';
import { openPlainFile, readSmallText } from '../files/smallFile.ts';

/** Where an SSH server is. */
export type SshPlace = Pick<SshSettings, 'host' | 'port'>;

/**
 * The host keys that were pinned, in the data folder. The format is that of OpenSSH's `known_hosts`, so that
 * `ssh-keygen -l -f` and `ssh -o UserKnownHostsFile=` read it.
 */
export function knownHostsFile(folder: string): string {
  return path.join(folder, 'ssh_known_hosts');
}

/** A host key as it stands in files: `ssh-ed25519 AAAA…`. */
export function keyLine(blob: Buffer): string {
  return `${keyType(blob)} ${blob.toString('base64')}`;
}

/** The type that a public key names first in its bytes. */
export function keyType(blob: Buffer): string {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return blob.subarray(4, 4 + Math.min(length, 100)).toString('latin1');
}

/** `SHA256:…`, as OpenSSH shows a key. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The fingerprint of a key or of a key's line, where it is not one already. */
export function fingerprintOf(keyOrFingerprint: string): string {
  if (keyOrFingerprint.startsWith('SHA256:')) return keyOrFingerprint;
  const [, base64 = ''] = keyOrFingerprint.trim().split(/\s+/);
  return fingerprint(Buffer.from(base64, 'base64'));
}

/**
 * The keys that were pinned for a server, as `type base64`.
 *
 * @throws the system's error where the file is there and cannot be read
 */
export function pinnedKeys(folder: string, place: SshPlace): readonly string[] {
  return readLines(folder)
    .filter((line) => hostOf(line) === hostName(place))
    .map((line) => line.split(/\s+/).slice(1, 3).join(' '));
}

/**
 * Pins the key that a server showed at first use. The line is appended, so that two processes that pin keys at the
 * same time lose neither.
 *
 * @throws the system's error where the file cannot be written: a key that is not pinned must not be trusted
 */
export function pinKey(folder: string, place: SshPlace, blob: Buffer): void {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  const handle = openPlainFile(knownHostsFile(folder), flags, 0o600);
  try {
    writeSync(handle, `${hostName(place)} ${keyLine(blob)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Pins this key in place of those that were pinned for the server before. @throws UsageError `data_folder_unusable` */
export function replacePinnedKey(folder: string, place: SshPlace, blob: Buffer): void {
  const others = readLines(folder).filter((line) => hostOf(line) !== hostName(place));
  replaceFile(knownHostsFile(folder), [...others, `${hostName(place)} ${keyLine(blob)}`, ''].join('\n'));
}

function readLines(folder: string): readonly string[] {
  try {
    return readSmallText(knownHostsFile(folder))
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function hostOf(line: string): string {
  return line.trimStart().split(/\s+/, 1)[0] ?? '';
}

/** As OpenSSH writes it. */
function hostName({ host, port }: SshPlace): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}
