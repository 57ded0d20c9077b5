import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { HookOutcome } from '../../shared/hooks.ts';
import { OutputTail } from './outputTail.ts';

/** How a program ended. */
export interface CommandEnd {
  readonly outcome: HookOutcome;
  readonly exitCode: number | null;
  readonly message: string | null;
  readonly output: OutputTail;
}

export interface CommandSetup {
  readonly command: readonly [string, ...string[]];
  /** The data folder: where the program starts, and where a relative path to it begins. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends it: it is asked to, and killed if it does not in time. */
  readonly stop: AbortSignal;
  /** Kills it at once. */
  readonly halt: AbortSignal;
}

/** How long a program that was asked to end may take. */
const GRACE_MS = 5000;
/** How long a program that was killed may take: the system may not let it go, such as in the middle of reading a dead drive. */
const KILLED_MS = 5000;
/** How long to wait for the rest of the output, which a process left behind may hold open for ever. */
const DRAIN_MS = 500;

/**
 * Runs a program without a shell and waits for its end. Whatever it has started is ended with it: on Linux and macOS its
 * process group, on Windows, while it runs itself, its process tree. Never throws.
 */
export async function runCommand(setup: CommandSetup): Promise<CommandEnd> {
  const output = new OutputTail();
  const { child, failed } = start(setup);
  if (child === null) return { outcome: HookOutcome.NotStarted, exitCode: null, message: failed, output };
  child.stdout?.on('data', (chunk: Buffer) => output.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.add(chunk));
  const ended = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve({ error, code: null, signal: null }));
    child.once('exit', (code, signal) => resolve({ error: null, code, signal }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ender = new Ender(child, setup);
  const exit = await Promise.race([ended, ender.lost]);
  ender.release();
  if (exit.error === null) endTree(child, 'SIGKILL');
  // One that does not end must not hold up the end of Branchline itself.
  child.unref();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { ...endOf(exit, ender.why), output };
}

interface Exit {
  readonly error: Error | null;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function start({ command, folder, env }: CommandSetup): {
  readonly child: ChildProcess | null;
  readonly failed: string | null;
} {
  const [program, ...args] = command;
  const file = /[\\/]/.test(program) ? path.resolve(folder, program) : program;
  try {
    const child = spawn(file, args, {
      cwd: folder,
      env: { ...env },
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // A process group of its own, so that all of it can be ended. Windows would open a console for it.
      detached: process.platform !== 'win32',
    });
    return { child, failed: null };
  } catch (error) {
    return { child: null, failed: error instanceof Error ? error.message : String(error) };
  }
}

/** Ends a program when its time is over, or Branchline is stopped. */
class Ender {
  /** Why it was ended; null if it was not. */
  why: 'timeout' | 'stop' | null = null;
  readonly #child: ChildProcess;
  readonly #setup: CommandSetup;
  readonly #timer: NodeJS.Timeout;
  #kill: NodeJS.Timeout | null = null;
  #wait: NodeJS.Timeout | null = null;
  #lose: (exit: Exit) => void = () => undefined;
  /** Settles where the program does not end although it was killed. */
  readonly lost = new Promise<Exit>((resolve) => {
    this.#lose = resolve;
  });

  constructor(child: ChildProcess, setup: CommandSetup) {
    this.#child = child;
    this.#setup = setup;
    this.#timer = setTimeout(() => this.#ask('timeout'), setup.timeoutMs);
    setup.stop.addEventListener('abort', this.#onStop);
    setup.halt.addEventListener('abort', this.#onHalt);
    if (setup.stop.aborted) this.#onStop();
    if (setup.halt.aborted) this.#onHalt();
  }

  release(): void {
    clearTimeout(this.#timer);
    if (this.#kill !== null) clearTimeout(this.#kill);
    if (this.#wait !== null) clearTimeout(this.#wait);
    this.#setup.stop.removeEventListener('abort', this.#onStop);
    this.#setup.halt.removeEventListener('abort', this.#onHalt);
  }

  #ask(why: 'timeout' | 'stop'): void {
    if (this.why !== null) return;
    this.why = why;
    endTree(this.#child, 'SIGTERM');
    this.#kill = setTimeout(() => this.#killNow(), GRACE_MS);
  }

  #killNow(): void {
    endTree(this.#child, 'SIGKILL');
    this.#wait ??= setTimeout(() => this.#lose({ error: null, code: null, signal: null }), KILLED_MS);
  }

  readonly #onStop = (): void => this.#ask('stop');

  readonly #onHalt = (): void => {
    this.why ??= 'stop';
    this.#killNow();
  };
}

/** Ends a program and what it has started, as far as that is known. */
function endTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    // Windows has no signals: a program that is asked to end may show a window, so it is ended at once.
    if (child.exitCode !== null) return;
    const taskkill = path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(taskkill, ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => child.kill(),
    );
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

function endOf({ error, code, signal }: Exit, why: Ender['why']): Omit<CommandEnd, 'output'> {
  if (error !== null) return { outcome: HookOutcome.NotStarted, exitCode: null, message: error.message };
  if (why !== null) {
    const outcome = why === 'timeout' ? HookOutcome.TimedOut : HookOutcome.Stopped;
    return { outcome, exitCode: code, message: null };
  }
  const outcome = code === 0 ? HookOutcome.Done : HookOutcome.Failed;
  return { outcome, exitCode: code, message: signal };
}
