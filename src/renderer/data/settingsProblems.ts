import type { ErrorParams } from '../../shared/errors.ts';
import type { SettingsFile } from '../../shared/settings.ts';
import type { SettingsView } from '../../window-api/views.ts';

/** One thing that is wrong in the settings: `connections[0].port`, and why. */
export interface SettingsProblem {
  readonly path: string;
  readonly reason: string;
}

/** What a refusal `settings_invalid` lists: one `path: reason` a line. */
export function problemsOf(params: ErrorParams): readonly SettingsProblem[] {
  return String(params.problems ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(': ');
      if (colon < 0) return { path: '', reason: line };
      return { path: line.slice(0, colon), reason: line.slice(colon + 2) };
    });
}

/**
 * Why a field is refused, or null.
 *
 * @param path of the field, as in {@link SettingsProblem}; what is wrong inside of it counts too
 */
export function reasonAt(problems: readonly SettingsProblem[], path: string): string | null {
  return problems.find((problem) => isAt(problem.path, path))?.reason ?? null;
}

/** The problems that none of the fields shows, so that none stays unsaid. */
export function problemsElsewhere(
  problems: readonly SettingsProblem[],
  shown: readonly string[],
): readonly SettingsProblem[] {
  return problems.filter((problem) => !shown.some((path) => isAt(problem.path, path)));
}

function isAt(problem: string, path: string): boolean {
  return problem === path || problem.startsWith(`${path}.`) || problem.startsWith(`${path}[`);
}

/**
 * Makes the changed document of the one before, which stays as it is. It writes only what a person changed:
 * a default that is not written follows the program's later versions.
 */
export type SettingsChange = (document: SettingsFile) => SettingsFile;

/** The document that a form was filled from. */
export type SettingsBase = Pick<SettingsView, 'document' | 'revision'>;

/** What the first change is made to, where there is no file yet. Without a head office it is no settings. */
export const NOT_WRITTEN: SettingsFile = {
  central: { host: '', database: '', user: '' },
  connections: [],
};
