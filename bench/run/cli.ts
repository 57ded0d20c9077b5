import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SOURCE_SCHEMA } from '../data/dataset.ts';
import type { Bench, Side } from '../setUp.ts';
import { timed } from './shell.ts';

const USAGE = new URL('./usage.mjs', import.meta.url).href;

/** The connection's id, and so the schema at central in layout `schema`. */
export const CONNECTION = 'bench';

/** As written by `usage.mjs`. */
interface Usage {
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

export interface CliRun extends Usage {
  /** Of the whole process, including its start. */
  readonly seconds: number;
  /** Its output. */
  readonly output: string;
}

/**
 * Runs `branchline` like a person would, in its own process.
 *
 * @throws Error if it fails
 */
export async function runCli(bench: Bench, parallelTables: number, args: readonly string[]): Promise<CliRun> {
  await writeSettings(bench, parallelTables);
  const usageFile = join(bench.home, 'usage.json');
  const { cpuProfiles } = bench.options;
  const profiling = cpuProfiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfiles}`];
  const { seconds, output } = await timed(
    process.execPath,
    [...profiling, '--import', USAGE, bench.cli, '--data-dir', bench.home, ...args, '--json'],
    { BENCH_USAGE_FILE: usageFile },
  );
  return { seconds, output, ...(JSON.parse(await readFile(usageFile, 'utf8')) as Usage) };
}

/** A table as the settings name it. */
export interface TableSettings {
  readonly name: string;
  readonly strategy: string;
}

/** @param tables default: all of the branch's */
export async function writeSettings(
  { source, central, passfile, options, home }: Bench,
  parallelTables: number,
  tables: readonly TableSettings[] | readonly ['*'] = ['*'],
): Promise<void> {
  const endpoint = ({ host, port, database, user, ssh }: Side): object => {
    return { host, port, database, user, passfile, sslmode: 'disable', ...(ssh !== undefined && { ssh }) };
  };
  const settings = {
    central: { ...endpoint(central), layout: options.layout },
    connections: [{ id: CONNECTION, label: 'Bench', ...endpoint(source), schema: SOURCE_SCHEMA, tables }],
    sync: { parallelTables },
    language: 'en',
  };
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings));
}
