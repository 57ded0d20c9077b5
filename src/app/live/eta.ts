import type { Journal } from '../../core/journal/journal.ts';
import type { PastRun } from '../../core/journal/tablesPast.ts';
import type { Ports } from '../../core/ports.ts';
import { type EngineEvent, type TableName, tableKey } from '../../shared/contract.ts';
import type { RunView } from '../../window-api/views.ts';
import { enoughRuns, MOST_RUNS, median } from '../historyViews.ts';
import { usableSettings } from '../settingsViews.ts';
import { type Part, RunFold } from './runFold.ts';

/** What a table took before. */
interface Habit {
  readonly seconds: number;
  /** How large it was then; null where nobody knows. */
  readonly estimatedRows: number | null;
}

/** What the tables of a batch usually take at this branch, by `tableKey`. */
type Habits = ReadonlyMap<string, Habit>;

export function habitsOf(runs: readonly PastRun[]): Habits {
  return new Map(
    [...enoughRuns(runs)].map(([key, past]) => {
      const sizes = past.flatMap((run) => run.estimated_rows ?? []);
      const estimatedRows = sizes.length === 0 ? null : median(sizes);
      return [key, { seconds: median(past.map((run) => run.seconds)), estimatedRows }];
    }),
  );
}

/**
 * Seconds until a batch ends. A table that is left takes what it took before, scaled by how much it has grown since:
 * its size and not the rows of its last runs, most of which bring a few changes alone. One without a past takes its
 * rows at the speed of this moment.
 *
 * Connections run side by side, and each gives its tables to so many workers, the largest first: the list scheduling
 * of R. L. Graham, Bounds on multiprocessing timing anomalies (1969).
 *
 * @param parallelTables workers a connection
 * @param rowsPerSecond of all tables together; null where nothing is known
 * @param now monotonic milliseconds
 * @returns null where nothing is known of what is left
 */
export function etaSeconds(
  parts: Iterable<Part>,
  habits: Habits,
  parallelTables: number,
  rowsPerSecond: number | null,
  now: number,
): number | null {
  const left = [...parts].filter((part) => part.state === 'running' || part.state === 'waiting');
  const running = left.filter((part) => part.state === 'running').length;
  const speed = rowsPerSecond === null || running === 0 ? null : rowsPerSecond / running;
  let known = left.length === 0;
  let latest = 0;
  for (const of of Map.groupBy(left, (part) => part.connection).values()) {
    const seconds = of.map((part) => {
      const own = secondsLeft(part, habits.get(tableKey(part.connection, part.table)), speed, now);
      known ||= own !== null;
      return { busy: part.state === 'running', seconds: own ?? 0 };
    });
    latest = Math.max(latest, endOf(seconds, parallelTables));
  }
  return known ? latest : null;
}

function secondsLeft(part: Part, habit: Habit | undefined, speed: number | null, now: number): number | null {
  const { estimatedRows, running, beganAt } = part;
  const byHabit = habit === undefined ? null : habit.seconds * growth(habit.estimatedRows, estimatedRows);
  const passed = beganAt === null ? 0 : (now - beganAt) / 1000;
  // One that takes longer than ever goes by its own speed: something is different today.
  if (byHabit !== null && byHabit > passed) return byHabit - passed;
  if (running !== null) return running.etaSeconds ?? (byHabit === null ? bySpeed(part, speed) : 0);
  return bySpeed(part, speed);
}

function growth(before: number | null, now: number | null): number {
  return before === null || now === null || before <= 0 || now <= 0 ? 1 : now / before;
}

function bySpeed({ estimatedRows, rows }: Part, speed: number | null): number | null {
  if (estimatedRows === null || speed === null || speed <= 0) return null;
  return Math.max(0, estimatedRows - rows) / speed;
}

/** When the last of some workers is done. */
function endOf(
  tables: readonly { readonly busy: boolean; readonly seconds: number }[],
  workers: number,
): number {
  const ends = tables.filter((one) => one.busy).map((one) => one.seconds);
  while (ends.length < workers) ends.push(0);
  const waiting = tables.filter((one) => !one.busy).sort((a, b) => b.seconds - a.seconds);
  for (const { seconds } of waiting) {
    const free = ends.indexOf(Math.min(...ends));
    ends[free] = (ends[free] ?? 0) + seconds;
  }
  return Math.max(...ends);
}

/** A run with what is known of how long it takes. */
export class Run {
  readonly #fold: RunFold;
  readonly #habits: Habits;
  readonly #parallelTables: number;
  readonly #clock: Ports['clock'];

  private constructor(fold: RunFold, habits: Habits, folder: string, clock: Ports['clock']) {
    this.#fold = fold;
    this.#habits = habits;
    this.#parallelTables = usableSettings(folder)?.sync.parallelTables ?? 1;
    this.#clock = clock;
  }

  /** A batch that begins now in this process; with `only`, it goes on with those tables alone. */
  static begin(
    journal: Journal,
    batchId: string,
    only: readonly TableName[] | null,
    folder: string,
    clock: Ports['clock'],
  ): Run {
    const habits = habitsOf(journal.completedRuns(batchId, MOST_RUNS));
    return new Run(RunFold.begin(batchId, journal.tables(batchId), only), habits, folder, clock);
  }

  /** A batch that another process runs. */
  static seen(
    journal: Journal,
    batchId: string,
    folder: string,
    clock: Ports['clock'],
    before: Run | null,
  ): Run {
    const fold = RunFold.seen(batchId, journal.tables(batchId), clock.now(), clock.monotonic());
    const known = before?.batchId === batchId ? before.#habits : null;
    return new Run(fold, known ?? habitsOf(journal.completedRuns(batchId, MOST_RUNS)), folder, clock);
  }

  get batchId(): string {
    return this.#fold.batchId;
  }

  /** @returns the table of the batch that has begun or ended with this event, or null */
  take(event: EngineEvent): Part | null {
    return this.#fold.take(event, this.#clock.monotonic());
  }

  view(): RunView {
    const { parts, rowsPerSecond } = this.#fold;
    const eta = etaSeconds(parts, this.#habits, this.#parallelTables, rowsPerSecond, this.#clock.monotonic());
    return this.#fold.view(eta);
  }
}
