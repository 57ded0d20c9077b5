import { type Sender, type ServerError, textOf, type WireMessage } from './proxyFraming.ts';

/**
 * What happens at a message.
 *
 * - `cut`: it does not arrive; both sides are cut.
 * - `cut_after_answer`: it arrives and is answered, but the answer does not arrive; both sides are cut.
 * - `strand`: it does not arrive and the client is cut, but the server does not notice: its side stays
 *   open and silent, as when the client's machine or router lost its power.
 * - `mute`: it does not arrive, nor does anything that the server says after it; both sides stay open.
 * - `freeze`: it and all that follows stays in the proxy, both ways; both sides stay open.
 * - an error: it does not arrive; the client gets this error as if the server had said it, and the server's
 *   side is cut, so that what was under way is undone.
 */
export type Fault = 'cut' | 'cut_after_answer' | 'strand' | 'mute' | 'freeze' | ServerError;

/** Which message springs a trap. */
export interface Pattern {
  readonly from: Sender;
  /** The message's type letter: `P` Parse (a statement), `d` CopyData, `R` authentication request, …; `startup` for the first. */
  readonly type: string;
  /** Found in the message's text. */
  readonly text?: RegExp;
  /** Found in the statements that the same connection sent last, joined by `; `: what the message belongs to. */
  readonly during?: RegExp | ((statements: string) => boolean);
  /** How many such messages pass before. Default: 0. */
  readonly after?: number;
}

/** The faults that wait for their message; each happens once. */
export class Traps {
  readonly #set: { readonly pattern: Pattern; readonly fault: Fault; left: number; spring(): void }[] = [];

  /** @returns resolves when it has happened */
  set(pattern: Pattern, fault: Fault): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#set.push({ pattern, fault, left: pattern.after ?? 0, spring: resolve });
    return promise;
  }

  clear(): void {
    this.#set.length = 0;
  }

  /** @param query what the message's connection has sent last */
  faultAt(message: WireMessage, query: string): Fault | null {
    for (const trap of this.#set) {
      if (!fits(trap.pattern, message, query)) continue;
      if (trap.left-- > 0) continue;
      this.#set.splice(this.#set.indexOf(trap), 1);
      // The fault is done by then: whoever waits for it looks at a world in which it has happened.
      setImmediate(trap.spring);
      return trap.fault;
    }
    return null;
  }
}

function fits(pattern: Pattern, message: WireMessage, query: string): boolean {
  return (
    pattern.from === message.from &&
    pattern.type === message.type &&
    isDuring(pattern, query) &&
    (pattern.text?.test(textOf(message)) ?? true)
  );
}

function isDuring({ during }: Pattern, query: string): boolean {
  if (during === undefined) return true;
  return typeof during === 'function' ? during(query) : during.test(query);
}
