import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableRow } from '../../src/shared/contract.ts';
import { SOURCE_SCHEMA } from '../data/dataset.ts';
import type { Bench, Side } from '../setUp.ts';
import { timed } from './shell.ts';
import type { Usage } from './usage.ts';

const USAGE = new URL('./usage.ts', import.meta.url).href;

/** The connection's id, and so the schema at central in layout `schema`. */
export const CONNECTION = 'bench';

export interface BranchlineRun extends Usage {
  /** Of the whole process, its start included. */
  readonly seconds: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface BranchlineAsk {
  readonly tables: readonly string[];
  readonly strategy?: string;
  readonly parallelTables?: number;
}

/**
 * Runs `branchline sync-all` as a person would, in a process of its own.
 *
 * @throws Error where a table is not completed
 */
export async function runBranchline(bench: Bench, ask: BranchlineAsk): Promise<BranchlineRun> {
  await writeFile(join(bench.home, 'settings.json'), JSON.stringify(settings(bench, ask)));
  const usageFile = join(bench.home, 'usage.json');
  const strategy = ask.strategy === undefined ? [] : ['--strategy', ask.strategy];
  const args = ['--data-dir', bench.home, 'sync-all', '--tables', ask.tables.join(','), ...strategy];
  const { cpuProfiles } = bench.options;
  const profiling = cpuProfiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfiles}`];
  const { seconds, output } = await timed(
    process.execPath,
    [...profiling, '--import', USAGE, bench.cli, ...args, '--json'],
    { BENCH_USAGE_FILE: usageFile },
  );
  const { tables } = JSON.parse(output) as { readonly tables: readonly TableRow[] };
  const sum = (of: (row: TableRow) => number): number => tables.reduce((all, row) => all + of(row), 0);
  return {
    seconds,
    ...(JSON.parse(await readFile(usageFile, 'utf8')) as Usage),
    rows: sum((row) => row.records_processed + row.records_skipped),
    bytes: sum((row) => row.bytes),
  };
}

function settings({ source, central, passfile, options }: Bench, ask: BranchlineAsk): unknown {
  const endpoint = ({ host, port, database, user }: Side): object => {
    return { host, port, database, user, passfile, sslmode: 'disable' };
  };
  return {
    central: { ...endpoint(central), layout: options.layout },
    connections: [{ id: CONNECTION, label: 'Bench', ...endpoint(source), schema: SOURCE_SCHEMA }],
    sync: { parallelTables: ask.parallelTables ?? 1 },
  };
}
