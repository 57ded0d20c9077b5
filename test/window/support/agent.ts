import { fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { Language } from '../../../src/shared/texts/language.ts';
import type { AgentOrder, AgentReady } from './agentMain.ts';
import { WINDOW_FOLDER } from './build.ts';

/** The agent in a process of its own. */
export interface TestAgent {
  readonly url: string;
  readonly port: number;
  /** A link that opens the window; each can be used once. */
  link(): string;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** As a service is stopped. */
  stop(): Promise<void>;
}

/**
 * Serves a data folder, until the test has finished.
 *
 * @param options.port that of an agent before, whose windows are still open
 */
export async function startTestAgent(
  folder: string,
  options: { readonly port?: number; readonly language?: Language } = {},
): Promise<TestAgent> {
  const child = fork(new URL('./agentMain.ts', import.meta.url), { execArgv: [] });
  const gone = once(child, 'exit');
  onTestFinished(() => end('SIGKILL'));
  const order: AgentOrder = {
    folder,
    windowFolder: WINDOW_FOLDER,
    port: options.port ?? null,
    language: options.language ?? 'en',
  };
  child.send(order);
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as AgentReady),
    gone.then(([code]) => Promise.reject(new Error(`The agent ended with ${code}`))),
  ]);
  const links = [...ready.links];

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  }

  return {
    url: ready.url,
    port: Number(new URL(ready.url).port),
    link: () => {
      const link = links.shift();
      if (link === undefined) throw new Error('No link is left.');
      return link;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
