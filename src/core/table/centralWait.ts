import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { Ports } from '../ports.ts';
import type { RetryPolicy } from './retry.ts';

/** A wait for head office, as it is reported. */
export interface CentralWaitState {
  /** How long it has taken so far. */
  readonly seconds: number;
  /** Whether it has ended, for whatever reason. */
  readonly over: boolean;
  /** Why head office was last refused. */
  readonly failure: FailureDetail;
}

/** What became of a wait: `none` if the failure is not about places, so that it is handled like any other. */
export type CentralWaitEnd = 'again' | 'stopped' | 'given_up' | 'none';

/** How often a continuing wait is reported. */
const TELL_MS = 60_000;

/**
 * Whether head office, or a pooler in front of it, has no connection free, or others hold the lock under which all
 * installations run DDL there. Both end when others are done, so the run waits for minutes instead of failing.
 */
function isCentralBusy({ code, params }: FailureDetail): boolean {
  if (code === FailureCode.CentralDdlLocked) return true;
  return code === FailureCode.TooManyConnections && params.side === 'central';
}

/**
 * Waits between attempts while head office is busy, for `patienceMs` in all. Pauses grow up to `longestDelayMs` and have
 * full jitter (random between 0 and that bound), so that branches that were refused together do not come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class CentralWait {
  readonly #ports: Ports;
  readonly #retry: RetryPolicy;
  readonly #stop: AbortSignal;
  readonly #tell: (state: CentralWaitState) => void;
  /** Monotonic milliseconds of the first refusal; null while nothing is waited for. */
  #since: number | null = null;
  #refusals = 0;
  #toldAt = 0;
  #failure: FailureDetail | null = null;

  /** @param tell called as a wait begins, once a minute, and as it ends */
  constructor(
    {
      ports,
      retry,
      stop,
    }: { readonly ports: Ports; readonly retry: RetryPolicy; readonly stop: AbortSignal },
    tell: (state: CentralWaitState) => void,
  ) {
    this.#ports = ports;
    this.#retry = retry;
    this.#stop = stop;
    this.#tell = tell;
  }

  /** Waits before the next attempt, if the last one failed because head office is busy. */
  async after(failure: FailureDetail): Promise<CentralWaitEnd> {
    const { patienceMs, firstDelayMs, longestDelayMs } = this.#retry;
    if (!isCentralBusy(failure) || patienceMs === 0) return 'none';
    const { clock, random } = this.#ports;
    this.#since ??= clock.monotonic();
    this.#failure = failure;
    const left = patienceMs - (clock.monotonic() - this.#since);
    if (left <= 0) {
      this.over();
      return 'given_up';
    }
    if (this.#refusals === 0 || clock.monotonic() - this.#toldAt >= TELL_MS) this.#say(failure, false);
    const bound = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#refusals);
    this.#refusals++;
    await clock.sleep(Math.min(left, random() * bound), this.#stop).catch(() => {});
    if (!this.#stop.aborted) return 'again';
    this.over();
    return 'stopped';
  }

  /** Ends the wait: head office has done something for this run, or the run gives up. */
  over(): void {
    if (this.#failure !== null) this.#say(this.#failure, true);
    this.#failure = null;
    this.#since = null;
    this.#refusals = 0;
  }

  #say(failure: FailureDetail, over: boolean): void {
    this.#toldAt = this.#ports.clock.monotonic();
    this.#tell({ seconds: (this.#toldAt - (this.#since ?? this.#toldAt)) / 1000, over, failure });
  }
}
