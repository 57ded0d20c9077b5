import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export type Request =
  | { readonly do: 'open'; readonly folder: string }
  | { readonly do: 'write'; readonly folder: string }
  | { readonly do: 'prune'; readonly folder: string }
  | RaceRequest
  | { readonly do: 'acquire'; readonly folder: string; readonly at?: number }
  | { readonly do: 'release' };

/** Takes the lease so many times, in the way of a command or of the service. */
export interface RaceRequest {
  readonly do: 'race';
  readonly folder: string;
  readonly times: number;
  readonly as: 'command' | 'service';
}

/** What a racer met. */
export interface RaceReport {
  /** How often it held the lease while the other held it too. */
  readonly together: number;
  /** How often it was kept out before it got it. */
  readonly keptOut: number;
}

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

export interface Child {
  readonly process: ChildProcess;
  /** Sends a request and waits for its answer. */
  ask(request: Request): Promise<unknown>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Another process with the journal's code in it, killed at the latest when the test has finished. */
export async function startChild(): Promise<Child> {
  const child = fork(new URL('./childMain.ts', import.meta.url), { execArgv: [] });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  await once(child, 'message');
  return {
    process: child,
    kill,
    async ask(request) {
      const answered = once(child, 'message');
      child.send(request);
      const [answer] = (await answered) as [Answer];
      if (!answer.ok) throw new Error(answer.error);
      return answer.value;
    },
  };
}
