import { Strategy } from '../../shared/status.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import { brakeAfter } from './deletes.ts';

/** The pass is over: what it saw holds from its mark on. */
export function endOfPass(at: Checkpoint): Checkpoint {
  return { ...at, ...brakeAfter(at), ...compared(at), state: 'done', mark: at.passMark, passMark: null };
}

/**
 * A pass that looked at every row of both sides in one go has found, and mended, what head office itself had changed
 * before it began. What it changed during the pass is noted anew.
 */
function compared({ strategy, resumed, rewritten }: Checkpoint): Pick<Checkpoint, 'rewritten'> {
  const looked = strategy === Strategy.Full || strategy === Strategy.Compare || strategy === Strategy.Replace;
  return { rewritten: looked && !resumed ? null : rewritten };
}

/**
 * The end of a pass whose deletes were held, once they are done. Its mark is where it should be: the
 * checkpoint asked for a catch-up pass from there, in case that nobody came to do them.
 */
export function endOfDeletes(at: Checkpoint): Checkpoint {
  return { ...at, ...brakeAfter(at), state: 'done', passMark: null };
}

/** A pass whose rows are all there and whose deletes wait: the checkpoint asks for a catch-up pass, that does them. */
export function toDeletes(at: Checkpoint): Checkpoint {
  return { ...toCatchUp(at), ...compared(at) };
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

/**
 * A pass that has sent everything, and central lacks rows all the same: both sides are compared. Its mark is not
 * reached, so whoever goes on later compares, too, or reads again what this pass has read.
 */
export function toCompare(at: Checkpoint): Checkpoint {
  return {
    ...at,
    state: 'running',
    strategy: Strategy.Compare,
    lastKey: null,
    resumed: false,
    direct: false,
    unproven: 0,
  };
}
