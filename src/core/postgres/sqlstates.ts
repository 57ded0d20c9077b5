import { FailureCode, FailureKind } from '../../shared/errors.ts';

/** Which database said it. */
export type Side = 'source' | 'central';

export interface Verdict {
  readonly code: FailureCode;
  readonly kind: FailureKind;
}

type Sides = Readonly<Record<Side, Verdict>>;

const transient = (code: FailureCode): Verdict => ({ code, kind: FailureKind.Transient });
const unreachable = (code: FailureCode): Verdict => ({ code, kind: FailureKind.Unreachable });
const permanent = (code: FailureCode): Verdict => ({ code, kind: FailureKind.Permanent });
const both = (verdict: Verdict): Sides => ({ source: verdict, central: verdict });

const LOST = both(transient(FailureCode.ConnectionLost));
/** The server itself ends a connection that worked; whether it is back is found out by the retry. */
const ENDED = both(transient(FailureCode.ConnectionEnded));
/** It is there and says that it is not ready: the whole connection waits, and longer than for a silent one. */
const STARTING = both(unreachable(FailureCode.ServerStarting));
const OVERLOADED = both(transient(FailureCode.ServerOverloaded));
const BUSY = both(transient(FailureCode.TooManyConnections));
const CONTENTION = both(transient(FailureCode.Contention));
const REJECTED = both(permanent(FailureCode.DataRejected));
const CONSTRAINT = both(permanent(FailureCode.ConstraintViolated));
const COLUMN = both(permanent(FailureCode.ColumnIncompatible));
const UNEXPECTED = both(permanent(FailureCode.Internal));

/** The database answers, but will not for anybody: the circuit opens instead of 120 refusals. */
export const UNREACHABLE: Sides = {
  source: unreachable(FailureCode.SourceUnreachable),
  central: unreachable(FailureCode.CentralUnreachable),
};
export const SIGN_IN: Sides = {
  source: permanent(FailureCode.SourceSignIn),
  central: permanent(FailureCode.CentralSignIn),
};
const PERMISSION: Sides = {
  source: permanent(FailureCode.SourcePermission),
  central: permanent(FailureCode.CentralPermission),
};
const TABLE_MISSING: Sides = {
  source: permanent(FailureCode.SourceTableMissing),
  central: permanent(FailureCode.Internal),
};

/**
 * At the source our transactions only read, and a reader that repeats is never refused for another
 * session's sake: what the server cancels there is a standby catching up with its primary. (Its message
 * says so too, but in the server's language.)
 */
const SERIALIZATION: Sides = {
  source: transient(FailureCode.SourceSnapshotCancelled),
  central: transient(FailureCode.Contention),
};

/** SQLSTATEs that mean something else than their class. */
const EXACT: Readonly<Record<string, Sides>> = {
  '08001': UNREACHABLE,
  '08004': UNREACHABLE,
  '25P03': ENDED,
  '25P04': ENDED,
  // After a fail-over the old name may lead to a standby for a while, and a provider makes a full database
  // read-only: all tables meet the same, and it ends without us. So: circuit, then resumed by itself.
  '25006': { source: permanent(FailureCode.Internal), central: unreachable(FailureCode.CentralReadOnly) },
  '40001': SERIALIZATION,
  '40002': CONSTRAINT,
  '40003': LOST,
  '42501': PERMISSION,
  '42P01': TABLE_MISSING,
  '42703': COLUMN,
  '42804': COLUMN,
  '42846': COLUMN,
  // Two connections' tables that create the same schema, table or type at the same moment.
  '42P06': CONTENTION,
  '42P07': CONTENTION,
  '42710': CONTENTION,
  // A disk does not empty itself within a back-off's minutes, and each try writes it full again (and the
  // WAL with it, which can stop the server). Somebody has to make room first.
  '53100': {
    source: permanent(FailureCode.SourceDiskFull),
    central: permanent(FailureCode.CentralDiskFull),
  },
  '53300': BUSY,
  '53400': UNEXPECTED,
  '54000': REJECTED,
  '54001': UNEXPECTED,
  '55000': UNEXPECTED,
  '57P03': STARTING,
  '57P04': SIGN_IN,
  '72000': SERIALIZATION,
};

/** The first two characters of a SQLSTATE. */
const CLASSES: Readonly<Record<string, Sides>> = {
  '08': LOST,
  '22': REJECTED,
  '23': CONSTRAINT,
  '28': SIGN_IN,
  // Database and schema that are not there.
  '3D': SIGN_IN,
  '3F': TABLE_MISSING,
  '40': CONTENTION,
  '44': CONSTRAINT,
  '53': OVERLOADED,
  '54': REJECTED,
  '55': CONTENTION,
  // 57P01, 57P02: restarted or crashed, or pg_terminate_backend; 57014: cancelled by somebody, since we allow
  // no statement time-out.
  '57': ENDED,
  '72': SERIALIZATION,
  // A trigger's RAISE at central.
  P0: REJECTED,
};

/** Conditions whose SQLSTATE says too little. These texts come from poolers, or are never translated. */
const BY_MESSAGE: readonly { sqlstate: string; message: RegExp; sides: Sides }[] = [
  // PgBouncer says nearly everything with 08P01.
  { sqlstate: '08P01', message: /no more connections|query_wait_timeout/i, sides: BUSY },
  { sqlstate: '08P01', message: /cannot connect to server|login has been failing/i, sides: UNREACHABLE },
  { sqlstate: '08P01', message: /startup parameter/i, sides: UNEXPECTED },
  { sqlstate: '0A000', message: /cached plan must not change/, sides: CONTENTION },
  { sqlstate: 'XX000', message: /tuple concurrently (?:updated|deleted)/, sides: CONTENTION },
];

/**
 * What a SQLSTATE means to us; what is in no table is unexpected, and permanent.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function verdictOf(sqlstate: string, side: Side, message: string): Verdict {
  const special = BY_MESSAGE.find((one) => one.sqlstate === sqlstate && one.message.test(message));
  const sides = special?.sides ?? EXACT[sqlstate] ?? CLASSES[sqlstate.slice(0, 2)] ?? UNEXPECTED;
  return sides[side];
}

/** The SQLSTATE of a server's error, or undefined. (`EPIPE` has five letters too, but no severity.) */
export function sqlstateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
