import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WritableJournal } from '../../src/core/journal/journal.ts';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import type { Clock, Logger } from '../../src/core/ports.ts';
import type { RetryPolicy } from '../../src/core/table/retry.ts';
import type { Waker } from '../../src/service/schedule/waker.ts';
import { startService } from '../../src/service/service.ts';
import type { Service } from '../../src/service/serviceApi.ts';
import type { ServiceEvent, ServiceStatus } from '../../src/shared/service.ts';
import { BatchTrigger } from '../../src/shared/status.ts';
import { type JumpClock, jumpClock } from '../support/jumpClock.ts';

export type ServiceEventOf<Type extends ServiceEvent['type']> = Extract<
  ServiceEvent,
  { readonly type: Type }
>;

/** A service under test, and what it has told. */
export interface Watched {
  readonly service: Service;
  readonly clock: JumpClock;
  readonly events: readonly ServiceEvent[];
  /** The first event of a type that fits, told already or still to come. */
  event<Type extends ServiceEvent['type']>(
    type: Type,
    fits?: (event: ServiceEventOf<Type>) => boolean,
  ): Promise<ServiceEventOf<Type>>;
  /** As {@link event}, of those that are still to come. */
  next: Watched['event'];
  /** The first status that fits; the one of this moment counts. */
  status(fits: (status: ServiceStatus) => boolean): Promise<ServiceStatus>;
  /** How many events of a type it has told. */
  count(type: ServiceEvent['type']): number;
  /** Errors that it has logged. */
  readonly errors: readonly string[];
  /** What the waker does at a planned time and every minute. */
  wake(): void;
  /** Moves the clock and wakes: a planned time has come, or a machine was asleep. */
  wakeAt(at: Date): void;
  /** Wakes it, and waits until it rests again: it has looked, and done all that there was to do. */
  quiet(): Promise<void>;
}

export interface WatchOptions {
  readonly clock?: JumpClock;
  readonly retry?: Partial<RetryPolicy>;
}

/** The service rests for longer than the engine waits between attempts. */
const REST_MS = 1000;

/** Starts a service that ends with the test. */
export function watchService(folder: string, options: WatchOptions = {}): Watched {
  const clock = options.clock ?? jumpClock();
  const errors: string[] = [];
  let wake: () => void = () => {};
  const waker: Waker = {
    start: (call) => {
      wake = call;
      return () => {};
    },
  };
  let rests = Promise.withResolvers<void>();
  const watchedClock: JumpClock = {
    ...clock,
    sleep: (ms, signal) => {
      if (ms > REST_MS) {
        rests.resolve();
        rests = Promise.withResolvers();
      }
      return clock.sleep(ms, signal);
    },
  };
  const logger: Logger = {
    log: (level, _message, facts) => void (level === 'error' && errors.push(JSON.stringify(facts))),
  };
  const service = startService(
    { clock: watchedClock, random: Math.random, logger },
    {
      folder,
      trigger: BatchTrigger.Agent,
      language: 'en',
      waker,
      retry: { firstDelayMs: 20, longestDelayMs: 200, ...options.retry },
    },
  );
  const events: ServiceEvent[] = [];
  const watchers = new Set<() => void>();
  service.on((event) => {
    events.push(event);
    for (const look of watchers) look();
  });
  onTestFinished(() => service.stop(AbortSignal.abort()));
  const find = <Found extends ServiceEvent>(
    type: ServiceEvent['type'],
    fits: (event: Found) => boolean,
    from: number,
  ): Promise<Found> => {
    const { promise, resolve } = Promise.withResolvers<Found>();
    const look = (): void => {
      const found = events.slice(from).find((one): one is Found => one.type === type && fits(one as Found));
      if (found !== undefined) resolve(found);
    };
    watchers.add(look);
    look();
    return promise.finally(() => watchers.delete(look));
  };
  return {
    service,
    clock,
    events,
    errors,
    event: (type, fits = () => true) => find(type, fits, 0),
    next: (type, fits = () => true) => find(type, fits, events.length),
    status: async (fits) => {
      const now = service.status();
      return fits(now)
        ? now
        : (await find<ServiceEventOf<'status'>>('status', (one) => fits(one.status), events.length)).status;
    },
    count: (type) => events.filter((one) => one.type === type).length,
    wake: () => wake(),
    wakeAt: (at) => {
      clock.jumpTo(at);
      wake();
    },
    quiet: async () => {
      const rested = rests.promise;
      wake();
      await rested;
    },
  };
}

/** Replaces parts of `settings.json`, at the top level. */
export function changeSettings(folder: string, parts: Readonly<Record<string, unknown>>): void {
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...parts }));
}

/** Looks into the journal, or prepares it. */
export function withJournal<T>(
  folder: string,
  work: (journal: WritableJournal) => T,
  clock: Clock = jumpClock(),
): T {
  const { journal } = openJournal(folder, { clock, random: Math.random, logger: { log: () => {} } });
  try {
    return work(journal);
  } finally {
    journal.close();
  }
}

export const HOUR_MS = 3_600_000;

/** So much later than a time of the clock. */
export function after(clock: Clock, ms: number): Date {
  return new Date(clock.now().getTime() + ms);
}
