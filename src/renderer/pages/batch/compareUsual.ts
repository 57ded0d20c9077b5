import type { Usual } from '../../../shared/window/views.ts';

/** How a duration compares with what the table usually takes. */
export interface Compared {
  readonly kind: 'as' | 'longer' | 'shorter';
  /** How many times as long; 1 is as usual. */
  readonly factor: number;
  /** How many times as many rows, where that is why it took longer; else null. */
  readonly moreRows: number | null;
}

/** From how many times as long it is worth saying. Runs differ by half without a reason. */
const NOTABLE = 1.5;

/** Seconds that nobody notices, however many times as long they are. */
const NOTICED_SECONDS = 2;

/**
 * Compares what a table took with its usual.
 *
 * @param rows that were written or found the same
 * @returns null where nothing is usual yet
 */
export function compareWithUsual(seconds: number, rows: number, usual: Usual | undefined): Compared | null {
  if (usual === undefined) return null;
  const factor = seconds / Math.max(usual.seconds, 0.001);
  const isNotable = Math.abs(seconds - usual.seconds) >= NOTICED_SECONDS;
  if (isNotable && factor >= NOTABLE) {
    const more = rows / Math.max(1, usual.rows);
    return { kind: 'longer', factor, moreRows: more >= NOTABLE ? more : null };
  }
  if (isNotable && factor <= 1 / NOTABLE) return { kind: 'shorter', factor, moreRows: null };
  return { kind: 'as', factor, moreRows: null };
}

/** A factor as people say it: `2`, `1.5`, `12`. */
export function roundFactor(factor: number): number {
  return factor < 9.5 ? Math.round(factor * 2) / 2 : Math.round(factor);
}
