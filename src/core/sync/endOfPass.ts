import { Strategy } from '../../shared/status.ts';
import type { Checkpoint } from '../central/checkpoint.ts';

/** The pass is over: what it saw holds from its mark on. */
export function endOfPass(at: Checkpoint): Checkpoint {
  return { ...at, state: 'done', mark: at.passMark, passMark: null };
}

/**
 * A pass that saw more than one snapshot has missed what changed behind its checkpoint meanwhile: what
 * is newer than its first mark is read once more.
 */
export function toCatchUp(at: Checkpoint): Checkpoint {
  return {
    ...at,
    state: 'running',
    strategy: Strategy.Changes,
    mark: at.passMark,
    passMark: null,
    lastKey: null,
    resumed: false,
  };
}
