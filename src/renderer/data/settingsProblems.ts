import type { ErrorParams } from '../../shared/errors.ts';
import type { SettingsFile } from '../../shared/settings.ts';
import type { SettingsView } from '../../window-api/views.ts';

/** One problem in the settings: a path such as `connections[0].port`, and the reason. */
export interface SettingsProblem {
  readonly path: string;
  readonly reason: string;
}

/** Parses the list in a `settings_invalid` refusal: one `path: reason` per line. */
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
 * @param path of the field, as in {@link SettingsProblem}; problems inside it count too
 */
export function reasonAt(problems: readonly SettingsProblem[], path: string): string | null {
  return problems.find((problem) => isAt(problem.path, path))?.reason ?? null;
}

/** Problems that no field shows, so that none is hidden. */
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
 * Returns a changed copy of the settings. It writes only what the person changed: unwritten defaults follow
 * later versions of the program.
 */
export type SettingsChange = (document: SettingsFile) => SettingsFile;

/** The document that a form was filled from, with its revision. */
export type SettingsBase = Pick<SettingsView, 'document' | 'revision'>;

/** Starting point for the first change if there is no file yet. Settings always have a head office. */
export const NOT_WRITTEN: SettingsFile = {
  central: { host: '', database: '', user: '' },
  connections: [],
};
