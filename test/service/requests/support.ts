import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { DatabasePair } from '../../support/databases.ts';
import type { Home } from '../../support/home.ts';
import { answerTo, store } from '../../support/officeRequests.ts';
import { type Watched, type WatchOptions, watchService, withJournal } from '../support.ts';

/** A service that has looked once, so that its records have begun. */
export async function lookingAt(home: Pick<Home, 'folder'>, options: WatchOptions = {}): Promise<Watched> {
  const watched = watchService(home.folder, options);
  const since = (): unknown =>
    watched.service.engine === null
      ? null
      : withJournal(home.folder, (journal) => journal.serviceNote('requests_since'));
  await expect.poll(since, { timeout: 10_000 }).not.toBeNull();
  return watched;
}

/** Lets a service that looks every six seconds look again. */
export function lookAgain({ clock }: Watched): void {
  clock.jump(10_000);
}

/** The answer to a row, once it fits. The branch looks again and again meanwhile. */
export async function saysOf(
  pair: DatabasePair,
  watched: Watched,
  id: string,
  fits: (answer: string) => boolean,
): Promise<string> {
  let answer = '';
  for (let tries = 0; tries < 100 && !fits(answer); tries++) {
    lookAgain(watched);
    await setTimeout(200);
    answer = await answerTo(pair, id);
  }
  if (!fits(answer)) throw new Error(`${answer}: ${watched.errors.join('\n')}`);
  return answer;
}

/** Stores a row, and waits until the branch has answered. */
export async function answerOf(
  pair: DatabasePair,
  watched: Watched,
  row: Parameters<typeof store>[1],
): Promise<string> {
  await store(pair, row);
  return saysOf(pair, watched, row.id, (one) => one !== 'waiting' && one !== '');
}
