/** How many batches are asked for at a time. */
export const PAGE_SIZE = 100;

/**
 * The pages that hold these rows, by number.
 *
 * @param last included
 */
export function pagesOf(first: number, last: number, total: number): readonly number[] {
  if (total === 0) return [];
  const from = Math.floor(Math.max(0, first) / PAGE_SIZE);
  const to = Math.floor(Math.min(total - 1, Math.max(first, last)) / PAGE_SIZE);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** The longest of some durations in seconds; never 0, since others are divided by it. */
export function longestOf(seconds: readonly (number | null | undefined)[]): number {
  return seconds.reduce<number>((longest, one) => Math.max(longest, one ?? 0), 0.001);
}
