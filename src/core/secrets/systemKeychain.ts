import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Keychain, KeychainError } from './keychain.ts';
import { askKeychain, type KeychainQuestion } from './keychainProcess.ts';

/** How the keychain is reached. Times are milliseconds. */
export interface KeychainWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** How long a look-up may take: perhaps nobody is there to unlock the keyring. */
  readonly lookUpMs: number;
  /** How long storing may take: a person has just typed the password, and may have to type the keyring's too. */
  readonly storeMs: number;
}

const HERE: KeychainWorld = {
  env: process.env,
  platform: process.platform,
  monotonic: () => performance.now(),
  lookUpMs: 10_000,
  storeMs: 60_000,
};

/**
 * How long a known password is reused, unless the server refuses it. Another program's change is noticed
 * after that.
 */
const KNOWN_MS = 600_000;
/** How long a missing password is remembered, so that one that a person just stored elsewhere is found soon. */
const ABSENT_MS = 15_000;
/** How long a failure is remembered: otherwise each table of a batch could show a prompt to unlock the keyring. */
const TROUBLE_MS = 600_000;

interface Known {
  readonly until: number;
  readonly answer: Promise<string | null>;
}

/**
 * The keychain of this system. Answers are cached for a while, because each request costs a process and a
 * batch opens many connections.
 */
export class SystemKeychain implements Keychain {
  readonly #world: KeychainWorld;
  readonly #known = new Map<string, Known>();

  constructor(world: Partial<KeychainWorld> = {}) {
    this.#world = { ...HERE, ...world };
  }

  get(account: string): Promise<string | null> {
    const known = this.#known.get(account);
    if (known !== undefined && known.until > this.#world.monotonic()) return known.answer;
    const answer = this.#ask({ operation: 'get', account }).then((value) =>
      typeof value === 'string' ? value : null,
    );
    this.#remember(account, answer, this.#world.lookUpMs);
    answer.then(
      (password) => this.#remember(account, answer, password === null ? ABSENT_MS : KNOWN_MS),
      () => this.#remember(account, answer, TROUBLE_MS),
    );
    return answer;
  }

  async set(account: string, password: string): Promise<void> {
    await this.#ask({ operation: 'set', account, password });
    this.#remember(account, Promise.resolve(password), KNOWN_MS);
  }

  async remove(account: string): Promise<boolean> {
    this.#known.delete(account);
    return (await this.#ask({ operation: 'remove', account })) === true;
  }

  async trouble(): Promise<KeychainError | null> {
    try {
      // Any request shows whether it works; nobody has this account.
      await this.#ask({ operation: 'get', account: 'usable?' });
      return null;
    } catch (error) {
      if (error instanceof KeychainError) return error;
      throw error;
    }
  }

  doubt(account: string): void {
    this.#known.delete(account);
  }

  #remember(account: string, answer: Promise<string | null>, ms: number): void {
    this.#known.set(account, { until: this.#world.monotonic() + ms, answer });
  }

  async #ask(question: KeychainQuestion): Promise<string | boolean | null> {
    const { platform, lookUpMs, storeMs } = this.#world;
    const env = platform === 'linux' ? withSessionBus(this.#world.env) : this.#world.env;
    return askKeychain(question, env, question.operation === 'get' ? lookUpMs : storeMs);
  }
}

/**
 * A server without a desktop has no session bus and so no keychain, which is known without asking.
 *
 * @throws KeychainError
 */
function withSessionBus(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.DBUS_SESSION_BUS_ADDRESS) return env;
  const socket = env.XDG_RUNTIME_DIR && path.join(env.XDG_RUNTIME_DIR, 'bus');
  if (socket && existsSync(socket)) return { ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` };
  throw new KeychainError('absent', 'there is no D-Bus session, and so no Secret Service');
}

let shared: SystemKeychain | undefined;

/** Shared by the whole process, so that the next connection finds what was stored through it. */
export function systemKeychain(): Keychain {
  shared ??= new SystemKeychain();
  return shared;
}
