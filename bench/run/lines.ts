import type { Goal, Line } from '../measure.ts';
import type { Repeated, Sample } from './repeat.ts';
import type { Wire } from './wire.ts';

const MB = 1e6;

/** How much there was to copy. */
export interface Amount {
  readonly rows: number;
  readonly bytes: number | null;
}

/** What Branchline says that it has copied. */
export function amountOf({ runs }: Repeated<Sample>): Amount {
  const last = runs.at(-1);
  return { rows: last?.rows ?? 0, bytes: last?.bytes ?? null };
}

/**
 * @param repeated runs of one way to do it
 * @param others what else was counted
 */
export function lineOf(
  what: string,
  repeated: Repeated<Sample>,
  amount: Amount,
  goals: readonly Goal[] = [],
  others: Readonly<Record<string, number>> = {},
): Line {
  const used = repeated.runs.some((run) => run.cpuSeconds !== undefined);
  return {
    what,
    seconds: repeated.runs.map((run) => run.seconds),
    ...amount,
    facts: {
      ...(used && {
        'cpu s': repeated.median((run) => run.cpuSeconds ?? Number.NaN),
        'peak rss MB': repeated.median((run) => run.peakRssMb ?? Number.NaN),
      }),
      'source cpu s': repeated.median((run) => run.servers.sourceCpuSeconds),
      'central cpu s': repeated.median((run) => run.servers.centralCpuSeconds),
      'wal MB at central': repeated.median((run) => run.servers.walBytes) / MB,
      ...others,
    },
    goals,
  };
}

/** How fast `mine` is against `theirs`, 1 being as fast. */
export function speedAgainst(theirs: Repeated<Sample>, mine: Repeated<Sample>): number {
  return theirs.median((run) => run.seconds) / mine.median((run) => run.seconds);
}

/** CPU seconds that the copying process takes for a million rows. */
export function cpuPerMillionRows(mine: Repeated<Sample>, { rows }: Amount): number {
  return mine.median((run) => run.cpuSeconds ?? Number.NaN) / (rows / 1e6);
}

/** Milliseconds a table. */
export function msPerTable(mine: Repeated<Sample>, tables: number): number {
  return (mine.median((run) => run.seconds) * 1000) / tables;
}

/** For a line's other facts. */
export function wireFacts({ source, central }: Wire): Readonly<Record<string, number>> {
  return { "KB over the branch's link": source / 1e3, "KB over head office's link": central / 1e3 };
}
