import type { BranchState } from '../../../shared/fleet.ts';
import { compareNames, compareText } from '../../../shared/naming.ts';
import type { BranchToday, LiveView } from '../../../window-api/views.ts';
import { STATES } from '../board/boardFilter.ts';

/** A connection with its state, in the words of head office's board. */
export interface BranchRow extends BranchToday {
  readonly name: string;
  readonly state: BranchState;
}

/** The connections, the worst first; of equally bad ones, the one with the oldest data. */
export function branchRows(
  branches: readonly BranchToday[],
  live: LiveView,
  labelOf: (connection: string) => string,
): readonly BranchRow[] {
  return branches
    .map((one): BranchRow => ({ ...one, name: labelOf(one.connection), state: stateOf(one, live) }))
    .sort(
      (a, b) =>
        STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
        (a.state === 'ok' ? 0 : compareText(a.upTo ?? '', b.upTo ?? '')) ||
        compareNames(a.name, b.name),
    );
}

function stateOf({ connection, late, runs, upTo }: BranchToday, { status, run }: LiveView): BranchState {
  const isOwn = (one: { readonly connection: string }): boolean => one.connection === connection;
  const isRunning = run !== null && runs.some((one) => one.batchId === run.batchId && one.to === null);
  if (status.attention.some((one) => one.failed.some(isOwn))) return 'failed';
  if (isRunning) return 'running';
  if (late) return 'late';
  if (upTo === null) return 'unknown';
  if (status.differing.some(isOwn)) return 'differs';
  const stopped = status.attention.some(
    (one) =>
      !one.resumesAlone && one.failed.length === 0 && one.batch.options.connections.includes(connection),
  );
  if (stopped) return 'interrupted';
  return status.attention.some((one) => one.retrying.some(isOwn)) ? 'attention' : 'ok';
}
