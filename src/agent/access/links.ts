import { readdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFile, replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import { type Clock, systemClock } from '../../core/ports.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { agentFiles, runningAt } from './note.ts';
import { findHash, hashOf, newSecret } from './sessions.ts';

/** Links are meant to be opened at once. One left in a chat or a terminal's history must stop working. */
const LINK_MS = 60 * 60_000;

/** The address that opens the window; it works once. */
export function linkTo(url: string, token: string): string {
  return `${url}/?token=${token}`;
}

/**
 * Leaves a token for the agent that serves a user-data folder. The agent is not asked: a process that may
 * write to this folder may also open its window.
 *
 * @returns the token; only its hash is stored in the folder
 * @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only`
 */
export function leaveToken(folder: string, clock: Clock): string {
  const { links } = agentFiles(folder);
  const now = clock.now().getTime();
  for (const { hash, until } of tokensIn(links)) if (until <= now) rmSync(join(links, hash), { force: true });
  const token = newSecret();
  createFile(join(links, hashOf(token)), String(now + LINK_MS));
  return token;
}

/** One-time tokens that open the window: the agent's own, and those that other processes left in the folder. */
export class Links {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #own = new Map<string, Token>();

  constructor(folder: string, clock: Clock) {
    this.#folder = agentFiles(folder).links;
    this.#clock = clock;
  }

  /** Makes a token that is kept in memory only, so that it also works on a full disk. */
  make(): string {
    const token = newSecret();
    const hash = hashOf(token);
    this.#own.set(hash, { hash, until: this.#clock.now().getTime() + LINK_MS });
    return token;
  }

  /** Whether a token is valid. Using it also spends it. */
  spend(token: string): boolean {
    const hash = hashOf(token);
    const found = findHash(hash, [...this.#own.values(), ...tokensIn(this.#folder)]);
    if (found === undefined) return false;
    const first = this.#own.delete(hash) || removed(join(this.#folder, hash));
    return first && found.until > this.#clock.now().getTime();
  }
}

interface Token {
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

function tokensIn(folder: string): readonly Token[] {
  return namesIn(folder).map((hash) => ({ hash, until: untilIn(join(folder, hash)) }));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
  } catch {
    return [];
  }
}

function untilIn(file: string): number {
  try {
    return Number(readSmallText(file)) || 0;
  } catch {
    return 0;
  }
}

/**
 * If two requests remove the same file, only one succeeds: so a token opens one window, even when used twice
 * at once.
 */
function removed(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes a link to the agent that serves a user-data folder in another process.
 *
 * @throws UsageError `agent_not_running`; `data_folder_unusable` and similar
 */
export function newLink(folder: string): string {
  const url = runningAt(folder);
  if (url === null) throw new UsageError(UsageCode.AgentNotRunning, { folder });
  return linkTo(url, leaveToken(folder, systemClock));
}

/**
 * Writes a page that leads to a link; only this user can read it. The browser gets the page's address on its
 * command line, which other users of the machine can see, and not the link itself.
 *
 * @returns the page's `file:` address
 * @throws UsageError `data_folder_unusable` and similar
 */
export function writeOpener(folder: string, link: string): string {
  const { opener } = agentFiles(folder);
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${link}"><title>Branchline</title>\n`;
  replaceFile(opener, page);
  return pathToFileURL(opener).href;
}
