import type { ServerRunMemory } from '../port.ts';
import { type Horizon, isSameRun } from './mark.ts';

/** A month of daily restarts. Tables with an older mark are compared. */
const MOST_RUNS = 32;

/**
 * Adds the server's known runs to a horizon, and stores the current run. Where a run began is visible only in its first
 * minutes, so every visit to the server stores it. Without that, nothing is known of a run.
 */
export function withServerRuns(horizon: Horizon, memory: ServerRunMemory): Horizon {
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
