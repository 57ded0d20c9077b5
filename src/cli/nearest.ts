import { closest, distance } from 'fastest-levenshtein';

/** The candidate that was probably meant: at most half of what was typed is wrong. Null where none is near. */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const found = closest(
    typed.toLowerCase(),
    candidates.map((one) => one.toLowerCase()),
  );
  const index = candidates.findIndex((one) => one.toLowerCase() === found);
  const near = distance(typed.toLowerCase(), found) <= Math.max(typed.length, found.length) / 2;
  return near ? (candidates[index] ?? null) : null;
}
