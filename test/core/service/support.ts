import { onTestFinished } from 'vitest';
import type { Waker } from '../../../src/core/schedule/waker.ts';
import { startService } from '../../../src/core/service/service.ts';
import type { Service } from '../../../src/core/service/serviceApi.ts';
import type { ServiceEvent } from '../../../src/shared/service.ts';
import { BatchTrigger } from '../../../src/shared/status.ts';
import { type JumpClock, jumpClock } from '../../support/jumpClock.ts';

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
  /** What the waker does at a planned time and every minute. */
  wake(): void;
}

/** Starts a service that ends with the test. */
export function watchService(folder: string, clock: JumpClock = jumpClock()): Watched {
  let wake: () => void = () => {};
  const waker: Waker = {
    start: (call) => {
      wake = call;
      return () => {};
    },
  };
  const service = startService(
    { clock, random: Math.random, logger: { log: () => {} } },
    {
      folder,
      face: BatchTrigger.Agent,
      language: 'en',
      waker,
      timeouts: {},
      retry: { firstDelayMs: 20, longestDelayMs: 200 },
    },
  );
  const events: ServiceEvent[] = [];
  const watchers = new Set<() => void>();
  service.on((event) => {
    events.push(event);
    for (const look of watchers) look();
  });
  onTestFinished(() => service.stop(AbortSignal.abort()));
  return {
    service,
    clock,
    events,
    event: (type, fits = () => true) => {
      type Found = ServiceEventOf<typeof type>;
      const { promise, resolve } = Promise.withResolvers<Found>();
      const look = (): void => {
        const found = events.find((one): one is Found => one.type === type && fits(one as Found));
        if (found !== undefined) resolve(found);
      };
      watchers.add(look);
      look();
      return promise.finally(() => watchers.delete(look));
    },
    wake: () => wake(),
  };
}
