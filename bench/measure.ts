import type { Bench } from './setUp.ts';

/** A number to reach. */
export interface Goal {
  readonly what: string;
  readonly reached: number;
  readonly limit: number;
  readonly kind: 'at_least' | 'at_most';
}

/** One line of the result: one task, done in one way. */
export interface Line {
  readonly what: string;
  /** Wall time of each run. */
  readonly seconds: readonly number[];
  readonly rows: number;
  /** Row data as COPY writes it; null if unknown. */
  readonly bytes: number | null;
  /** Medians of other measured numbers, by name with unit: `cpu s`, `rss MB`. */
  readonly facts: Readonly<Record<string, number>>;
  readonly goals: readonly Goal[];
}

/**
 * A task to be timed. To add one: a file in `measures/` and a line in `measures/index.ts`. Run the things to
 * compare alternately within one measure: a machine's speed changes from minute to minute, so only ratios
 * within a run are meaningful.
 */
export interface Measure {
  /** Name for `--only`. */
  readonly name: string;
  /** Another name for `--only`, which several measures share. */
  readonly group?: string;
  /** Whether it starts what it needs itself, so that the bench's own servers need no preparation. */
  readonly standalone?: true;
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
