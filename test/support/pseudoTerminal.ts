import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** A program in a pseudo-terminal, of which the test is the person. */
export interface PseudoTerminal extends Disposable {
  /** Everything on the screen so far: what the program writes, and what the terminal echoes. */
  screen(): string;
  /** Types keys: `\r` is Enter, `\x03` is Ctrl+C. */
  type(keys: string): void;
  /** Resolves when the text stands on the screen for the given time. @throws when the program ends before */
  shows(text: string, times?: number): Promise<void>;
  /** The exit code. */
  ended(): Promise<number | null>;
}

/** Why there is no pseudo-terminal here; null where there is one. */
export function noPseudoTerminal(): string | null {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return stdout?.includes('util-linux') === true ? null : "util-linux's `script` is not installed";
}

/** Runs a command of the shell in a pseudo-terminal. The terminal echoes, as a new one does. */
export function openTerminal(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): PseudoTerminal {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { ...env, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  let screen = '';
  let tell = Promise.withResolvers<void>();
  const more = (): void => {
    tell.resolve();
    tell = Promise.withResolvers();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    more();
  });
  const end = once(child, 'close').then(([code]: (number | null)[]) => {
    more();
    return code ?? null;
  });
  const shown = (): string => stripVTControlCharacters(screen);
  return {
    screen: shown,
    type: (keys) => void child.stdin.write(keys),
    shows: async (text, times = 1) => {
      while (shown().split(text).length <= times) {
        if (child.exitCode !== null) throw new Error(`it ended, and the screen is:\n${shown()}`);
        await Promise.race([tell.promise, end]);
      }
    },
    ended: () => end,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
