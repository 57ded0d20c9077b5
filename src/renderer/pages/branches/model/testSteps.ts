import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import { FailureCode, type FailureDetail } from '../../../../shared/errors.ts';
import type { FieldName, Fields, Target } from './fields.ts';

/** The steps in order. The branch is tested for reading, head office for writing. */
const ORDER = {
  source: ['name', 'port', 'ssh', 'forward', 'tls', 'sign_in', 'version', 'read'],
  central: ['name', 'port', 'ssh', 'forward', 'tls', 'sign_in', 'version', 'write'],
} as const satisfies Record<Target['kind'], readonly ConnectionTestStep['step'][]>;
export type StepName = ConnectionTestStep['step'];

/** A step as it is shown. */
export interface ShownStep {
  readonly step: StepName;
  readonly state: 'ok' | 'warning' | 'failed' | 'doing' | 'not_tried';
  readonly facts: ConnectionTestStep['facts'];
  readonly failure: FailureDetail | null;
}

/**
 * All steps of a test; those after a failed step as not tested.
 *
 * @param doing the step under way; null if the test has ended
 */
export function shownSteps(
  kind: Target['kind'],
  tried: readonly ConnectionTestStep[],
  doing: StepName | null = null,
): readonly ShownStep[] {
  const throughSsh = doing === 'ssh' || tried.some((one) => one.step === 'ssh');
  const order = ORDER[kind].filter((step) => throughSsh || (step !== 'ssh' && step !== 'forward'));
  return order.map((step) => {
    const found = tried.find((one) => one.step === step);
    if (found === undefined)
      return { step, state: step === doing ? 'doing' : 'not_tried', facts: {}, failure: null };
    const { ok, facts, failure } = found;
    const well = facts.exposed === true ? 'warning' : 'ok';
    return { step, state: ok ? well : 'failed', facts, failure };
  });
}

/** A next step in the words of a test, `branchesPage.hint`. */
export type Hint =
  | 'tls'
  | 'noTls'
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
  [FailureCode.TlsNotOffered]: 'noTls',
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

/** The failed step of a test; null if all went well. */
export function failedStep(tried: readonly ConnectionTestStep[]): ConnectionTestStep | null {
  return tried.find(({ ok }) => !ok) ?? null;
}

/** A schema with tables, where the one that was typed has none. */
export interface OtherSchema {
  /** As typed. */
  readonly schema: string;
  readonly exists: boolean;
  readonly elsewhere: string;
  readonly tables: number;
}

/** The schema to use instead; null if the test did not fail for that. */
export function otherSchema(tried: readonly ConnectionTestStep[]): OtherSchema | null {
  const failure = failedStep(tried)?.failure;
  const empty = failure?.code === FailureCode.SourceSchemaEmpty;
  if (failure == null || !(empty || failure.code === FailureCode.SourceSchemaMissing)) return null;
  const { schema, elsewhere, elsewhereTables } = failure.params;
  if (typeof elsewhere !== 'string' || typeof elsewhereTables !== 'number') return null;
  return { schema: String(schema), exists: empty, elsewhere, tables: elsewhereTables };
}

/** Whether the server has no TLS and is near enough to be reached without: nobody else is on the way there. */
export function mayGoWithoutTls(tried: readonly ConnectionTestStep[]): boolean {
  if (failedStep(tried)?.failure?.code !== FailureCode.TlsNotOffered) return false;
  // What goes through SSH is encrypted by SSH.
  if (tried.some(({ step }) => step === 'forward')) return true;
  const address = tried.find(({ step }) => step === 'name')?.facts.address;
  return typeof address === 'string' && NEARBY.test(address);
}

/** This computer's own addresses, and those of private networks (RFC 1918, RFC 4193, link-local). */
const NEARBY =
  /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)|^(?:::1$|f[cd]|fe80:)/i;

/** A field of the form, or one of its two secrets. */
export type FormPlace = FieldName | 'password' | 'sshSecret';

/** The field that a failed test is about; null if it is about none. */
export function placeOfFailure(tried: readonly ConnectionTestStep[], fields: Fields): FormPlace | null {
  const failed = failedStep(tried);
  if (failed?.failure == null) return null;
  const { code, sqlstate, message } = failed.failure;
  const known = PLACES[code];
  if (known !== undefined) return known;
  switch (code) {
    case FailureCode.PasswordMissing:
      return placeOfPassword(fields);
    case FailureCode.SourceSignIn:
    case FailureCode.CentralSignIn:
      return sqlstate === '28000' ? 'user' : placeOfPassword(fields);
    case FailureCode.SshSignIn:
      return fields.sshSignIn === 'password' ? 'sshSecret' : 'sshUser';
    case FailureCode.SourceUnreachable:
    case FailureCode.CentralUnreachable:
      return failed.step === 'port' && message.includes('ECONNREFUSED') ? 'port' : 'host';
    default:
      return null;
  }
}

function placeOfPassword({ passwordFrom }: Fields): FormPlace {
  return passwordFrom === 'variable' || passwordFrom === 'passfile' ? passwordFrom : 'password';
}

const PLACES: Partial<Readonly<Record<FailureCode, FormPlace>>> = {
  [FailureCode.Tls]: 'sslmode',
  [FailureCode.TlsNotOffered]: 'sslmode',
  [FailureCode.CleartextRefused]: 'sslmode',
  [FailureCode.ClientCertificate]: 'sslcert',
  [FailureCode.NotPostgres]: 'port',
  [FailureCode.SignInMethod]: 'user',
  [FailureCode.DatabaseMissing]: 'database',
  [FailureCode.SourceSchemaEmpty]: 'schema',
  [FailureCode.SourceSchemaMissing]: 'schema',
  [FailureCode.SourcePermission]: 'user',
  [FailureCode.SourceRowSecurity]: 'user',
  [FailureCode.CentralPermission]: 'user',
  [FailureCode.CentralSetUpDenied]: 'user',
  [FailureCode.SourceEncodingSetting]: 'encoding',
  [FailureCode.SshUnreachable]: 'sshHost',
  [FailureCode.SshHandshake]: 'sshHost',
  [FailureCode.SshHostKeyOther]: 'sshHostKey',
  [FailureCode.SshHostKeyUnknown]: 'sshHostKey',
  [FailureCode.SshHostKeyChanged]: 'sshHostKey',
  [FailureCode.SshKeyFile]: 'sshKeyFile',
  [FailureCode.SshPassphrase]: 'sshSecret',
  [FailureCode.SshPasswordMissing]: 'sshSecret',
  [FailureCode.SshAgent]: 'sshSignIn',
  [FailureCode.SshForwardingRefused]: 'host',
};
