import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import { FailureCode, type FailureDetail } from '../../../../shared/errors.ts';
import type { Target } from './fields.ts';

/** What is tried, in order. At the branch only reading is asked for, at head office writing. */
const ORDER = {
  source: ['name', 'port', 'tls', 'sign_in', 'version', 'read'],
  central: ['name', 'port', 'tls', 'sign_in', 'version', 'write'],
} as const satisfies Record<Target['kind'], readonly ConnectionTestStep['step'][]>;
export type StepName = ConnectionTestStep['step'];

/** A step as it is shown. */
export interface ShownStep {
  readonly step: StepName;
  readonly state: 'ok' | 'warning' | 'failed' | 'not_tried';
  readonly facts: ConnectionTestStep['facts'];
  readonly failure: FailureDetail | null;
}

/** All steps of a test: those that were tried as they went, the others as not tried. */
export function shownSteps(kind: Target['kind'], tried: readonly ConnectionTestStep[]): readonly ShownStep[] {
  return ORDER[kind].map((step) => {
    const found = tried.find((one) => one.step === step);
    if (found === undefined) return { step, state: 'not_tried', facts: {}, failure: null };
    const { ok, facts, failure } = found;
    const well = facts.exposed === true ? 'warning' : 'ok';
    return { step, state: ok ? well : 'failed', facts, failure };
  });
}

/** A next step in the words of a test, `connectionsPage.hint`. */
export type Hint = 'tls' | 'password' | 'unreachable' | 'signIn' | 'later';

const HINTS: Partial<Readonly<Record<FailureCode, Hint>>> = {
  [FailureCode.Tls]: 'tls',
  [FailureCode.PasswordMissing]: 'password',
  [FailureCode.SourceUnreachable]: 'unreachable',
  [FailureCode.CentralUnreachable]: 'unreachable',
  [FailureCode.SourceSignIn]: 'signIn',
  [FailureCode.CentralSignIn]: 'signIn',
  [FailureCode.ConnectionLost]: 'later',
  [FailureCode.ConnectionEnded]: 'later',
  [FailureCode.ConnectionFrozen]: 'later',
  [FailureCode.ServerStarting]: 'later',
  [FailureCode.ServerOverloaded]: 'later',
  [FailureCode.TooManyConnections]: 'later',
};

/**
 * What to do about a failed test, where the sentence for everywhere speaks of files, commands or a batch to go on
 * with; null where that sentence is right here too.
 */
export function hintFor(code: FailureCode): Hint | null {
  return HINTS[code] ?? null;
}

/** Whether the database can be used as it is. A test that stopped half way proves nothing. */
export function allWell(tried: readonly ConnectionTestStep[]): boolean {
  return tried.length > 0 && tried.every(({ ok }) => ok);
}
