import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { agentFiles } from './note.ts';

/** For how long a browser stays signed in. */
export const SESSION_SECONDS = 30 * 24 * 3600;

/** More browsers than ever look at one branch; the oldest give way. */
const MOST = 100;

const sessionsSchema = z.array(z.object({ hash: z.string(), until: z.number() }));

/**
 * The browsers that are signed in. Hashes of their cookies are kept in the user-data folder, so that an open window
 * goes on when the agent was killed and started again.
 */
export class Sessions {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #known: z.output<typeof sessionsSchema>;

  constructor(folder: string, clock: Clock, logger: Logger) {
    this.#file = agentFiles(folder).sessions;
    this.#clock = clock;
    this.#logger = logger;
    this.#known = readSessions(this.#file);
  }

  /** Signs a browser in. @returns the value of its cookie */
  open(): string {
    const now = this.#clock.now().getTime();
    const cookie = newSecret();
    const added = { hash: hashOf(cookie), until: now + SESSION_SECONDS * 1000 };
    this.#known = [...this.#known.filter(({ until }) => until > now), added].slice(-MOST);
    try {
      replaceFile(this.#file, `${JSON.stringify(this.#known)}\n`);
    } catch (error) {
      // On a full disk the person has to see the window all the more; it is signed out by a restart then.
      this.#logger.log('warn', 'A sign-in could not be kept', { error: String(error) });
    }
    return cookie;
  }

  has(cookie: string): boolean {
    const found = findHash(hashOf(cookie), this.#known);
    return found !== undefined && found.until > this.#clock.now().getTime();
  }
}

/** What cannot be read is nobody's sign-in. */
function readSessions(file: string): z.output<typeof sessionsSchema> {
  try {
    return sessionsSchema.parse(JSON.parse(readSmallText(file)));
  } catch {
    return [];
  }
}

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
