import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMet, type Line } from '../measure.ts';
import type { BenchOptions } from '../options.ts';

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));

/** The result of one measure. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly lines: readonly Line[];
}

/** @returns the file with all results */
export async function writeResults(
  options: BenchOptions,
  server: string,
  skipped: readonly string[],
  measured: readonly Measured[],
): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, 'latest.json');
  const result = {
    at: new Date().toISOString(),
    machine: { cpus: os.cpus().length, cpu: os.cpus()[0]?.model, memoryMb: os.totalmem() / 2 ** 20 },
    node: process.version,
    server,
    options,
    skipped,
    measures: measured.map((one) => ({ ...one, lines: one.lines.map(withVerdicts) })),
  };
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

function withVerdicts(line: Line): unknown {
  return { ...line, goals: line.goals.map((goal) => ({ ...goal, met: isMet(goal) })) };
}
