import type { CallName, Calls } from '../../shared/window/calls.ts';

/** Under which an answer is kept. */
export function keyOf<C extends CallName>(call: C, ...args: Parameters<Calls[C]>): readonly unknown[] {
  return [call, ...args];
}
