import { FailureCode, type FailureDetail, FailureKind, SyncFailure, UsageError } from '../shared/errors.ts';
import type { Logger } from './ports.ts';

/** What a log records of an error: its text, and its stack if nobody classified it. */
export function errorFacts(error: unknown): Readonly<Record<string, unknown>> {
  const text = { error: String(error) };
  if (!isUnexpected(error)) return text;
  return { ...text, stack: stacksOf(error) };
}

/** Whether an error is unclassified, so that only its stack helps to find the cause. */
export function isUnexpected(error: unknown): boolean {
  if (error instanceof SyncFailure) return error.detail.code === FailureCode.Internal;
  return !(error instanceof UsageError);
}

const logged = new WeakSet<Error>();

/** Logs an unexpected error with its stack, only once even if several places catch it on its way up. */
export function logUnexpected(logger: Logger, error: unknown): void {
  if (!isUnexpected(error)) return;
  if (error instanceof Error) {
    if (logged.has(error)) return;
    logged.add(error);
  }
  logger.log('error', 'unexpected', errorFacts(error));
}

/** The stack, and those of its causes. */
export function stacksOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? String(error);
  if (error.cause === undefined || depth === MAX_DEPTH) return own;
  return `${own}\ncaused by: ${stacksOf(error.cause, depth + 1)}`;
}

/** An error that is its own cause must not loop. */
const MAX_DEPTH = 5;

/** More lines per minute about a repeating error add nothing. */
const MOST_A_MINUTE = 20;

/**
 * Handles uncaught errors of a process: logs each with its stack, and continues.
 *
 * @param told called for each logged error
 */
export function lastResort(
  logger: Logger,
  told: (error: unknown) => void = () => {},
): (error: unknown) => void {
  let minute = 0;
  let count = 0;
  return (error) => {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) count = 0;
    minute = now;
    count += 1;
    if (count > MOST_A_MINUTE) return;
    logger.log('error', 'unexpected', { uncaught: true, error: String(error), stack: stacksOf(error) });
    told(error);
  };
}

/**
 * Converts any error to a FailureDetail. Unclassified errors become "internal"; their stack goes to the log, whose
 * file the failure then names.
 */
export function asFailure(error: unknown, logger?: Logger): FailureDetail {
  if (logger !== undefined) logUnexpected(logger, error);
  const known = error instanceof SyncFailure ? error.detail : unclassified(error);
  const file = logger?.file?.();
  if (known.code !== FailureCode.Internal || file === undefined) return known;
  return { ...known, params: { ...known.params, file } };
}

function unclassified(error: unknown): FailureDetail {
  const message = error instanceof Error ? error.message : String(error);
  return { code: FailureCode.Internal, kind: FailureKind.Permanent, message, params: {} };
}
