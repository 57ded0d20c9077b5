import type { Answer, CallName, Calls } from './calls.ts';
import type { WindowEvent } from './events.ts';

/** Each call as a function. */
export type BridgeCalls = {
  readonly [C in CallName]: (...args: Parameters<Calls[C]>) => Promise<Answer<C>>;
};

/**
 * The one object through which the window reaches the program behind it: the preload's `window.branchline`, or its
 * like over HTTP.
 */
export type Bridge = BridgeCalls & {
  /**
   * Calls back with each event. `link` tells whether the program behind the window can be reached at all.
   *
   * @returns takes the listeners off again
   */
  readonly listen: (onEvent: (event: WindowEvent) => void, onLink: (up: boolean) => void) => () => void;
};

/** The name of a call's channel between the two processes. */
export function channelOf<C extends CallName>(call: C): `branchline:${C}` {
  return `branchline:${call}`;
}

/** On which events come. */
export const EVENT_CHANNEL = 'branchline:event';
