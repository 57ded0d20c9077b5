import type { Bench } from './setUp.ts';

/** A number that is to be reached. */
export interface Goal {
  readonly what: string;
  readonly reached: number;
  readonly limit: number;
  readonly kind: 'at_least' | 'at_most';
}

/** One line of the result: one piece of work, done one way. */
export interface Line {
  readonly what: string;
  /** Wall time of each run. */
  readonly seconds: readonly number[];
  readonly rows: number;
  /** Row data, as COPY writes it; null where nothing is known. */
  readonly bytes: number | null;
  /** Medians of what else was counted, by name with unit: `cpu s`, `rss MB`. */
  readonly facts: Readonly<Record<string, number>>;
  readonly goals: readonly Goal[];
}

/**
 * A piece of work to be timed. Add one: a file in `measures/` and a line in `measures/index.ts`.
 * What it compares, it runs alternately in one go: a machine's speed changes from minute to minute, so
 * only ratios within a run say anything.
 */
export interface Measure {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  run(bench: Bench): Promise<readonly Line[]>;
}

export function atLeast(what: string, reached: number, limit: number): Goal {
  return { what, reached, limit, kind: 'at_least' };
}

export function atMost(what: string, reached: number, limit: number): Goal {
  return { what, reached, limit, kind: 'at_most' };
}

export function isMet({ kind, reached, limit }: Goal): boolean {
  return kind === 'at_least' ? reached >= limit : reached <= limit;
}
