import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';

/** A run in a chart. */
export interface RunPoint {
  /** Unique, even where two runs began in the same minute. */
  readonly key: string;
  readonly at: string;
  readonly seconds: number;
  readonly rows: number;
  readonly failed: boolean;
}

/** @param runs latest first, as they are told; @returns oldest first, those that have ended */
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

/** What a chart says, for whoever does not see it. */
export interface RunSummary {
  readonly runs: number;
  readonly failed: number;
  readonly usualSeconds: number;
  readonly longestSeconds: number;
  readonly mostRows: number;
}

/** Null where nothing has run. The usual one is the median: one night of a bad link does not change it. */
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
