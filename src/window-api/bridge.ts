import type { Answer, Args, CallName, WindowEvent } from './windowApi.ts';

/** Each call as a function. */
export type BridgeCalls = {
  readonly [C in CallName]: (...args: Args<C>) => Promise<Answer<C>>;
};

/** Why the program behind the window cannot be reached: it does not answer, or no longer knows this browser. */
export type LinkLoss = 'unreachable' | 'signed_out';

/** A call that did not arrive, or whose answer did not. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost';
  readonly why: LinkLoss;

  constructor(why: LinkLoss, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
  }
}

/**
 * The one object through which the window reaches the program behind it: the preload's `window.branchline`, or its
 * like over HTTP.
 */
export type Bridge = BridgeCalls & {
  /**
   * Calls back with each event. `onLink` tells whether the program behind the window can be reached at all; each
   * time that it can, everything is to be read again, since events of the time between are lost.
   *
   * @returns takes the listeners off again
   */
  readonly listen: (
    onEvent: (event: WindowEvent) => void,
    onLink: (up: boolean, why?: LinkLoss) => void,
  ) => () => void;
};

/** The name of a call's channel between the two processes. */
export function channelOf<C extends CallName>(call: C): `branchline:${C}` {
  return `branchline:${call}`;
}

/** Electron IPC channel of the events. */
export const EVENT_CHANNEL = 'branchline:event';

/** HTTP header with the key that the agent gives a browser when it signs in. */
export const KEY_HEADER = 'x-branchline-key';

/** Stands in the built page where the nonce goes that whoever serves it draws for each load. */
export const NONCE_PLACE = 'branchline-nonce-goes-here';
