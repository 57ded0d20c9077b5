import type { TableProgress, TableRef } from '../../shared/contract.ts';
import type { PassCounts } from '../central/checkpoint.ts';

/** Time constant of the smoothing, in seconds: a few chunks on a slow link. */
const MEMORY_SECONDS = 15;

/** Turns committed counts into rates and a remaining time, for people to look at. */
export class Meter {
  readonly #ref: TableRef;
  readonly #estimatedRows: number | null;
  #at: number;
  #rows: number;
  #bytes: number;
  #rowRate: number | null = null;
  #byteRate: number | null = null;

  /**
   * @param from where the attempt starts: rows of earlier attempts say nothing of today's speed
   * @param now monotonic milliseconds
   */
  constructor(ref: TableRef, estimatedRows: number | null, from: PassCounts, now: number) {
    this.#ref = ref;
    this.#estimatedRows = estimatedRows;
    this.#at = now;
    this.#rows = from.processed + from.skipped;
    this.#bytes = from.bytes;
  }

  /** What to show after a committed chunk. */
  read(counts: PassCounts, now: number): TableProgress {
    const seconds = Math.max(0.001, (now - this.#at) / 1000);
    const rows = counts.processed + counts.skipped;
    // Exponential smoothing over uneven intervals: a chunk of a minute weighs more than one of a second.
    const weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
    this.#rowRate = smooth(this.#rowRate, (rows - this.#rows) / seconds, weight);
    this.#byteRate = smooth(this.#byteRate, (counts.bytes - this.#bytes) / seconds, weight);
    this.#at = now;
    this.#rows = rows;
    this.#bytes = counts.bytes;
    const left = this.#estimatedRows === null ? null : Math.max(0, this.#estimatedRows - rows);
    return {
      ...this.#ref,
      processed: counts.processed,
      skipped: counts.skipped,
      deleted: counts.deleted,
      bytes: counts.bytes,
      estimatedRows: this.#estimatedRows,
      rowsPerSecond: this.#rowRate,
      bytesPerSecond: this.#byteRate,
      etaSeconds: left === null || this.#rowRate <= 0 ? null : left / this.#rowRate,
    };
  }
}

function smooth(before: number | null, now: number, weight: number): number {
  return before === null ? now : before + weight * (now - before);
}
