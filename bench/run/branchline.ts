import type { TableRow } from '../../src/shared/contract.ts';
import type { VerifyReport } from '../../src/shared/verify.ts';
import type { Bench } from '../setUp.ts';
import { type CliRun, runCli } from './cli.ts';

export interface BranchlineRun extends Omit<CliRun, 'output'> {
  readonly rows: number;
  readonly bytes: number;
}

export interface BranchlineAsk {
  readonly tables: readonly string[];
  readonly strategy?: string;
  readonly parallelTables?: number;
}

/**
 * Runs `branchline sync-all`.
 *
 * @throws Error if a table was not completed
 */
export async function runBranchline(bench: Bench, ask: BranchlineAsk): Promise<BranchlineRun> {
  const strategy = ask.strategy === undefined ? [] : ['--strategy', ask.strategy];
  const { output, ...run } = await runCli(bench, ask.parallelTables ?? 1, [
    'sync-all',
    '--tables',
    ask.tables.join(','),
    ...strategy,
  ]);
  const { tables } = JSON.parse(output) as { readonly tables: readonly TableRow[] };
  const sum = (of: (row: TableRow) => number): number => tables.reduce((all, row) => all + of(row), 0);
  return {
    ...run,
    rows: sum((row) => row.records_processed + row.records_skipped),
    bytes: sum((row) => row.bytes),
  };
}

/**
 * Runs `branchline verify`.
 *
 * @throws Error if a table is not equal on both sides
 */
export async function runVerify(bench: Bench, tables: readonly string[]): Promise<BranchlineRun> {
  const { output, ...run } = await runCli(bench, 1, ['verify', '--tables', tables.join(',')]);
  const report = JSON.parse(output) as VerifyReport;
  return { ...run, rows: report.tables.reduce((all, row) => all + (row.source_rows ?? 0), 0), bytes: 0 };
}
