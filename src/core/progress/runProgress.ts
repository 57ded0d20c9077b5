import { type EngineEvent, type RunView, type TableName, tableKey } from '../../shared/contract.ts';
import type { ExportTable } from '../../shared/exportRecord.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import type { PastRun } from '../journal/tablesPast.ts';
import type { Clock } from '../ports.ts';
import { type Part, RunFold, type TimeLeft } from './runFold.ts';

/** The usual duration of a table. */
interface UsualRun {
  readonly seconds: number;
  /** Its usual size; null if unknown. */
  readonly estimatedRows: number | null;
}

/** Usual runs of a batch's tables at this branch, by `tableKey`. */
type UsualRuns = ReadonlyMap<string, UsualRun>;

export function usualRunsOf(runs: readonly PastRun[]): UsualRuns {
  return new Map(
    [...enoughRuns(runs)].map(([key, past]) => {
      const sizes = past.flatMap((run) => run.estimated_rows ?? []);
      const estimatedRows = sizes.length === 0 ? null : median(sizes);
      return [key, { seconds: median(past.map((run) => run.seconds)), estimatedRows }];
    }),
  );
}

/** What is known of the speed at which this branch is copied. */
interface Pace {
  readonly usualRuns: UsualRuns;
  /** Workers per connection. */
  readonly parallelTables: number;
  /** Rows per second of one worker in past runs, for as long as the present speed is unknown; null if there are none. */
  readonly usualSpeed: number | null;
}

export function paceOf(runs: readonly PastRun[], parallelTables: number): Pace {
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  const usualSpeed = seconds > 0 && rows > 0 ? rows / seconds : null;
  return { usualRuns: usualRunsOf(runs), parallelTables, usualSpeed };
}

/**
 * Seconds until a batch ends. A table that is left takes its usual time, scaled by how much it has grown since. Growth is
 * by size, not by the rows of its last runs, most of which only copy a few changes. A table without a past takes its rows
 * at the present speed, or at the speed of past runs until there is one. If one of them cannot be told, the total cannot:
 * it would be less than what that table still takes.
 *
 * Connections run side by side, and each gives its tables to its workers, the largest first. The end of such a schedule
 * is computed by list scheduling (R. L. Graham, Bounds on multiprocessing timing anomalies, 1969).
 *
 * @param rowsPerSecond of all tables together; null if unknown
 * @param now monotonic milliseconds
 */
export function timeLeft(
  parts: Iterable<Part>,
  { usualRuns, parallelTables, usualSpeed }: Pace,
  rowsPerSecond: number | null,
  now: number,
): TimeLeft {
  const left = [...parts].filter((part) => part.state === 'running' || part.state === 'waiting');
  const running = left.filter((part) => part.state === 'running').length;
  const speed = rowsPerSecond === null || running === 0 ? usualSpeed : rowsPerSecond / running;
  const tables = new Map<string, number | null>();
  let total: number | null = 0;
  for (const of of Map.groupBy(left, (part) => part.connection).values()) {
    const seconds = of.map((part) => {
      const key = tableKey(part.connection, part.table);
      const own = secondsLeft(part, usualRuns.get(key), speed, now);
      const busy = part.state === 'running';
      if (busy) tables.set(key, own);
      if (own === null) total = null;
      return { busy, seconds: own ?? 0 };
    });
    if (total !== null) total = Math.max(total, endOf(seconds, parallelTables));
  }
  return { total, tables };
}

function secondsLeft(
  part: Part,
  usual: UsualRun | undefined,
  speed: number | null,
  now: number,
): number | null {
  const { estimatedRows, running, beganAt } = part;
  const usualSeconds =
    usual === undefined ? null : usual.seconds * growth(usual.estimatedRows, estimatedRows);
  const passed = beganAt === null ? 0 : (now - beganAt) / 1000;
  // Beyond its usual time, only its own speed of today counts.
  if (usualSeconds !== null && usualSeconds > passed) return usualSeconds - passed;
  if (running !== null && running.etaSeconds !== null) return running.etaSeconds;
  return usualSeconds === null ? bySpeed(part, speed) : null;
}

function growth(before: number | null, now: number | null): number {
  return before === null || now === null || before <= 0 || now <= 0 ? 1 : now / before;
}

function bySpeed({ estimatedRows, rows, state }: Part, speed: number | null): number | null {
  if (speed === null || speed <= 0) return null;
  // It has more rows than estimated, so nobody knows how many are left.
  if (state === 'running' && (estimatedRows === null || rows >= estimatedRows)) return null;
  return Math.max(0, (estimatedRows ?? UNKNOWN_ROWS) - rows) / speed;
}

/** Assumed for a table of unknown size that waits. Once it runs, its time counts as unknown. */
const UNKNOWN_ROWS = 1000;

/** Seconds until the last worker is done. */
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

/** One table at a time, and nothing to estimate it by but its own speed. */
const NO_PAST = paceOf([], 1);

/** A run under way: its tables, and how long they usually take. The window, the tray and the command line show it. */
export class RunProgress {
  readonly #fold: RunFold;
  readonly #pace: Pace;
  readonly #clock: Clock;

  constructor(fold: RunFold, pace: Pace, clock: Clock) {
    this.#fold = fold;
    this.#pace = pace;
    this.#clock = clock;
  }

  /**
   * A batch that this process begins or resumes now.
   *
   * @param only the tables to resume; null for all that are left
   */
  static begin(
    journal: ReadableJournal,
    batchId: string,
    only: readonly TableName[] | null,
    parallelTables: number,
    clock: Clock,
  ): RunProgress {
    const fold = RunFold.begin(batchId, journal.tables(batchId), only);
    return new RunProgress(fold, paceOf(journal.completedRuns(batchId, MOST_RUNS), parallelTables), clock);
  }

  /**
   * A batch that another process runs, as the journal has it now.
   *
   * @param before the same batch a moment ago, so that its past runs are not read again
   */
  static seen(
    journal: ReadableJournal,
    batchId: string,
    parallelTables: number,
    clock: Clock,
    before: RunProgress | null,
  ): RunProgress {
    const fold = RunFold.seen(
      batchId,
      journal.tables(batchId),
      journal.centralWaits(batchId),
      clock.now(),
      clock.monotonic(),
    );
    const known = before?.batchId === batchId ? before.#pace : null;
    const pace = known ?? paceOf(journal.completedRuns(batchId, MOST_RUNS), parallelTables);
    return new RunProgress(fold, pace, clock);
  }

  /** Tables that run without a batch. They are added as they start. */
  static withoutBatch(clock: Clock): RunProgress {
    return new RunProgress(RunFold.begin('', [], null), NO_PAST, clock);
  }

  /** An export: one table after the other, and no past to estimate it by. */
  static ofExport(connection: string, tables: readonly ExportTable[], clock: Clock): RunProgress {
    return new RunProgress(RunFold.ofExport(connection, tables), NO_PAST, clock);
  }

  get batchId(): string {
    return this.#fold.batchId;
  }

  /** @returns the table that started or ended with this event, or null */
  take(event: EngineEvent): Part | null {
    return this.#fold.take(event, this.#clock.monotonic());
  }

  view(): RunView {
    const { parts, rowsPerSecond } = this.#fold;
    const now = this.#clock.monotonic();
    const left = timeLeft(parts, this.#pace, rowsPerSecond, now);
    return this.#fold.view(now, left);
  }
}

/** Runs per table for the median: about a week of daily runs, so that it follows a growing table. */
export const MOST_RUNS = 9;
/** With fewer runs, a single odd one would count too much. */
const FEWEST_RUNS = 3;

/** The past runs by `tableKey`, only for tables with enough of them. */
export function enoughRuns(runs: readonly PastRun[]): ReadonlyMap<string, readonly PastRun[]> {
  const byTable = Map.groupBy(runs, (run) => tableKey(run.connection, run.table_name));
  return new Map([...byTable].filter(([, past]) => past.length >= FEWEST_RUNS));
}

/** The middle value, or the mean of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
