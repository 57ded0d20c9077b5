import { onTestFinished } from 'vitest';
import { createWindowApp } from '../../src/app/createWindowApp.ts';
import type { WindowApp, WindowAppHost } from '../../src/app/windowApp.ts';
import type { Clock, Ports } from '../../src/core/ports.ts';
import type { Refusal } from '../../src/window-api/views.ts';
import type { Args, CallName, Result, WindowEvent } from '../../src/window-api/windowApi.ts';
import { realPorts } from '../core/journal/support/world.ts';

export type EventOf<Type extends WindowEvent['type']> = Extract<WindowEvent, { readonly type: Type }>;

/** A clock whose sleepers wake as it is moved on. */
export function steppedClock(): Clock & { pass(ms: number): Promise<void> } {
  let now = 0;
  let sleepers: { readonly until: number; wake(): void }[] = [];
  return {
    now: () => new Date(now),
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ until: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
    pass: async (ms) => {
      now += ms;
      const due = sleepers.filter((one) => one.until <= now);
      sleepers = sleepers.filter((one) => one.until > now);
      for (const one of due) one.wake();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

/** A window app under test. */
export interface OpenedWindowApp {
  readonly windowApp: WindowApp;
  /** What a call answers. Fails the test where it is refused. */
  value<C extends CallName>(call: C, ...args: Args<C>): Promise<Result<C>>;
  /** The refusal of a call. Fails the test where it is answered. */
  refusal<C extends CallName>(call: C, ...args: Args<C>): Promise<Refusal>;
  /** All that was told since {@link listen}. */
  readonly events: readonly WindowEvent[];
  listen(): () => void;
  /** The first event of a type that fits, told already or still to come. */
  event<Type extends WindowEvent['type']>(
    type: Type,
    fits?: (event: EventOf<Type>) => boolean,
  ): Promise<EventOf<Type>>;
}

/** A window app on a folder, disposed after the test. */
export function windowAppOn(
  folder: string,
  host: Partial<WindowAppHost> & { readonly ports?: Ports } = {},
): OpenedWindowApp {
  const windowApp = createWindowApp({
    program: 'tray',
    version: '1.2.3',
    folder,
    ports: realPorts,
    service: null,
    systemLanguages: ['en-GB'],
    startAtLogin: null,
    notify: null,
    choosePath: null,
    startDemo: null,
    ...host,
  });
  onTestFinished(() => windowApp[Symbol.dispose]());
  const events: WindowEvent[] = [];
  const watchers = new Set<() => void>();
  return {
    windowApp,
    events,
    value: async (call, ...args) => {
      const answer = await windowApp.answer(call, args);
      if (!answer.ok) throw new Error(`${call} was refused: ${JSON.stringify(answer.refusal)}`);
      return answer.value;
    },
    refusal: async (call, ...args) => {
      const answer = await windowApp.answer(call, args);
      if (answer.ok) throw new Error(`${call} was not refused`);
      return answer.refusal;
    },
    listen: () =>
      windowApp.on((event) => {
        events.push(event);
        for (const look of watchers) look();
      }),
    event: (type, fits = () => true) => {
      const { promise, resolve } = Promise.withResolvers<EventOf<typeof type>>();
      const look = (): void => {
        const found = events.find(
          (one): one is EventOf<typeof type> => one.type === type && fits(one as EventOf<typeof type>),
        );
        if (found !== undefined) resolve(found);
      };
      watchers.add(look);
      look();
      return promise.finally(() => watchers.delete(look));
    },
  };
}
