import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import { FailureCode, type FailureDetail } from '../../../../shared/errors.ts';
import type { Target } from './fields.ts';

/** The steps in order. The branch is tested for reading, head office for writing. */
const ORDER = {
  source: ['name', 'port', 'ssh', 'forward', 'tls', 'sign_in', 'version', 'read'],
  central: ['name', 'port', 'ssh', 'forward', 'tls', 'sign_in', 'version', 'write'],
} as const satisfies Record<Target['kind'], readonly ConnectionTestStep['step'][]>;
export type StepName = ConnectionTestStep['step'];

/** A step as it is shown. */
export interface ShownStep {
  readonly step: StepName;
  readonly state: 'ok' | 'warning' | 'failed' | 'not_tried';
  readonly facts: ConnectionTestStep['facts'];
  readonly failure: FailureDetail | null;
}

/** All steps of a test; those after a failed step as not tested. */
export function shownSteps(kind: Target['kind'], tried: readonly ConnectionTestStep[]): readonly ShownStep[] {
  const throughSsh = tried.some((one) => one.step === 'ssh');
  const order = ORDER[kind].filter((step) => throughSsh || (step !== 'ssh' && step !== 'forward'));
  return order.map((step) => {
    const found = tried.find((one) => one.step === step);
    if (found === undefined) return { step, state: 'not_tried', facts: {}, failure: null };
    const { ok, facts, failure } = found;
    const well = facts.exposed === true ? 'warning' : 'ok';
    return { step, state: ok ? well : 'failed', facts, failure };
  });
}

/** A next step in the words of a test, `connectionsPage.hint`. */
export type Hint =
  | 'tls'
  | 'password'
  | 'unreachable'
  | 'signIn'
  | 'sshUnreachable'
  | 'sshSignIn'
  | 'sshPassphrase'
  | 'sshPassword'
  | 'sshHostKey'
  | 'headOfficeFull'
  | 'later';

const HINTS: Partial<Readonly<Record<FailureCode, Hint>>> = {
  [FailureCode.Tls]: 'tls',
  [FailureCode.PasswordMissing]: 'password',
  [FailureCode.SourceUnreachable]: 'unreachable',
  [FailureCode.CentralUnreachable]: 'unreachable',
  [FailureCode.SourceSignIn]: 'signIn',
  [FailureCode.CentralSignIn]: 'signIn',
  [FailureCode.SshUnreachable]: 'sshUnreachable',
  [FailureCode.SshSignIn]: 'sshSignIn',
  [FailureCode.SshPassphrase]: 'sshPassphrase',
  [FailureCode.SshPasswordMissing]: 'sshPassword',
  [FailureCode.SshHostKeyChanged]: 'sshHostKey',
  [FailureCode.SshHostKeyUnknown]: 'sshHostKey',
  [FailureCode.SshTunnelLost]: 'later',
  [FailureCode.ConnectionLost]: 'later',
  [FailureCode.ConnectionEnded]: 'later',
  [FailureCode.ConnectionFrozen]: 'later',
  [FailureCode.ServerStarting]: 'later',
  [FailureCode.ServerOverloaded]: 'later',
  [FailureCode.TooManyConnections]: 'later',
  [FailureCode.CentralDdlLocked]: 'later',
};

/**
 * What to do after a failed test, if the general text speaks of files, commands or a batch to resume; null if
 * the general text fits.
 */
export function hintFor({ code, params }: Pick<FailureDetail, 'code' | 'params'>): Hint | null {
  if (code === FailureCode.TooManyConnections && params.side === 'central') return 'headOfficeFull';
  return HINTS[code] ?? null;
}

/** Whether the database can be used. A test that stopped halfway proves nothing. */
export function allWell(tried: readonly ConnectionTestStep[]): boolean {
  return tried.length > 0 && tried.every(({ ok }) => ok);
}
