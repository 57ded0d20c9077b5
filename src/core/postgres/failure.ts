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
import { isTlsError } from './tls.ts';

export type { Side } from './sqlstates.ts';

/**
 * Classifies an error once, at the place where it came out of a connection: everybody above decides by
 * `kind` and speaks by `code`.
 *
 * A SyncFailure stays what it is, also inside another error's `cause`; it only gets the params that it lacks.
 *
 * @param params what the sentence names: connection, host, port, table, …
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
 * Code of the database's own may fail for any reason: a table that its function does not find, another server
 * that it asks. None of that is about our statement or our connection.
 */
function verdictWithin(error: Error, sqlstate: string, side: Side): Verdict {
  // PgBouncer says 08P01 of itself; a server that lets nobody in says FATAL.
  const elsewhere = /^080\d/.test(sqlstate) && Reflect.get(error, 'severity') === 'ERROR';
  const inFunction = functionsIn(error).length > 0 && /^(?:08|0A|2B|3F|42|55000)/.test(sqlstate);
  const denied = sqlstate === '42501';
  // An input function fails: it looks for an object that a value names, or reads an expression in it.
  const inValue = side === 'central' && copyContext(error) !== null && /^(?:0A|2B|3F|42)/.test(sqlstate);
  if ((elsewhere || inFunction || inValue) && !denied) return verdictOf(RAISED, side, error.message);
  return verdictOf(sqlstate, side, error.message);
}

/** SQLSTATE raise_exception. */
const RAISED = 'P0001';

/**
 * The error, what it was caused by and what it gathers: a host name with several addresses fails with an
 * AggregateError of one error an address, whose own message is empty.
 */
function errorsWithin(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return [];
  const gathered: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...gathered, error.cause].flatMap((one) => errorsWithin(one, depth + 1))];
}

/** Deeper than any library nests its errors; an error that is its own cause must not loop. */
const MAX_DEPTH = 5;

/** What the operating system, Node or node-pg says about a connection; null where it says nothing of the kind. */
function verdictOfClient(error: Error, side: Side): Verdict | null {
  const code = 'code' in error ? String(error.code) : '';
  const syscall = 'syscall' in error ? String(error.syscall) : '';
  if (LINK_DAMAGED.test(code)) return LOST;
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

/** TLS that had worked until then: bytes changed on the way, or the stream was cut in a record. */
const LINK_DAMAGED =
  /^ERR_SSL_(?:DECRYPTION_FAILED_OR_BAD_RECORD_MAC|BAD_RECORD_MAC|UNEXPECTED_EOF_WHILE_READING)$/;

/** System calls of which any failure means that no connection came about (a socket file without a server: ENOENT). */
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

/** What ends a connection that had come about. */
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
  // Bytes got lost on the way: see WireError.
  'BROKEN_PROTOCOL',
]);

const LOCAL_DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);
const TOO_MANY_FILES = new Set(['EMFILE', 'ENFILE']);

const both = (verdict: Verdict) => ({ source: verdict, central: verdict });

/** node-pg's errors without a code, in its own words (node_modules/pg/lib). */
const MESSAGES: readonly { message: RegExp; verdict: Readonly<Record<Side, Verdict>> }[] = [
  { message: /^timeout expired$/, verdict: UNREACHABLE },
  { message: /^Connection terminated\b/, verdict: both(LOST) },
  // A right message where nobody has asked for anything.
  { message: /^Received unexpected \w+ message from backend/, verdict: both(LOST) },
  { message: /connection error and is not queryable|was closed and is not queryable/, verdict: both(LOST) },
  { message: /client password must be a (?:non-empty )?string$/, verdict: both(NO_PASSWORD) },
  { message: /^SASL: |^Unknown authenticationOk message type/, verdict: SIGN_IN },
];

/** The outer message where it says something, else those of all addresses. */
function clientMessage(outer: unknown, found: Error): string {
  const gathered = outer instanceof AggregateError ? errorsWithin(outer).slice(1) : [found];
  const messages = gathered.map((one) => one.message).filter((message) => message !== '');
  return withoutSecrets(messageOf(outer) || [...new Set(messages)].join('; ') || found.name);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The names that PostgreSQL gives beside its message. */
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
