import type { Dataset } from '../data/dataset.ts';
import { type Bench, settle } from '../setUp.ts';
import { median } from '../statistics.ts';
import { type BranchlineAsk, type BranchlineRun, runBranchline } from './branchline.ts';
import { makePipeTables, runPipes } from './pipe.ts';
import { counting, type ServerCost } from './serverCost.ts';

/** Runs of one way of doing it, with medians. */
export interface Repeated<T> {
  readonly runs: readonly T[];
  median(of: (run: T) => number): number;
}

/**
 * Runs several things in turn, as often as the options say, so that a slow phase of the machine affects all
 * of them.
 */
export async function alternately<T>(
  bench: Bench,
  ways: readonly (() => Promise<T>)[],
): Promise<readonly Repeated<T>[]> {
  const runs = ways.map((): T[] => []);
  for (let run = 0; run < bench.options.runs; run++) {
    for (const [index, way] of ways.entries()) {
      await settle(bench);
      runs[index]?.push(await way());
    }
  }
  return runs.map((all) => ({ runs: all, median: (of) => median(all.map(of)) }));
}

/** One timed run of Branchline or of a reference. */
export interface Sample extends Partial<Omit<BranchlineRun, 'seconds'>> {
  readonly seconds: number;
  /** What the servers spent on it; NaN if the system does not report it. */
  readonly servers: ServerCost;
}

/** @param before preparation that is not timed */
export function branchlineWay(bench: Bench, ask: BranchlineAsk, before?: () => Promise<void>) {
  return async (): Promise<Sample> => {
    await before?.();
    const { result, servers } = await counting(bench, () => runBranchline(bench, ask));
    return { ...result, servers };
  };
}

/** `psql COPY | psql COPY` into empty tables. */
export function pipeWay(
  bench: Bench,
  psql: string,
  datasets: readonly Dataset[],
  format?: 'binary' | 'text',
) {
  return async (): Promise<Sample> => {
    await makePipeTables(bench, datasets);
    const { result, servers } = await counting(bench, () => runPipes(bench, psql, datasets, format));
    return { seconds: result, servers };
  };
}
