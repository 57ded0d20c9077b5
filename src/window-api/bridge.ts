import type { Answer, Args, CallName, WindowEvent } from './windowApi.ts';

/** Each call as a function. */
export type BridgeCalls = {
  readonly [C in CallName]: (...args: Args<C>) => Promise<Answer<C>>;
};

/** Why the program behind the window cannot be reached: no answer, or this browser is no longer signed in. */
export type LinkLoss = 'unreachable' | 'signed_out';

/** A call, or its answer, was lost. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost';
  readonly why: LinkLoss;

  constructor(why: LinkLoss, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
  }
}

/**
 * The one object through which the window reaches the program: the preload's `window.branchline`, or its
 * equivalent over HTTP.
 */
export type Bridge = BridgeCalls & {
  /**
   * Subscribes to events. `onLink` reports whether the program can be reached; whenever the link is back,
   * everything must be read again, because events in between are lost.
   *
   * @returns unsubscribes
   */
  readonly listen: (
    onEvent: (event: WindowEvent) => void,
    onLink: (up: boolean, why?: LinkLoss) => void,
  ) => () => void;
};

/** The IPC channel of a call. */
export function channelOf<C extends CallName>(call: C): `branchline:${C}` {
  return `branchline:${call}`;
}

/** Electron IPC channel of the events. */
export const EVENT_CHANNEL = 'branchline:event';

/** HTTP header with the key that the agent gives a browser when it signs in. */
export const KEY_HEADER = 'x-branchline-key';

/** Placeholder in the built page for the nonce, which the server replaces at each load. */
export const NONCE_PLACE = 'branchline-nonce-goes-here';

/** The built pages: a branch's window, and head office's. */
export const WINDOW_PAGES = ['index.html', 'headOffice.html'] as const;
export type WindowPage = (typeof WINDOW_PAGES)[number];
