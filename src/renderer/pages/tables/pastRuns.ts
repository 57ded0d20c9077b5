import type { LogRow, TableRow } from '../../../shared/contract.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import type { TableState } from '../../../window-api/views.ts';

/** The reasons for a strategy (see table/strategyChoice.ts) that are shown in words. */
export const REASONS = [
  'asked',
  'first_load',
  'row_versions',
  'no_key',
  'goes_on',
  'cursor_changed',
  'no_cursor',
  'central_rewrote',
  'central_unlogged',
  'no_mark',
  'no_row_versions',
  'shape_changed',
  'too_old',
  'server_changed',
  'history_hidden',
  'restart_unproved',
] as const;
export type Reason = (typeof REASONS)[number];

/** Who chose the table's strategy. */
export type Chooser = 'engine' | 'settings';

export function chooserOf(state: TableState): Chooser {
  return state.chosenStrategy === 'auto' ? 'engine' : 'settings';
}

/** The strategy of the last run; null if there was none and the settings leave it open. */
export function wayOf(state: TableState): Strategy | null {
  const chosen = Object.values(Strategy).find((one) => one === state.chosenStrategy) ?? null;
  return state.last?.strategy ?? chosen;
}

/**
 * Why the strategy was chosen, from the last batch's log; null if no longer known. If a table was started
 * several times in a batch, the last one counts.
 */
export function reasonIn(events: readonly LogRow[], run: TableRow): Reason | null {
  const chosen = events.findLast(
    ({ event, connection, table_name }) =>
      event === 'strategy_chosen' && connection === run.connection && table_name === run.table_name,
  );
  return REASONS.find((one) => one === chosen?.detail.reason) ?? null;
}

/** A run in a chart. */
export interface RunPoint {
  /** Unique, even where two runs began in the same minute. */
  readonly key: string;
  readonly at: string;
  readonly seconds: number;
  readonly rows: number;
  readonly failed: boolean;
}

/** @param runs latest first, as answered; @returns oldest first, only those that have ended */
export function runPoints(runs: readonly TableRow[]): readonly RunPoint[] {
  return runs
    .flatMap((run): RunPoint[] => {
      if (run.started_at === null || run.duration_seconds === null) return [];
      if (run.status !== TableStatus.Completed && run.status !== TableStatus.Failed) return [];
      return [
        {
          key: run.batch_id,
          at: run.started_at,
          seconds: run.duration_seconds,
          rows: run.records_processed,
          failed: run.status === TableStatus.Failed,
        },
      ];
    })
    .reverse();
}

/** What the charts show, for people who cannot see them. */
interface RunSummary {
  readonly runs: number;
  readonly failed: number;
  readonly usualSeconds: number;
  readonly longestSeconds: number;
  readonly mostRows: number;
}

/**
 * Null if there are no runs. The usual duration is the median, so that one night with a bad link does not
 * change it.
 */
export function summarize(points: readonly RunPoint[]): RunSummary | null {
  if (points.length === 0) return null;
  const seconds = points.map((point) => point.seconds).toSorted((a, b) => a - b);
  return {
    runs: points.length,
    failed: points.filter((point) => point.failed).length,
    usualSeconds: seconds[Math.floor((seconds.length - 1) / 2)] ?? 0,
    longestSeconds: seconds.at(-1) ?? 0,
    mostRows: Math.max(...points.map((point) => point.rows)),
  };
}
