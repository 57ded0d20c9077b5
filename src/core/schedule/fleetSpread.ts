import { z } from 'zod';
import type { ReadableJournal } from '../journal/journal.ts';

const fleet = z.object({
  connections: z.int().min(0),
  spreadSeconds: z.int().min(0).nullable(),
});

/** What head office knows of all branches, as the latest run has read it. */
export interface Fleet {
  /** Connections that central knows. */
  readonly connections: number;
  /** What head office has set for all branches (`branchline.setup.spread_seconds`); null where it has not. */
  readonly spreadSeconds: number | null;
}

/** Name of the journal's note. */
export const FLEET_NOTE = 'fleet';

/** The fleet as the journal knows it; null before the first run. */
export function knownFleet(journal: Pick<ReadableJournal, 'serviceNote'>): Fleet | null {
  return fleet.safeParse(journal.serviceNote(FLEET_NOTE)).data ?? null;
}

/**
 * Time that a branch takes head office for, at most, in a run with few changes: with two cores at head office, 60 first
 * loads of 1,200 tables took 36 s in all.
 */
const SECONDS_EACH = 1;
/** Maximum spread that follows from the number of connections: an hourly schedule should still run within its hour. */
const LONGEST = 3600;
/** Maximum spread that head office can set. */
const LONGEST_SET = 6 * 3600;

/**
 * The time within which all installations begin a planned run, in seconds. It grows with the number of connections that
 * central knows, so that head office has about as many runs at once however many branches there are.
 *
 * @param configured the schedule's `jitterSeconds`. 0 asks for the exact time, so it stays 0
 */
export function spreadSeconds(configured: number, known: Fleet | null): number {
  if (configured === 0 || known === null) return configured;
  if (known.spreadSeconds !== null) return Math.min(known.spreadSeconds, LONGEST_SET);
  return Math.max(configured, Math.min(known.connections * SECONDS_EACH, LONGEST));
}
