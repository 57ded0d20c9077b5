import type { Goal, Line } from '../measure.ts';
import type { Repeated, Sample } from './repeat.ts';
import type { Wire } from './wire.ts';

const MB = 1e6;

/** How much was copied. */
export interface Amount {
  readonly rows: number;
  readonly bytes: number | null;
}

/** What Branchline reports to have copied. */
export function amountOf({ runs }: Repeated<Sample>): Amount {
  const last = runs.at(-1);
  return { rows: last?.rows ?? 0, bytes: last?.bytes ?? null };
}

/**
 * @param repeated runs of one way of doing it
 * @param others other measured numbers
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

/** Speed of `mine` relative to `theirs`; 1 is equally fast. */
export function speedAgainst(theirs: Repeated<Sample>, mine: Repeated<Sample>): number {
  return theirs.median((run) => run.seconds) / mine.median((run) => run.seconds);
}

/** CPU seconds of the copying process per million rows. */
export function cpuPerMillionRows(mine: Repeated<Sample>, { rows }: Amount): number {
  return mine.median((run) => run.cpuSeconds ?? Number.NaN) / (rows / 1e6);
}

/** Milliseconds per table. */
export function msPerTable(mine: Repeated<Sample>, tables: number): number {
  return (mine.median((run) => run.seconds) * 1000) / tables;
}

/** Link usage as facts of a line. */
export function wireFacts({ source, central }: Wire): Readonly<Record<string, number>> {
  return { "KB over the branch's link": source / 1e3, "KB over head office's link": central / 1e3 };
}
