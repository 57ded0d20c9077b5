import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { damaged } from './diskErrors.ts';
import { sealedBytes } from './header.ts';

/** What a block holds. */
export const BlockKind = {
  /** About the whole export; the first block. */
  Head: 1,
  Rows: 2,
  Index: 3,
  /** The state of an unfinished export, in a file of its own. */
  Progress: 4,
} as const;
export type BlockKind = (typeof BlockKind)[keyof typeof BlockKind];

/** Where a block belongs. All of it is authenticated, so a block in another place cannot be opened. */
export interface BlockPlace {
  readonly kind: BlockKind;
  /** From 0, over all parts. */
  readonly number: number;
  /** The header of its part, encoded. */
  readonly header: Buffer;
}

/** Length of the sealed bytes, and the kind. */
export const BLOCK_HEADER_BYTES = 5;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Bytes of contents per block, before compression. Larger ones compress no better. */
export const BLOCK_BYTES = 4 * 1024 * 1024;
/** Zstandard may add a little to what it cannot compress. */
export const LARGEST_BLOCK = BLOCK_BYTES + 64 * 1024;

const CIPHER = 'aes-256-gcm';

/** Bound when they are used: a Node before 22.15 has no Zstandard, and must start all the same. */
export function compress(contents: Buffer): Promise<Buffer> {
  return promisify<Buffer, Buffer>(zlib.zstdCompress)(contents);
}

function decompressBounded(sealed: Buffer, options: { maxOutputLength: number }): Promise<Buffer> {
  return promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.zstdDecompress)(sealed, options);
}

/** Encrypts a block. The nonce is random: a key seals far fewer than the 2³² blocks up to which that is safe. */
export function sealBlock(key: Buffer, place: BlockPlace, contents: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(placeBytes(place));
  const sealed = Buffer.concat([cipher.update(contents), cipher.final()]);
  const head = Buffer.alloc(BLOCK_HEADER_BYTES);
  head.writeUInt32BE(NONCE_BYTES + sealed.length + TAG_BYTES, 0);
  head.writeUInt8(place.kind, 4);
  return Buffer.concat([head, nonce, sealed, cipher.getAuthTag()]);
}

/** The length of a block's sealed bytes. @throws UsageError `export_damaged` where it cannot be one of this kind */
export function sealedLength(head: Buffer, kind: BlockKind, file: string, place: string): number {
  const length = head.length < BLOCK_HEADER_BYTES ? 0 : head.readUInt32BE(0);
  if (length < NONCE_BYTES + TAG_BYTES || length > LARGEST_BLOCK || head.readUInt8(4) !== kind)
    throw damaged(file, place);
  return length;
}

/**
 * Decrypts a block.
 *
 * @param sealed its bytes without the header
 * @param file for messages
 * @throws UsageError `export_damaged` where it is not what was written for this place
 */
export function openBlock(key: Buffer, place: BlockPlace, sealed: Buffer, file: string): Buffer {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(placeBytes(place));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const contents = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    return Buffer.concat([contents, decipher.final()]);
  } catch (error) {
    throw damaged(file, `block ${place.number}`, error);
  }
}

/** Decompresses the contents of a block of an export. */
export function decompress(contents: Buffer): Promise<Buffer> {
  return decompressBounded(contents, { maxOutputLength: BLOCK_BYTES });
}

function placeBytes({ kind, number, header }: BlockPlace): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(kind, 0);
  bytes.writeBigUInt64BE(BigInt(number), 1);
  return Buffer.concat([sealedBytes(header), bytes]);
}
