import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../ports.ts';
import type { RateLimiter } from './pass.ts';

/** How far sending may run ahead of the cap, in milliseconds: too short for others on the link to notice. */
const BURST_MS = 250;

/** A piece is what the cap lets through in this time: a row of many megabytes must not go out at once. */
const PIECE_MS = 100;

/** Smaller pieces would be mostly headers. */
const LEAST_PIECE = 2048;

/** The hours of the day (local time) in which the cap holds. They span midnight if `to` is before `from`. */
export interface Hours {
  /** Minutes after midnight. */
  readonly from: number;
  readonly to: number;
}

/** `08:00-17:30` → minutes after midnight. */
export function parseHours(text: string): Hours {
  const [from = 0, to = 0] = text.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return hours * 60 + minutes;
  });
  return { from, to };
}

/**
 * Caps the speed at which a run sends to central. Works like a virtual link that takes one piece after the other at the
 * capped speed (a leaky bucket as a meter, ITU-T I.371's generic cell rate algorithm).
 *
 * What counts is what goes out on the link: after an SSH tunnel's compression, and everything, also signs of life and
 * statements. Those never wait, but rows then wait for them too. Rows go in pieces, one worker after the other, so that
 * never more than {@link BURST_MS} and one piece run ahead of the cap, and whatever is urgent waits behind no more.
 */
export class Throttle implements RateLimiter {
  readonly #bytesPerMs: number;
  readonly #hours: Hours | null;
  readonly #clock: Clock;
  readonly #sent: () => number;
  /** When the virtual link is free again, in monotonic milliseconds. */
  #free = 0;
  /** Bytes that were sent before {@link #free} was last moved. */
  #charged = 0;
  /** Workers wait for the one before them. */
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param kbps kilobits (1,000 bits) a second; 0 for no cap
   * @param hours when the cap holds; always where null
   * @param sent bytes that all sessions of the run have sent so far, on the wire
   */
  constructor(kbps: number, hours: Hours | null, clock: Clock, sent: () => number) {
    this.#bytesPerMs = kbps / 8;
    this.#hours = hours;
    this.#clock = clock;
    this.#sent = sent;
  }

  get pieceBytes(): number {
    if (!this.#holds()) return Number.POSITIVE_INFINITY;
    return Math.max(LEAST_PIECE, Math.floor(this.#bytesPerMs * PIECE_MS));
  }

  async acquire(signal: AbortSignal): Promise<void> {
    if (this.#bytesPerMs === 0) return;
    if (!this.#holds()) {
      this.#charged = this.#sent();
      return;
    }
    // What the worker before has got leave to send must be on its way before it is counted.
    const turn = this.#turn.then(() => setImmediate()).then(() => this.#wait(signal));
    this.#turn = turn;
    await turn;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    const sent = this.#sent();
    this.#free = Math.max(this.#free, now) + (sent - this.#charged) / this.#bytesPerMs;
    this.#charged = sent;
    const wait = this.#free - now - BURST_MS;
    if (wait > 0) await this.#clock.sleep(wait, signal).catch(() => {});
  }

  #holds(): boolean {
    if (this.#bytesPerMs === 0) return false;
    if (this.#hours === null) return true;
    const { from, to } = this.#hours;
    const now = this.#clock.now();
    const minutes = now.getHours() * 60 + now.getMinutes();
    return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
  }
}
