import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, as nobody guesses; of characters that need no quoting in an address or a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What may be kept of a secret: whoever reads it learns nothing of use. Hexadecimal SHA-256. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The one of `hashes` that is `hash`, in a time that tells nothing about either. */
export function findHash<T extends { readonly hash: string }>(
  hash: string,
  among: Iterable<T>,
): T | undefined {
  const sought = Buffer.from(hash);
  let found: T | undefined;
  for (const one of among) {
    const bytes = Buffer.from(one.hash);
    if (bytes.length === sought.length && timingSafeEqual(bytes, sought)) found = one;
  }
  return found;
}
