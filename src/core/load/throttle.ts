import type { Clock } from '../ports.ts';
import type { Spender } from './pass.ts';

/** How far sending may run ahead of the cap, in milliseconds: too short for others on the link to notice. */
const BURST_MS = 250;

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
 * Caps the speed at which all workers of a run together send to central. Works like a virtual link that takes one piece
 * after the other at the capped speed (a leaky bucket as a meter, ITU-T I.371's generic cell rate algorithm).
 */
export class Throttle implements Spender {
  readonly #bytesPerMs: number;
  readonly #hours: Hours | null;
  readonly #clock: Clock;
  /** When the virtual link is free again, in monotonic milliseconds. */
  #free = 0;

  /**
   * @param kbps kilobits (1,000 bits) a second; 0 for no cap
   * @param hours when the cap holds; always where null
   */
  constructor(kbps: number, hours: Hours | null, clock: Clock) {
    this.#bytesPerMs = kbps / 8;
    this.#hours = hours;
    this.#clock = clock;
  }

  /** Waits until that many bytes may be sent, or the signal is aborted. */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerMs === 0 || !this.#holds()) return;
    const now = this.#clock.monotonic();
    this.#free = Math.max(this.#free, now) + bytes / this.#bytesPerMs;
    const wait = this.#free - now - BURST_MS;
    if (wait > 0) await this.#clock.sleep(wait, signal).catch(() => {});
  }

  #holds(): boolean {
    if (this.#hours === null) return true;
    const { from, to } = this.#hours;
    const now = this.#clock.now();
    const minutes = now.getHours() * 60 + now.getMinutes();
    return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
  }
}
