import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { agentFiles } from './note.ts';

const DAY_SECONDS = 24 * 3600;

/** How long a browser stays signed in at most. */
export const SESSION_SECONDS = 30 * DAY_SECONDS;
/** How long a browser that is not used stays signed in. */
const UNUSED_MS = 7 * DAY_SECONDS * 1000;
/** The last use is written at most this often, so that not every request writes the file. */
const NOTED_MS = DAY_SECONDS * 1000;

/** More browsers than anyone uses for one branch. Above it, the oldest are signed out. */
const MOST = 100;

const sessionsSchema = z.array(
  z.object({ hash: z.string(), key: z.string(), until: z.number(), used: z.number() }),
);

type Session = z.output<typeof sessionsSchema>[number];

/**
 * The secrets that sign a browser in. Browsers send a cookie to every port of a host, so another user's
 * server on this computer can receive it. The key is safe from that: the page keeps it in the storage of its
 * own origin, which includes the port, and no other page can read it.
 */
export interface Secrets {
  readonly cookie: string;
  readonly key: string;
}

/**
 * The signed-in browsers. Hashes of their secrets are stored in the user-data folder, so an open window
 * continues after the agent was killed and started again.
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

  /**
   * Whether a cookie belongs to a signed-in browser. The cookie alone opens only the window's files, which
   * are public.
   */
  hasCookie(cookie: string): boolean {
    return this.#find(cookie) !== undefined;
  }

  /** Whether the cookie and the key belong to the same signed-in browser. */
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
      // On a full disk the person needs the window most. The sign-in then only lasts until the agent
      // restarts.
      this.#logger.log('warn', 'A sign-in could not be kept', { error: String(error) });
    }
  }
}

function isOpen({ until, used }: Session, now: number): boolean {
  return until > now && used + UNUSED_MS > now;
}

/** A file that cannot be read counts as no sign-ins. */
function readSessions(file: string): z.output<typeof sessionsSchema> {
  try {
    return sessionsSchema.parse(JSON.parse(readSmallText(file)));
  } catch {
    return [];
  }
}

/** A random secret of 256 bits, in characters that need no quoting in an address or a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Hexadecimal SHA-256 of a secret. Safe to store: the secret cannot be found from it. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Finds the entry with this hash in constant time, so that timing reveals nothing about the hashes. */
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
