import { Refused } from './refused.ts';
import { problemsOf, type SettingsProblem } from './settingsProblems.ts';

/** Why the settings were not saved. */
export type SaveRefusal =
  /** Somebody else changed the file meanwhile. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingsProblem[] }
  | { readonly kind: 'other'; readonly error: Error };

/** What a refused save means for a form. */
export function refusalOf(error: unknown): SaveRefusal {
  if (error instanceof Refused && error.refusal.kind === 'usage') {
    const { code, params }: { code: string; params: typeof error.refusal.params } = error.refusal;
    if (code === 'settings_changed') return { kind: 'changed' };
    if (code === 'settings_invalid') return { kind: 'invalid', problems: problemsOf(params) };
  }
  return { kind: 'other', error: error instanceof Error ? error : new Error(String(error)) };
}
