import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineEvent } from '../shared/contract.ts';

/** Time. Tests use their own. */
export interface Clock {
  /** Wall-clock time. */
  now(): Date;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), as Math.random gives. */
export type Random = () => number;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the engine writes what an administrator may want to read later. Never a secret. */
export interface Logger {
  /** The file that is written to, for a person who is to send it; absent where there is none. */
  file?(): string;
  log(level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** What the engine needs of the world around it. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export type EngineListener = (event: EngineEvent) => void;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** The ports of a real run. */
export function systemPorts(logger: Logger): Ports {
  return { clock: systemClock, random: Math.random, logger };
}
