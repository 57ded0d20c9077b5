import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { HookEnd } from '../../../src/shared/hooks.ts';
import { atBranch, atCentral } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';

/** A branch with one table of rows, and a schema at head office that Branchline's role owns. */
export async function branchWithItems(rows = 3): Promise<DatabasePair> {
  const pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, qty int)',
    `INSERT INTO item SELECT g, g FROM generate_series(1, ${rows}) g`,
  );
  await atCentral(pair, `CREATE SCHEMA reports AUTHORIZATION ${pair.central.user}`);
  return pair;
}

/** Notes the ends of hooks. */
export function hookEnds(engine: Engine): readonly HookEnd[] {
  const ends: HookEnd[] = [];
  engine.on((event) => void (event.type === 'hook_ended' && ends.push(event.end)));
  return ends;
}

/** A program that runs these lines. */
export function shell(lines: string): readonly string[] {
  return ['/bin/sh', '-c', lines];
}

/** The lines of a file that a program has written into the data folder. */
export function linesOf(folder: string, file: string): readonly string[] {
  try {
    return readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

/** Whether a process is there; a zombie, that nobody has waited for, is not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
