import type { CallName, Calls } from '../../window-api/calls.ts';

/** Under which an answer is kept. */
export function keyOf<C extends CallName>(call: C, ...args: Parameters<Calls[C]>): readonly unknown[] {
  return [call, ...args];
}
