import type { BridgeCalls } from '../../shared/window/bridge.ts';
import type { Answer, CallName, Calls } from '../../shared/window/calls.ts';
import type { Refusal } from '../../shared/window/views.ts';

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
  args: Parameters<Calls[C]>,
): Promise<ReturnType<Calls[C]>> {
  const answered: Answer<C> = await bridge[call](...args);
  if (!answered.ok) throw new Refused(answered.refusal);
  return answered.value;
}
