import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { WindowEvent } from '../../src/window-api/windowApi.ts';
import { begin, call, keyed, type SignedIn, signIn } from './support.ts';

const ENTRY = fileURLToPath(new URL('../../src/cli/branchline.ts', import.meta.url));

/** `branchline serve` in a process of its own, killed at the latest with the test. */
export interface ServeProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly link: string;
  /** Its exit code and all that it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Waits until it has said something on stderr. */
  says(text: string): Promise<void>;
  kill(): Promise<void>;
}

export async function startServe(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ServeProcess> {
  const child = spawn(process.execPath, [ENTRY, '--data-dir', folder, 'serve', '--json', ...args], {
    env: { ...process.env, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const [line, rest] = stdout.split('\n', 2);
    if (rest !== undefined) resolve(JSON.parse(line ?? ''));
  });
  const ended = once(child, 'close').then(([code]) => {
    reject(new Error(`serve ended with ${code}: ${stdout}${stderr}`));
    return { code, stdout, stderr };
  });
  const { url, link } = await promise;
  return {
    child,
    port: Number(new URL(url).port),
    link,
    ended,
    says: async (text) => {
      while (!stderr.includes(text)) await once(child.stderr, 'data');
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

interface Ready {
  readonly url: string;
  readonly link: string;
}

/** A browser with the window open. */
export interface OpenWindow {
  readonly signedIn: SignedIn;
  /** What it was told, with the time of this process's clock in milliseconds. */
  readonly events: readonly { readonly at: number; readonly event: WindowEvent }[];
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** The first event that fits, told already or still to come. */
  event(fits: (event: WindowEvent) => boolean): Promise<WindowEvent>;
}

/** @param signedIn a browser that is; else the link is opened */
export async function openWindow({ port, link }: ServeProcess, signedIn?: SignedIn): Promise<OpenWindow> {
  const known = signedIn ?? (await signIn(link));
  const response = await begin({ port, path: '/api/events', headers: keyed(known) });
  onTestFinished(() => void response.destroy());
  const events: { at: number; event: WindowEvent }[] = [];
  const watchers = new Set<() => void>();
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    const messages = (text + part).split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      if (message.startsWith('data: '))
        events.push({ at: performance.now(), event: JSON.parse(message.slice(6)) });
    }
    for (const look of watchers) look();
  });
  // A killed agent cuts it.
  response.on('error', () => undefined);
  return {
    signedIn: known,
    events,
    call: (name, ...args) => call(port, known, name, ...args),
    event: (fits) => {
      const { promise, resolve } = Promise.withResolvers<WindowEvent>();
      const look = (): void => {
        const found = events.find(({ event }) => fits(event));
        if (found !== undefined) resolve(found.event);
      };
      watchers.add(look);
      look();
      return promise.finally(() => watchers.delete(look));
    },
  };
}
