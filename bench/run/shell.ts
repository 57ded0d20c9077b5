import { spawn } from 'node:child_process';

export interface ShellRun {
  readonly seconds: number;
  readonly output: string;
}

/**
 * Runs a program to its end and measures the time.
 *
 * @throws Error with its output if it fails
 */
export function timed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ShellRun> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ seconds, output });
      else
        reject(
          new Error(`${program} ${args[0] ?? ''} ended with ${code}: ${(complaints || output).slice(-2000)}`),
        );
    });
  });
}
