import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createFile } from '../core/files/atomicFile.ts';
import { settingsFile } from '../core/settings/load.ts';
import { UsageError } from '../shared/errors.ts';
import type { SettingsFile } from '../shared/settings.ts';
import type { Demo } from './demo.ts';
import { CENTRAL_ROLE, PASSFILE, SOURCE_ROLE } from './endpoint.ts';

/** Beside somebody's settings the plain name may be taken. */
const LENT_PASSFILE = 'demo.pgpass';

/** Settings for a demo in somebody else's user-data folder. */
export interface Lent {
  /**
   * Removes them, unless a person has put other databases in them since. A language or a schedule of theirs goes too:
   * left behind, they would run against databases that are gone.
   */
  takeBack(): Promise<void>;
}

/**
 * Writes settings for a demo into a user-data folder that has none, and the passwords that they need.
 *
 * @throws UsageError `demo_not_here` where there are settings; they are left as they are
 */
export async function lendSettings({ home }: Demo, folder: string): Promise<Lent> {
  const settings = (await readFile(settingsFile(home), 'utf8')).replaceAll(
    `"passfile": "${PASSFILE}"`,
    `"passfile": "${LENT_PASSFILE}"`,
  );
  const passfile = join(folder, LENT_PASSFILE);
  await writeFile(passfile, await passwordsOfRoles(home), { mode: 0o600 });
  if (!createFile(settingsFile(folder), settings)) {
    await rm(passfile, { force: true });
    throw new UsageError('demo_not_here', { folder });
  }
  return {
    takeBack: async () => {
      const now = await readFile(settingsFile(folder), 'utf8').catch(() => '');
      if (!hasSameDatabases(now, settings)) return;
      await rm(settingsFile(folder), { force: true });
      await rm(passfile, { force: true });
    },
  };
}

function hasSameDatabases(now: string, lent: string): boolean {
  const [mine, theirs] = [databasesOf(lent), databasesOf(now)];
  return theirs !== null && isDeepStrictEqual(mine, theirs);
}

/** Null where it is no JSON: somebody is at work in it. */
function databasesOf(text: string): readonly unknown[] | null {
  try {
    const { central, connections }: Partial<SettingsFile> = JSON.parse(text);
    return [central, connections];
  } catch {
    return null;
  }
}

/** Without those of the servers' owners, whom no sync needs. */
async function passwordsOfRoles(home: string): Promise<string> {
  const lines = (await readFile(join(home, PASSFILE), 'utf8')).split('\n');
  const roles = [SOURCE_ROLE, CENTRAL_ROLE];
  const kept = lines.filter((line) => roles.includes(line.split(':')[3] ?? ''));
  return kept.map((line) => `${line}\n`).join('');
}
