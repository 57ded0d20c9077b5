import type { LinkView } from '../../window-api/views.ts';

/** Length of a step, and how many of them are shown: three minutes. */
const STEP_MS = 5000;
const STEPS = 36;

/** How fast a run has sent to head office in the last minutes, from its total whenever somebody looks. */
export class LinkRate {
  readonly batchId: string;
  /** Bytes in each step, the current one last. */
  readonly #steps: number[] = [];
  #sent: number;
  #at: number;

  /**
   * @param sent bytes that the batch has sent so far
   * @param now monotonic milliseconds
   */
  constructor(batchId: string, sent: number, now: number) {
    this.batchId = batchId;
    this.#sent = sent;
    this.#at = now;
    this.#steps.push(0);
  }

  /** Bytes that were sent while nobody looked are spread evenly over that time. */
  look(sent: number, now: number): LinkView {
    const passed = now - this.#at;
    const bytes = Math.max(0, sent - this.#sent);
    let at = this.#at;
    while (at < now) {
      const border = (Math.floor(at / STEP_MS) + 1) * STEP_MS;
      const until = Math.min(border, now);
      this.#steps[this.#steps.length - 1] = (this.#steps.at(-1) ?? 0) + (bytes * (until - at)) / passed;
      if (until === border) this.#steps.push(0);
      at = until;
    }
    this.#steps.splice(0, this.#steps.length - STEPS - 1);
    this.#sent = sent;
    this.#at = now;
    return {
      sentBytes: sent,
      // Only whole steps: the current one would seem slower than it is.
      perSecond: this.#steps.slice(0, -1).map((step) => Math.round(step / (STEP_MS / 1000))),
      stepSeconds: STEP_MS / 1000,
    };
  }
}
