import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { simulateDay } from '../../src/demo/erp/simulateDay.ts';
import { seeded } from '../faults/support/random.ts';
import type { TestDatabase } from '../support/databases.ts';
import { type RowChange, randomChange } from './changes.ts';

/** Rows changed by transactions whose COMMIT was answered. */
export interface WriterCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly keysChanged: number;
  readonly transactions: number;
  /** Held open for a while before their end. */
  readonly heldOpen: number;
  readonly rolledBack: number;
  /** Ended by the server: killed in the middle, or a key that was there already. */
  readonly failed: number;
}

/** Changes the source all the time, whatever happens to its server. */
export interface Writer {
  readonly counts: WriterCounts;
  /** Resolves when the last transaction has ended. */
  stop(): Promise<void>;
}

/** The first ones are quick; the last one keeps its transactions open. */
const SESSIONS = 3;
const LONGEST_HOLD_MS = 4000;
const LONGEST_PAUSE_MS = 400;
const LAZY_SPELL_MS = 8000;

/** Starts to write; what the sessions draw follows from the seed, how they fall among each other does not. */
export function startWriter(database: TestDatabase, seed: number): Writer {
  const counts: Tally = {
    inserted: 0,
    updated: 0,
    deleted: 0,
    keysChanged: 0,
    transactions: 0,
    heldOpen: 0,
    rolledBack: 0,
    failed: 0,
  };
  const stop = new AbortController();
  const sessions = Array.from({ length: SESSIONS }, (_, index) =>
    write(database, {
      random: seeded(seed * 31 + index),
      holds: index === SESSIONS - 1,
      counts,
      stop: stop.signal,
    }),
  );
  return {
    counts,
    stop: async () => {
      stop.abort();
      await Promise.all(sessions);
    },
  };
}

type Tally = { -readonly [Name in keyof WriterCounts]: WriterCounts[Name] };

interface WritingSession {
  readonly random: () => number;
  readonly holds: boolean;
  readonly counts: Tally;
  readonly stop: AbortSignal;
}

async function write(database: TestDatabase, session: WritingSession): Promise<void> {
  const { counts, random, stop } = session;
  let client: pg.Client | null = null;
  while (!stop.aborted) {
    try {
      client ??= await database.connectAdmin();
      await transaction(client, session);
    } catch {
      counts.failed++;
      const broken = client;
      client = null;
      await broken?.end().catch(() => undefined);
    }
    await sleep(random() * LONGEST_PAUSE_MS);
  }
  await client?.end().catch(() => undefined);
}

async function transaction(client: pg.Client, session: WritingSession): Promise<void> {
  const { counts, random, holds, stop } = session;
  const execute = async (sql: string): Promise<void> => void (await client.query(sql));
  if (random() < 0.02) {
    for (const { inserted, updated, deleted } of await simulateDay(execute)) {
      add(counts, { inserted, updated, deleted, keysChanged: 0 });
    }
    counts.transactions++;
    return;
  }
  await execute("BEGIN; SET LOCAL search_path = adempiere; SET LOCAL lock_timeout = '5s'");
  if (isLazySpell()) await execute('SET LOCAL synchronous_commit = off');
  const changes: RowChange[] = [];
  for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
    // Rows of a subtransaction carry its own number, and a horizon has to count that too.
    const undone = random() < 0.2;
    await execute('SAVEPOINT step');
    const change = await randomChange(client, random);
    if (undone) await execute('ROLLBACK TO step');
    else changes.push(change);
  }
  if (holds) {
    counts.heldOpen++;
    await sleep(random() * LONGEST_HOLD_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  if (random() < 0.15) {
    await execute('ROLLBACK');
    counts.rolledBack++;
    return;
  }
  await execute('COMMIT');
  counts.transactions++;
  for (const change of changes) add(counts, change);
}

/**
 * A branch's own programs may commit without waiting for the disk: what they wrote is seen, synced, and then lost
 * with the server. All sessions at a time, since one that waits brings what the others wrote there as well.
 */
function isLazySpell(): boolean {
  return Math.floor(performance.now() / LAZY_SPELL_MS) % 2 === 1;
}

function add(counts: Tally, change: RowChange): void {
  counts.inserted += change.inserted;
  counts.updated += change.updated;
  counts.deleted += change.deleted;
  counts.keysChanged += change.keysChanged;
}
