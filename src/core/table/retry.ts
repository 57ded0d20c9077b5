import { FailureCode, type FailureDetail, FailureKind } from '../../shared/errors.ts';
import { assertNever } from '../../shared/status.ts';
import type { Random } from '../ports.ts';

/** How often and how soon a failed attempt is repeated. Times in milliseconds. */
export interface RetryPolicy {
  /** Maximum number of retries without progress; a committed chunk resets the count. */
  readonly transient: number;
  /** Retries of a server that does not answer: few and quick, since all tables of the connection wait for the result. */
  readonly unreachable: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** How long a busy head office is waited for: see `CentralWait`. */
  readonly patienceMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  transient: 6,
  unreachable: 2,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  patienceMs: 15 * 60_000,
};

/**
 * How long to wait before the next attempt: exponential back-off with equal jitter (half fixed, half
 * random), so that a thousand branches do not come back to a restarted central in the same instant.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param attempt failed attempts so far, without progress between them; 0 for the first
 * @returns milliseconds, or null where there is no point in trying again
 */
export function retryDelay(
  policy: RetryPolicy,
  failure: FailureDetail,
  attempt: number,
  random: Random,
): number | null {
  if (attempt >= allowed(policy, failure)) return null;
  const ceiling = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}

function allowed(policy: RetryPolicy, { code, kind }: FailureDetail): number {
  switch (kind) {
    case FailureKind.Transient:
      return policy.transient;
    case FailureKind.Unreachable:
      // A server that says it is starting will be up soon, but crash recovery takes longer than two quick retries.
      return code === FailureCode.ServerStarting ? policy.transient : policy.unreachable;
    case FailureKind.Permanent:
      return 0;
    default:
      return assertNever(kind);
  }
}

/**
 * Whether the journal cannot be written. That is no table's fault, and the next table would fail too. The run ends, as
 * after a crash, and continues from the checkpoints when there is room again.
 */
export function isOurDisk({ code, kind }: FailureDetail): boolean {
  if (code === FailureCode.LocalDiskFull) return true;
  return code === FailureCode.JournalFailed && kind === FailureKind.Permanent;
}

/** SQLSTATE query_canceled. A stop causes it (`cancelOnStop`); without a stop it is retried like a lost connection. */
export function isCancelled({ sqlstate }: FailureDetail): boolean {
  return sqlstate === '57014';
}
