import type { Dataset } from '../data/dataset.ts';
import { type Bench, settle } from '../setUp.ts';
import { median } from '../statistics.ts';
import { type BranchlineAsk, type BranchlineRun, runBranchline } from './branchline.ts';
import { makePipeTables, runPipes } from './pipe.ts';
import { counting, type ServerCost } from './serverCost.ts';

/** Runs of one way, with medians. */
export interface Repeated<T> {
  readonly runs: readonly T[];
  median(of: (run: T) => number): number;
}

/** Does several things in turn, as often as the options say: what slows the machine down meets all of them. */
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

/** One timed run, of Branchline or of something that it is compared with. */
export interface Sample extends Partial<Omit<BranchlineRun, 'seconds'>> {
  readonly seconds: number;
  /** What the servers have spent on it; NaN where the system does not tell. */
  readonly servers: ServerCost;
}

/** @param before what is to be done first, and not timed */
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
