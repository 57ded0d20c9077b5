import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineEvent } from '../shared/contract.ts';

/** Time. Tests use their own clock. */
export interface Clock {
  /** Wall-clock time. */
  now(): Date;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), like Math.random. */
export type Random = () => number;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Logs what an administrator may want to read later. Never a secret. */
export interface Logger {
  /** The log file, for a person who is asked to send it; absent if there is none. */
  file?(): string;
  log(level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** What the engine needs from outside. */
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
