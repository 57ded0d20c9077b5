import type { Bridge, Refusal } from '../shared/ipc.ts';

declare global {
  interface Window {
    /** Put there by the preload. */
    readonly branchline: Bridge;
  }
}

/** A query was refused; what to say is in `refusal`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind === 'usage' ? refusal.code : refusal.failure.message);
    this.refusal = refusal;
  }
}

type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** @throws Refused */
export async function valueIn<T>(answer: Promise<Answered<T>>): Promise<T> {
  const answered = await answer;
  if (!answered.ok) throw new Refused(answered.refusal);
  return answered.value;
}
