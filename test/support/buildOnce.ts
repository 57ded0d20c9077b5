import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** Test files run in children of the test runner, which removes what they have built at its end. */
const IN_TESTS = process.env.VITEST !== undefined;

/** Where the builds of one run are: inside the checkout, so that `node_modules` is found. */
export function buildsOf(runnerPid: number): string {
  return resolve('out', `test-${runnerPid}`);
}

/** The folder of one build, the same for all test files of a run. */
export function buildFolder(name: string): string {
  return join(buildsOf(IN_TESTS ? process.ppid : process.pid), name);
}

/**
 * Builds once for all test files of a run: the first that asks builds, the others wait for it.
 *
 * @returns what removes the build; in tests the runner does that
 * @throws what the build ended with, in each file that asks
 */
export async function buildOnce(folder: string, build: () => Promise<void>): Promise<() => void> {
  // Empty where the build is complete, or the error that it ended with.
  const ended = `${folder}.ended`;
  mkdirSync(resolve(folder, '..'), { recursive: true });
  if (isFirst(folder)) writeFileSync(ended, await errorOf(build));
  while (!existsSync(ended)) await sleep(POLL_MS);
  const error = readFileSync(ended, 'utf8');
  if (error !== '') throw new Error(error);
  return () => {
    if (IN_TESTS) return;
    rmSync(folder, { recursive: true, force: true });
    rmSync(ended, { force: true });
  };
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function errorOf(build: () => Promise<void>): Promise<string> {
  try {
    await build();
    return '';
  } catch (error) {
    return `The build for the tests failed: ${String(error)}`;
  }
}
