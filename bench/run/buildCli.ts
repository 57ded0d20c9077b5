import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
const BIN = 'bin/branchline.js';

export interface BuiltCli {
  /** The program's file, to run with Node. */
  readonly file: string;
  remove(): Promise<void>;
}

/**
 * Builds the command line as it ships: from sources, Node would spend half a second and 30 MB on stripping
 * types. Each run of the bench has its own build, so that two runs do not share one; it lies inside the
 * checkout to find `node_modules`.
 */
export async function buildCli(): Promise<BuiltCli> {
  await mkdir(RESULTS, { recursive: true });
  const folder = await mkdtemp(join(RESULTS, 'cli-'));
  const outDir = join(folder, 'out', 'cli');
  await build({ root: ROOT, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  return { file: join(folder, BIN), remove: () => rm(folder, { recursive: true, force: true }) };
}
