import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { BatchRow } from '../../src/shared/contract.ts';

/** What the child tells. */
export type ServiceMessage =
  | { readonly kind: 'batch_started' | 'batch_ended'; readonly batch: BatchRow }
  | { readonly kind: 'error'; readonly text: string };

/** The service in a process of its own, again and again. */
export class ServiceProcess {
  readonly #folder: string;
  readonly #listeners = new Set<(message: ServiceMessage) => void>();
  #child: ChildProcess | null = null;
  /** What should never have happened: errors that no batch accounts for, an end that nobody asked for. */
  readonly errors: string[] = [];

  /** @param folder the user-data folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns before the child has started up: it may be killed in that as well. */
  start(): void {
    const child = fork(new URL('./serviceMain.ts', import.meta.url), [this.#folder], { execArgv: [] });
    this.#child = child;
    child.on('message', (message: ServiceMessage) => {
      if (message.kind === 'error') this.errors.push(message.text);
      for (const listener of this.#listeners) listener(message);
    });
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.errors.push(`the service ended by itself with ${signal ?? code}`);
    });
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Lets it end as at a shutdown. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.send('stop');
    const [code] = (await gone) as [number | null];
    if (code !== 0) this.errors.push(`the service was asked to stop and ended with ${code}`);
  }

  /** Returns the function that takes the listener off again. */
  on(listener: (message: ServiceMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
