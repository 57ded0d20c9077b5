import {
  type ErrorParams,
  FailureCode,
  type FailureDetail,
  FailureKind,
  SyncFailure,
} from '../../shared/errors.ts';
import { isNoRoom } from '../files/folderError.ts';
import { copyContext, functionsIn, serverMessage, withoutSecrets } from './serverMessage.ts';
import { SIGN_IN, type Side, sqlstateOf, UNREACHABLE, type Verdict, verdictOf } from './sqlstates.ts';
import { isTlsError, isTlsNotOffered } from './tls.ts';

export type { Side } from './sqlstates.ts';

/**
 * Classifies an error once, where it leaves a connection: all callers decide by `kind` and show `code`.
 *
 * A SyncFailure, also as another error's `cause`, stays unchanged except that missing params are added.
 *
 * @param params values for the sentence: connection, host, port, table, …
 */
export function classify(error: unknown, side: Side, params: ErrorParams): FailureDetail {
  const chain = errorsWithin(error);
  const settled = chain.find((one) => one instanceof SyncFailure);
  if (settled !== undefined) {
    return { ...settled.detail, params: { ...params, ...settled.detail.params } };
  }

  for (const one of chain) {
    const sqlstate = sqlstateOf(one);
    if (sqlstate !== undefined) {
      const verdict = verdictWithin(one, sqlstate, side);
      return { ...verdict, message: serverMessage(one), sqlstate, params: { ...namesIn(one), ...params } };
    }
    const verdict = verdictOfClient(one, side);
    if (verdict !== null) return { ...verdict, message: clientMessage(error, one), params };
  }
  const message = withoutSecrets(messageOf(error));
  return { code: FailureCode.Internal, kind: FailureKind.Permanent, message, params };
}

/**
 * Functions and triggers in a database can fail for any reason: a missing table, another server that they
 * ask. None of that is about our statement or connection, so it is classified as an error raised by them.
 */
function verdictWithin(error: Error, sqlstate: string, side: Side): Verdict {
  // A connection error (class 08) with severity ERROR comes from a function that connects to another server, such as
  // dblink: an error of our own connection has severity FATAL. PgBouncer uses 08P01 for its own errors.
  const elsewhere = /^080\d/.test(sqlstate) && Reflect.get(error, 'severity') === 'ERROR';
  const inFunction = functionsIn(error).length > 0 && /^(?:08|0A|2B|3F|42|55000)/.test(sqlstate);
  const denied = sqlstate === '42501';
  // A type's input function refused a value, such as a regclass that names a table central does not have. Then the
  // value is at fault, not our statement.
  const inValue = side === 'central' && copyContext(error) !== null && /^(?:0A|2B|3F|42)/.test(sqlstate);
  if ((elsewhere || inFunction || inValue) && !denied) return verdictOf(RAISED, side, error.message);
  return verdictOf(sqlstate, side, error.message);
}

/** SQLSTATE raise_exception. */
const RAISED = 'P0001';

/**
 * The error with its causes and aggregated errors: connecting to a host with several addresses fails with an
 * AggregateError of one error per address, whose own message is empty.
 */
function errorsWithin(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return [];
  const gathered: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...gathered, error.cause].flatMap((one) => errorsWithin(one, depth + 1))];
}

/** Deeper than any library nests errors. An error that is its own cause must not loop. */
const MAX_DEPTH = 5;

/** Classifies connection errors of the operating system, Node or node-pg; null if it is none. */
function verdictOfClient(error: Error, side: Side): Verdict | null {
  const code = 'code' in error ? String(error.code) : '';
  const syscall = 'syscall' in error ? String(error.syscall) : '';
  // A server's error without a valid SQLSTATE: PostgreSQL sends none, and its code must not pass for the system's.
  if ('severity' in error) return LOST;
  if (LINK_DAMAGED.test(code)) return LOST;
  if (isTlsNotOffered(error)) return { code: FailureCode.TlsNotOffered, kind: FailureKind.Permanent };
  if (isTlsError(error)) return { code: FailureCode.Tls, kind: FailureKind.Permanent };
  if (NOBODY_THERE.has(code) || OPENING.has(syscall)) return UNREACHABLE[side];
  if (BROKEN.has(code)) return LOST;
  if (isNoRoom(error)) return DISK_FULL;
  if (code.startsWith('SQLITE_') || LOCAL_DISK.has(code)) return JOURNAL;
  if (TOO_MANY_FILES.has(code)) return { code: FailureCode.Internal, kind: FailureKind.Transient };
  return MESSAGES.find(({ message }) => message.test(error.message))?.verdict[side] ?? null;
}

export const LOST: Verdict = { code: FailureCode.ConnectionLost, kind: FailureKind.Transient };
const JOURNAL: Verdict = { code: FailureCode.JournalFailed, kind: FailureKind.Permanent };
const DISK_FULL: Verdict = { code: FailureCode.LocalDiskFull, kind: FailureKind.Permanent };
const NO_PASSWORD: Verdict = { code: FailureCode.PasswordMissing, kind: FailureKind.Permanent };

/** TLS errors after a successful start: bytes changed on the way, or the stream ended inside a record. */
const LINK_DAMAGED =
  /^ERR_SSL_(?:DECRYPTION_FAILED_OR_BAD_RECORD_MAC|BAD_RECORD_MAC|UNEXPECTED_EOF_WHILE_READING)$/;

/** System calls whose failures all mean that no connection was made (a socket file without a server: ENOENT). */
const OPENING = new Set(['connect', 'getaddrinfo', 'queryA', 'queryAaaa']);

const NOBODY_THERE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);

/** Errors that end an established connection. */
const BROKEN = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTCONN',
  'ENETRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_SOCKET_CLOSED',
  // Bytes were lost on the way: see WireError.
  'BROKEN_PROTOCOL',
]);

const LOCAL_DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);
const TOO_MANY_FILES = new Set(['EMFILE', 'ENFILE']);

const both = (verdict: Verdict) => ({ source: verdict, central: verdict });

/** node-pg's errors without a code, by their messages (node_modules/pg/lib). */
const MESSAGES: readonly { message: RegExp; verdict: Readonly<Record<Side, Verdict>> }[] = [
  { message: /^timeout expired$/, verdict: UNREACHABLE },
  { message: /^Connection terminated\b/, verdict: both(LOST) },
  // A valid message that no request asked for.
  { message: /^Received unexpected \w+ message from backend/, verdict: both(LOST) },
  { message: /connection error and is not queryable|was closed and is not queryable/, verdict: both(LOST) },
  { message: /client password must be a (?:non-empty )?string$/, verdict: both(NO_PASSWORD) },
  { message: /^SASL: |^Unknown authenticationOk message type/, verdict: SIGN_IN },
];

/** The outer error's message if it has one, else those of all addresses. */
function clientMessage(outer: unknown, found: Error): string {
  const gathered = outer instanceof AggregateError ? errorsWithin(outer).slice(1) : [found];
  const messages = gathered.map((one) => one.message).filter((message) => message !== '');
  return withoutSecrets(messageOf(outer) || [...new Set(messages)].join('; ') || found.name);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The names that PostgreSQL sends along with its message. */
function namesIn(error: Error): ErrorParams {
  const names: Record<string, string> = {};
  for (const name of ['schema', 'table', 'column', 'constraint', 'dataType'] as const) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string' && value !== '') names[name] = value;
  }
  const within = functionsIn(error);
  if (within.length > 0) names.within = within.join(', ');
  return names;
}
