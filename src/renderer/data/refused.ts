import type { BridgeCalls } from '../../window-api/bridge.ts';
import type { Refusal } from '../../window-api/views.ts';
import type { Answer, Args, CallName, Result } from '../../window-api/windowApi.ts';
import { problemsOf, type SettingsProblem } from './settingsProblems.ts';

/** A call was refused; what to say is in `refusal`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind === 'usage' ? refusal.code : refusal.failure.message);
    this.refusal = refusal;
  }
}

/**
 * What a call answers.
 *
 * @throws Refused
 */
export async function ask<C extends CallName>(
  bridge: BridgeCalls,
  call: C,
  args: Args<C>,
): Promise<Result<C>> {
  const answered: Answer<C> = await bridge[call](...args);
  if (!answered.ok) throw new Refused(answered.refusal);
  return answered.value;
}

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
