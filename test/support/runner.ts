import { fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { Timeouts } from '../../src/core/postgres/session.ts';
import type { RetryPolicy } from '../../src/core/table/retry.ts';
import type { BatchRow, EngineEvent } from '../../src/shared/contract.ts';

/** What the child is to do: a new batch of everything, or the rest of an old one. */
export interface RunnerOrder {
  readonly folder: string;
  readonly batchId: string | null;
  readonly timeouts: Partial<Timeouts>;
  readonly retry: Partial<RetryPolicy>;
}

/** What the child tells. */
export type RunnerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'event'; readonly event: EngineEvent }
  | { readonly kind: 'ended'; readonly batch: BatchRow }
  | { readonly kind: 'failed'; readonly error: string };

export type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { readonly type: Type }>;

/** A process of its own that runs a batch, so that a test can kill it or stop it in the middle. */
export interface Runner {
  readonly pid: number;
  /** What the engine has told so far. */
  readonly events: readonly EngineEvent[];
  /**
   * The first event of a type (that fits), whether it was told already or is still to come.
   *
   * @throws Error where the child ends without it
   */
  event<Type extends EngineEvent['type']>(
    type: Type,
    fits?: (event: EventOf<Type>) => boolean,
  ): Promise<EventOf<Type>>;
  /** Waits for so many chunks. @throws Error where the child ends before */
  chunks(count: number): Promise<void>;
  /** The batch at its end. @throws Error what the engine threw, or that the child died */
  ended(): Promise<BatchRow>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it stands still with everything that it holds. */
  freeze(): void;
  thaw(): void;
}

/** A child that has started and waits for its order: its start-up is not part of what a test times. */
export interface IdleRunner {
  run(folder: string, batchId?: string | null): Runner;
}

export interface RunnerOptions {
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
}

const FAST_RETRY: Partial<RetryPolicy> = { firstDelayMs: 20, longestDelayMs: 200 };

/** Starts a batch, or goes on with one, in a child process that is killed at the latest with the test. */
export async function startRunner(
  folder: string,
  batchId: string | null = null,
  options: RunnerOptions = {},
): Promise<Runner> {
  return (await idleRunner(options)).run(folder, batchId);
}

export async function idleRunner(options: RunnerOptions = {}): Promise<IdleRunner> {
  const child = fork(new URL('./runnerMain.ts', import.meta.url), { execArgv: [] });
  const gone = once(child, 'exit');
  const events: EngineEvent[] = [];
  const watchers = new Set<() => void>();
  const end = Promise.withResolvers<BatchRow>();
  end.promise.catch(() => undefined);
  child.on('message', (message: RunnerMessage) => {
    if (message.kind === 'event') events.push(message.event);
    if (message.kind === 'ended') end.resolve(message.batch);
    if (message.kind === 'failed') end.reject(new Error(message.error));
    for (const look of watchers) look();
  });
  child.once('exit', (code, signal) => end.reject(new Error(`The runner ended with ${signal ?? code}`)));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  await Promise.race([once(child, 'message'), end.promise]);

  /** Looks at what was told, now and at each event, until there is something to find. */
  const find = <Found>(what: string, look: () => Found | undefined): Promise<Found> => {
    const found = Promise.withResolvers<Found>();
    const watch = (): void => {
      const result = look();
      if (result !== undefined) found.resolve(result);
    };
    watch();
    watchers.add(watch);
    const fail = (why: string): void => found.reject(new Error(`${why}, without ${what}`));
    end.promise.then(
      () => fail('The batch ended'),
      (error: unknown) => fail(String(error)),
    );
    return found.promise.finally(() => watchers.delete(watch));
  };

  const runner: Runner = {
    pid: child.pid ?? 0,
    events,
    event: (type, fits = () => true) => {
      type Found = EventOf<typeof type>;
      return find(type, () => events.find((one): one is Found => one.type === type && fits(one as Found)));
    },
    chunks: (count) =>
      find(`${count} chunks`, () =>
        events.filter((one) => one.type === 'table_progress').length >= count ? null : undefined,
      ).then(() => undefined),
    ended: () => end.promise,
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
  return {
    run: (folder, batchId = null) => {
      const order: RunnerOrder = {
        folder,
        batchId,
        timeouts: options.timeouts ?? {},
        retry: options.retry ?? FAST_RETRY,
      };
      child.send(order);
      return runner;
    },
  };
}
