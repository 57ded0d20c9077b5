import { textOf, type WireMessage } from './proxyFraming.ts';
import type { LinkObserver } from './proxyLink.ts';

/**
 * Counts round trips through a proxy: how often a client sends something after the server has spoken. Those of signing
 * in, which ends with the session's own settings, are left out. What ends a session waits for no answer.
 */
export class RoundTrips {
  count = 0;
  /** Sessions that have signed in. */
  sessions = 0;
  /** First statement of each, to say which they were. */
  readonly first: string[] = [];

  /** First statement of each that had to wait: rows that go out while answers come in have waited for none. */
  get waits(): readonly string[] {
    return this.first.filter((one) => one !== 'd');
  }

  readonly observe = (): LinkObserver => {
    let signedIn = false;
    let answered = true;
    this.sessions++;
    return {
      passed: (message: WireMessage): void => {
        if (message.from === 'server') {
          answered = true;
          return;
        }
        if (message.type === 'X' || !answered) return;
        answered = false;
        if (signedIn) {
          this.count++;
          this.first.push(message.type === 'P' ? textOf(message).slice(0, 80) : message.type);
        }
        if (message.type === 'P' && textOf(message).includes('set_config')) signedIn = true;
      },
      ended: (): void => {},
    };
  };

  reset(): void {
    this.count = 0;
    this.sessions = 0;
    this.first.length = 0;
  }
}
