import { type Horizon, isSameRun, type SeenRun } from './mark.ts';

/** Keeps the runs of a connection's server that were seen, newest last. */
export interface RunMemory {
  recall(): readonly SeenRun[];
  keep(runs: readonly SeenRun[]): void;
}

export const NO_RUNS: RunMemory = { recall: () => [], keep: () => {} };

/** A month of daily starts: marks that are older are compared. */
const MOST_RUNS = 32;

/**
 * A horizon that knows the runs of its server that were seen before, and from now on this one too. Where a run
 * began can be seen for its first minutes only, and of a run that nobody saw nothing is known at all: so whoever
 * looks at a server notes it.
 */
export function withRuns(horizon: Horizon, memory: RunMemory): Horizon {
  // Our role may not see the server's history.
  if (horizon.timeline === '') return horizon;
  const known = memory.recall().filter((one) => one.identity === horizon.identity);
  const { identity, timeline, started, recovered, begun, lsn } = horizon;
  const last = known.at(-1);
  const same = last !== undefined && isSameRun(last, horizon);
  const now = { identity, timeline, started, recovered, begun: same ? last.begun : begun, seen: lsn ?? '0' };
  const runs = [...(same ? known.slice(0, -1) : known), now].slice(-MOST_RUNS);
  if (!same || last.seen !== now.seen) memory.keep(runs);
  return { ...horizon, runs };
}
