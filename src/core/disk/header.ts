import { createHash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { damaged } from './diskErrors.ts';

/** The version of the format that this program writes, and the newest that it reads. docs/disk-format.md describes it. */
const FORMAT = 1;

const MAGIC = Buffer.from('BRANCHLINE-DISK\n', 'latin1');

/** Bytes of the header that are sealed into every block. The rest is their checksum. */
const SEALED_BYTES = 80;
export const PART_HEADER_BYTES = SEALED_BYTES + 32;

/** Cost parameters of scrypt. A header may ask for no more than {@link MOST_COST}, which bounds the memory to 1 GB. */
export interface ScryptCost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MB and about half a second, as OWASP recommends for passwords: a passphrase is guessed where the disk is stolen. */
export const SCRYPT_COST: ScryptCost = { log2N: 17, r: 8, p: 1 };
const MOST_COST: ScryptCost = { log2N: 20, r: 8, p: 4 };
const LEAST_LOG2N = 10;

/** The header that all parts of an export share, except for their number. */
export interface PartHeader {
  /** From 1. */
  readonly part: number;
  /** 16 random bytes that all parts of one export have. */
  readonly fileId: Buffer;
  readonly salt: Buffer;
  readonly cost: ScryptCost;
  /** Tells a wrong passphrase from a damaged file. */
  readonly check: Buffer;
}

/** The key of an export, and the value by which its passphrase is checked. */
export interface DerivedKey {
  readonly key: Buffer;
  readonly check: Buffer;
}

const KEY_BYTES = 32;
const CHECK_BYTES = 16;

/**
 * Derives an export's key from its passphrase.
 *
 * PBKDF2, which ends scrypt, computes the bytes of the key and those of the check independently, so the check says nothing
 * about the key.
 */
export async function deriveKey(passphrase: string, salt: Buffer, cost: ScryptCost): Promise<DerivedKey> {
  const { log2N, r, p } = cost;
  const options = { N: 2 ** log2N, r, p, maxmem: 2 * 128 * 2 ** log2N * r };
  // One keyboard sends ü as one character, another one as two.
  const text = passphrase.normalize('NFC');
  const bytes = await scryptAsync(text, salt, KEY_BYTES + CHECK_BYTES, options);
  return { key: bytes.subarray(0, KEY_BYTES), check: bytes.subarray(KEY_BYTES) };
}

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

export function encodeHeader({ part, fileId, salt, cost, check }: PartHeader): Buffer {
  const bytes = Buffer.alloc(PART_HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt16BE(FORMAT, 16);
  bytes.writeUInt8(cost.log2N, 18);
  bytes.writeUInt8(cost.r, 19);
  bytes.writeUInt8(cost.p, 20);
  bytes.writeUInt32BE(part, 24);
  fileId.copy(bytes, 32);
  salt.copy(bytes, 48);
  check.copy(bytes, 64);
  sha256(bytes.subarray(0, SEALED_BYTES)).copy(bytes, SEALED_BYTES);
  return bytes;
}

/** The bytes of an encoded header that belong to the authenticated data of each block of its part. */
export function sealedBytes(header: Buffer): Buffer {
  return header.subarray(0, SEALED_BYTES);
}

/**
 * Reads the header of a part.
 *
 * @param file for messages
 * @throws UsageError `export_foreign`, `export_newer`, `export_damaged`
 */
export function decodeHeader(bytes: Buffer, file: string): PartHeader {
  if (bytes.length < 18 || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new UsageError(UsageCode.ExportForeign, { file });
  const format = bytes.readUInt16BE(16);
  if (format > FORMAT) throw new UsageError(UsageCode.ExportNewer, { file, format, known: FORMAT });
  const sum = bytes.subarray(SEALED_BYTES, PART_HEADER_BYTES);
  if (format === 0 || bytes.length < PART_HEADER_BYTES || !sha256(sealedBytes(bytes)).equals(sum))
    throw damaged(file, 'header');
  const cost = { log2N: bytes.readUInt8(18), r: bytes.readUInt8(19), p: bytes.readUInt8(20) };
  const isSane = cost.log2N >= LEAST_LOG2N && cost.r >= 1 && cost.p >= 1;
  if (!isSane || cost.log2N > MOST_COST.log2N || cost.r > MOST_COST.r || cost.p > MOST_COST.p)
    throw damaged(file, 'header');
  return {
    part: bytes.readUInt32BE(24),
    fileId: Buffer.from(bytes.subarray(32, 48)),
    salt: Buffer.from(bytes.subarray(48, 64)),
    check: Buffer.from(bytes.subarray(64, 80)),
    cost,
  };
}

/** Where the index of an export begins. It stands at the end of the last part. */
export interface Trailer {
  readonly part: number;
  readonly offset: number;
  /** Number of the index's first block. */
  readonly block: number;
  /** Number of blocks that the index has. */
  readonly blocks: number;
}

const END_MAGIC = Buffer.from('BRANCHLINE-END-\n', 'latin1');
const TRAILER_SUMMED = 48;
export const TRAILER_BYTES = TRAILER_SUMMED + 32;

/** @param header of the last part, encoded */
export function encodeTrailer({ part, offset, block, blocks }: Trailer, header: Buffer): Buffer {
  const bytes = Buffer.alloc(TRAILER_BYTES);
  END_MAGIC.copy(bytes);
  bytes.writeUInt32BE(part, 16);
  bytes.writeUInt32BE(blocks, 20);
  bytes.writeBigUInt64BE(BigInt(offset), 24);
  bytes.writeBigUInt64BE(BigInt(block), 32);
  sha256(sealedBytes(header), bytes.subarray(0, TRAILER_SUMMED)).copy(bytes, TRAILER_SUMMED);
  return bytes;
}

/** @returns null where these bytes are no trailer of this part */
export function decodeTrailer(bytes: Buffer, header: Buffer): Trailer | null {
  if (bytes.length !== TRAILER_BYTES || !bytes.subarray(0, END_MAGIC.length).equals(END_MAGIC)) return null;
  const sum = sha256(sealedBytes(header), bytes.subarray(0, TRAILER_SUMMED));
  if (!sum.equals(bytes.subarray(TRAILER_SUMMED))) return null;
  return {
    part: bytes.readUInt32BE(16),
    blocks: bytes.readUInt32BE(20),
    offset: Number(bytes.readBigUInt64BE(24)),
    block: Number(bytes.readBigUInt64BE(32)),
  };
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
