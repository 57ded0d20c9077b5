import { FailureCode, FailureKind } from '../../shared/errors.ts';

/** The database that reported it. */
export type Side = 'source' | 'central';

export interface Verdict {
  readonly code: FailureCode;
  readonly kind: FailureKind;
}

type VerdictBySide = Readonly<Record<Side, Verdict>>;

const transient = (code: FailureCode): Verdict => ({ code, kind: FailureKind.Transient });
const unreachable = (code: FailureCode): Verdict => ({ code, kind: FailureKind.Unreachable });
const permanent = (code: FailureCode): Verdict => ({ code, kind: FailureKind.Permanent });
const both = (verdict: Verdict): VerdictBySide => ({ source: verdict, central: verdict });

const LOST = both(transient(FailureCode.ConnectionLost));
/** The server ended a working connection; the retry finds out whether it is back. */
const ENDED = both(transient(FailureCode.ConnectionEnded));
/** The server answers that it is not ready: the whole connection waits, longer than for a silent one. */
const STARTING = both(unreachable(FailureCode.ServerStarting));
const OVERLOADED = both(transient(FailureCode.ServerOverloaded));
const BUSY = both(transient(FailureCode.TooManyConnections));
const CONTENTION = both(transient(FailureCode.Contention));
const REJECTED = both(permanent(FailureCode.DataRejected));
const CONSTRAINT = both(permanent(FailureCode.ConstraintViolated));
const UNEXPECTED = both(permanent(FailureCode.Internal));
/** A limit of the server's settings or of PostgreSQL, which a retry would meet again. */
const LIMIT = both(permanent(FailureCode.ServerLimit));
/** A damaged page, index or file, which we cannot repair. */
const DAMAGED = both(permanent(FailureCode.DatabaseDamaged));
/**
 * At the source, a function or view fails while rows are produced; at central, a trigger or an input function
 * refuses them.
 */
const CODE_FAILED: VerdictBySide = {
  source: permanent(FailureCode.SourceQueryFailed),
  central: permanent(FailureCode.DataRejected),
};
/** At central, something of head office's prevents a change that our statement makes. */
const SHAPE: VerdictBySide = {
  source: permanent(FailureCode.SourceQueryFailed),
  central: permanent(FailureCode.CentralShapeRefused),
};
/** DDL runs under our lock, so no other installation created the object: something else has that name. */
const NAME_TAKEN: VerdictBySide = {
  source: permanent(FailureCode.SourceQueryFailed),
  central: permanent(FailureCode.CentralNameTaken),
};
/** A column was dropped while we worked: the table's definition is read again. */
const COLUMN_GONE: VerdictBySide = {
  source: transient(FailureCode.SourceShapeChanged),
  central: transient(FailureCode.Contention),
};

/** The database answers, but refuses everyone: the circuit opens instead of 120 refusals. */
export const UNREACHABLE: VerdictBySide = {
  source: unreachable(FailureCode.SourceUnreachable),
  central: unreachable(FailureCode.CentralUnreachable),
};
export const SIGN_IN: VerdictBySide = {
  source: permanent(FailureCode.SourceSignIn),
  central: permanent(FailureCode.CentralSignIn),
};
const NO_DATABASE = both(permanent(FailureCode.DatabaseMissing));
const PERMISSION: VerdictBySide = {
  source: permanent(FailureCode.SourcePermission),
  central: permanent(FailureCode.CentralPermission),
};
/** At central, somebody drops the table or its schema while we work: the next attempt creates it again. */
const TABLE_MISSING: VerdictBySide = {
  source: permanent(FailureCode.SourceTableMissing),
  central: transient(FailureCode.Contention),
};

/**
 * At the source our transactions only read, and repeatable reads never conflict with other sessions. So if
 * the server cancels one, it is a standby catching up with its primary. (Its message says so, but in the
 * server's language.)
 */
const SERIALIZATION: VerdictBySide = {
  source: transient(FailureCode.SourceSnapshotCancelled),
  central: transient(FailureCode.Contention),
};

/** SQLSTATEs that mean something else than their class. */
const EXACT: Readonly<Record<string, VerdictBySide>> = {
  '08001': UNREACHABLE,
  '08004': UNREACHABLE,
  '25P03': ENDED,
  '25P04': ENDED,
  // After a fail-over the old name may lead to a standby for a while, and providers make a full database
  // read-only. All tables are affected, and it ends without us, so the circuit opens and the batch is resumed
  // automatically.
  '25006': { source: permanent(FailureCode.Internal), central: unreachable(FailureCode.CentralReadOnly) },
  '40001': SERIALIZATION,
  '40002': CONSTRAINT,
  '40003': LOST,
  '42501': PERMISSION,
  '42P01': TABLE_MISSING,
  '42703': COLUMN_GONE,
  '0A000': SHAPE,
  '22021': REJECTED,
  '22P05': REJECTED,
  '2BP01': SHAPE,
  '42804': SHAPE,
  '42846': SHAPE,
  '42883': { source: permanent(FailureCode.SourceQueryFailed), central: permanent(FailureCode.Internal) },
  '42P06': NAME_TAKEN,
  '42P07': NAME_TAKEN,
  '42P16': SHAPE,
  '42710': NAME_TAKEN,
  // A full disk does not empty itself within the minutes of a back-off, and each retry fills it again (also
  // with WAL, which can stop the server). Somebody has to make room first.
  '53100': {
    source: permanent(FailureCode.SourceDiskFull),
    central: permanent(FailureCode.CentralDiskFull),
  },
  '53300': BUSY,
  '53400': LIMIT,
  // A value too long for an index entry.
  '54000': { source: permanent(FailureCode.ServerLimit), central: permanent(FailureCode.DataRejected) },
  '55000': { source: permanent(FailureCode.SourceQueryFailed), central: permanent(FailureCode.Internal) },
  '57P03': STARTING,
  '57P04': NO_DATABASE,
  '72000': SERIALIZATION,
  XX001: DAMAGED,
  XX002: DAMAGED,
};

/** The first two characters of a SQLSTATE. */
const CLASSES: Readonly<Record<string, VerdictBySide>> = {
  '08': LOST,
  '22': CODE_FAILED,
  '23': {
    source: permanent(FailureCode.SourceQueryFailed),
    central: permanent(FailureCode.ConstraintViolated),
  },
  '28': SIGN_IN,
  // Missing database or schema.
  '3D': NO_DATABASE,
  '3F': TABLE_MISSING,
  // Functions in other languages, and what they call.
  '38': CODE_FAILED,
  '39': CODE_FAILED,
  '40': CONTENTION,
  '44': CONSTRAINT,
  '53': OVERLOADED,
  '54': LIMIT,
  '55': CONTENTION,
  // 57P01, 57P02: restarted, crashed, or pg_terminate_backend. 57014: cancelled by somebody, because we allow
  // no statement time-out.
  '57': ENDED,
  // Errors of the operating system: a missing or unreadable file.
  '58': DAMAGED,
  '72': SERIALIZATION,
  // Errors of foreign data wrappers: the server of a foreign table fails.
  HV: CODE_FAILED,
  // RAISE: in a view's function at the source, in a trigger at central.
  P0: CODE_FAILED,
};

/** Errors whose SQLSTATE is too vague. The texts come from poolers or are never translated. */
const BY_MESSAGE: readonly { sqlstate: string; message: RegExp; sides: VerdictBySide }[] = [
  // PgBouncer reports nearly everything as 08P01.
  { sqlstate: '08P01', message: /no more connections|query_wait_timeout/i, sides: BUSY },
  { sqlstate: '08P01', message: /cannot connect to server|login has been failing/i, sides: UNREACHABLE },
  { sqlstate: '08P01', message: /startup parameter/i, sides: UNEXPECTED },
  { sqlstate: '08P01', message: /no such database/i, sides: NO_DATABASE },
  { sqlstate: '0A000', message: /cached plan must not change/, sides: CONTENTION },
  { sqlstate: 'XX000', message: /tuple concurrently (?:updated|deleted)/, sides: CONTENTION },
];

/**
 * The verdict on a SQLSTATE; one that is not listed is unexpected, and permanent.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function verdictOf(sqlstate: string, side: Side, message: string): Verdict {
  const special = BY_MESSAGE.find((one) => one.sqlstate === sqlstate && one.message.test(message));
  const sides = special?.sides ?? EXACT[sqlstate] ?? CLASSES[sqlstate.slice(0, 2)] ?? UNEXPECTED;
  return sides[side];
}

/** The SQLSTATE of a server's error, or undefined. (`EPIPE` also has five letters, but no severity.) */
export function sqlstateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}
