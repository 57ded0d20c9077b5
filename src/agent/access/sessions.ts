import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { agentFiles } from './note.ts';

const DAY_SECONDS = 24 * 3600;

/** For how long a browser stays signed in at most. */
export const SESSION_SECONDS = 30 * DAY_SECONDS;
/** For how long one does that nobody looks at. */
const UNUSED_MS = 7 * DAY_SECONDS * 1000;
/** Uses within it are one: the file is not written with each request. */
const NOTED_MS = DAY_SECONDS * 1000;

/** More browsers than ever look at one branch; the oldest give way. */
const MOST = 100;

const sessionsSchema = z.array(
  z.object({ hash: z.string(), key: z.string(), until: z.number(), used: z.number() }),
);

type Session = z.output<typeof sessionsSchema>[number];

/**
 * What a browser needs to be signed in. Browsers send a cookie to every port of a host, so also to a server that
 * another user of this computer runs there. The key is kept by the page in the storage of its own origin, which has
 * the port in it, and no other page of the browser can read it.
 */
export interface Secrets {
  readonly cookie: string;
  readonly key: string;
}

/**
 * The browsers that are signed in. Hashes of their secrets are kept in the user-data folder, so that an open window
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

  /** Signs a browser in. */
  open(): Secrets {
    const now = this.#clock.now().getTime();
    const [cookie, key] = [newSecret(), newSecret()];
    const until = now + SESSION_SECONDS * 1000;
    const added = { hash: hashOf(cookie), key: hashOf(key), until, used: now };
    this.#known = [...this.#known.filter((one) => isOpen(one, now)), added].slice(-MOST);
    this.#write();
    return { cookie, key };
  }

  /** Whether a cookie is a signed-in browser's. It opens nothing but the files of the window, which are public. */
  hasCookie(cookie: string): boolean {
    return this.#find(cookie) !== undefined;
  }

  /** Whether a cookie and a key are those of one signed-in browser. */
  has({ cookie, key }: Secrets): boolean {
    const found = this.#find(cookie);
    if (found === undefined || findHash(hashOf(key), [{ hash: found.key }]) === undefined) return false;
    const now = this.#clock.now().getTime();
    if (Math.abs(now - found.used) > NOTED_MS) {
      this.#known = this.#known.map((one) => (one === found ? { ...one, used: now } : one));
      this.#write();
    }
    return true;
  }

  #find(cookie: string): Session | undefined {
    const found = findHash(hashOf(cookie), this.#known);
    return found !== undefined && isOpen(found, this.#clock.now().getTime()) ? found : undefined;
  }

  #write(): void {
    try {
      replaceFile(this.#file, `${JSON.stringify(this.#known)}\n`);
    } catch (error) {
      // On a full disk the person has to see the window all the more; it is signed out by a restart then.
      this.#logger.log('warn', 'A sign-in could not be kept', { error: String(error) });
    }
  }
}

function isOpen({ until, used }: Session, now: number): boolean {
  return until > now && used + UNUSED_MS > now;
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
