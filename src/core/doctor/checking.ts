import {
  type DoctorCheck,
  type DoctorCheckName,
  type Finding,
  type FindingCode,
  stateOf,
} from '../../shared/doctor.ts';
import { type ErrorParams, SyncFailure, UsageError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Ports } from '../ports.ts';
import { errorFacts } from '../unexpected.ts';
import type { Machine } from './machine.ts';

/** What all checks work with. */
export interface Examined {
  /** The user-data folder, which may not exist yet. */
  readonly folder: string;
  /** Null if there are none, or none that can be used. */
  readonly settings: Settings | null;
  readonly ports: Ports;
  readonly machine: Machine;
  /** Aborted when nobody waits for the report any more. */
  readonly stop: AbortSignal;
}

export function finding(code: FindingCode, params: ErrorParams = {}): Finding {
  return { kind: 'finding', code, params };
}

/** A check that reads this computer only, and how long it may take. */
const COMPUTER_MS = 20_000;

/**
 * Runs one check to its end or its time limit. Never throws: an unexpected error is a finding too, so that the other
 * checks are reported all the same.
 *
 * @param work aborted through its signal when the time is up
 */
export async function checked(
  examined: Pick<Examined, 'ports' | 'stop'>,
  check: DoctorCheckName,
  subject: string | null,
  work: (stop: AbortSignal) => Finding | Promise<Finding>,
  limitMs = COMPUTER_MS,
): Promise<DoctorCheck> {
  const { clock } = examined.ports;
  const began = clock.monotonic();
  const found = await within(limitMs, examined.stop, work).catch((error: unknown) =>
    failed(error, check, examined),
  );
  return done(check, subject, found, clock.monotonic() - began);
}

/** A check with its result. */
export function done(check: DoctorCheckName, subject: string | null, found: Finding, ms = 0): DoctorCheck {
  return { check, subject, state: stateOf(found), finding: found, ms: Math.round(ms) };
}

class TimedOut extends Error {
  override readonly name = 'TimedOut';
  readonly seconds: number;

  constructor(ms: number) {
    super(`no result within ${ms} ms`);
    this.seconds = ms / 1000;
  }
}

/**
 * Waits for a piece of work, but no longer than this.
 *
 * @throws TimedOut, which {@link failed} turns into a finding; the work's own error
 */
export async function within<T>(
  limitMs: number,
  stop: AbortSignal,
  work: (stop: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const late = Promise.withResolvers<never>();
  const giveUp = (error: unknown): void => {
    late.reject(error);
    ended.abort();
  };
  late.promise.catch(() => {});
  const timer = setTimeout(() => giveUp(new TimedOut(limitMs)), limitMs);
  const stopped = (): void => giveUp(stop.reason);
  stop.addEventListener('abort', stopped);
  try {
    stop.throwIfAborted();
    const working = Promise.resolve(work(ended.signal));
    // It may still fail after the limit, when nobody waits for it.
    working.catch(() => {});
    return await Promise.race([working, late.promise]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', stopped);
  }
}

/** What an error of a check means. Unexpected ones are logged with their stack, which a report never has. */
export function failed(
  error: unknown,
  check: DoctorCheckName,
  { ports, stop }: Pick<Examined, 'ports' | 'stop'>,
): Finding {
  if (error instanceof SyncFailure) return { kind: 'failure', failure: error.detail };
  if (error instanceof UsageError) return { kind: 'usage', code: error.code, params: error.params };
  if (error instanceof TimedOut) return finding('timed_out', { seconds: error.seconds });
  // Nobody will see the report, and what was stopped is no error.
  if (!stop.aborted)
    ports.logger.log('warn', 'A check of the doctor failed', { check, ...errorFacts(error) });
  return finding('check_failed', { reason: error instanceof Error ? error.message : String(error) });
}
