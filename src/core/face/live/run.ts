import type { EngineEvent, TableName } from '../../../shared/contract.ts';
import type { RunView } from '../../../shared/window/views.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Ports } from '../../ports.ts';
import { MOST_RUNS } from '../history.ts';
import { usableSettings } from '../settings.ts';
import { etaSeconds, type Habits, habitsOf } from './eta.ts';
import { type Part, RunFold } from './runFold.ts';

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
