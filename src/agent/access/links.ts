import { readdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFile, replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import { type Clock, systemClock } from '../../core/ports.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { agentFiles, runningAt } from './note.ts';
import { findHash, hashOf, newSecret } from './sessions.ts';

/** A link is to be opened at once; one that was forgotten in a chat or a shell's scrollback is worth nothing. */
const LINK_MS = 60 * 60_000;

/** An address that opens the window once. */
export function linkTo(url: string, token: string): string {
  return `${url}/?token=${token}`;
}

/**
 * Leaves a token for the agent that serves a user-data folder. Nothing has to be asked of the agent: that this
 * process may write there proves that it may open the window.
 *
 * @returns the token; only its hash is in the folder
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

/** The tokens that open the window, each once: the agent's own, and those that other processes left. */
export class Links {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #own = new Map<string, Token>();

  constructor(folder: string, clock: Clock) {
    this.#folder = agentFiles(folder).links;
    this.#clock = clock;
  }

  /** A token of this process: in memory, so that it is there on a full disk too. */
  make(): string {
    const token = newSecret();
    const hash = hashOf(token);
    this.#own.set(hash, { hash, until: this.#clock.now().getTime() + LINK_MS });
    return token;
  }

  /** Whether a token is good. It is spent then. */
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

/** Of two who remove the same file one succeeds: a token opens one window, whatever comes at once. */
function removed(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * A link to the agent that serves a user-data folder in another process.
 *
 * @throws UsageError `agent_not_running`; `data_folder_unusable` and its like
 */
export function newLink(folder: string): string {
  const url = runningAt(folder);
  if (url === null) throw new UsageError(UsageCode.AgentNotRunning, { folder });
  return linkTo(url, leaveToken(folder, systemClock));
}

/**
 * Writes a page, for this user alone, that leads to a link. A browser is given this page's address on its command
 * line, which other people of the machine can read.
 *
 * @returns the page's `file:` address
 * @throws UsageError `data_folder_unusable` and its like
 */
export function writeOpener(folder: string, link: string): string {
  const { opener } = agentFiles(folder);
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${link}"><title>Branchline</title>\n`;
  replaceFile(opener, page);
  return pathToFileURL(opener).href;
}
