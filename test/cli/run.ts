import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../src/cli/branchline.ts', import.meta.url));

export interface CliResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunCliOptions {
  /** On top of a plain English environment without colours. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What is piped in; nothing where absent. */
  readonly stdin?: string;
  /** Called as soon as it runs, to signal or kill it. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with each piece of standard output. */
  readonly onStdout?: (text: string) => void;
}

/** Runs the command line in a process of its own, as a person would. */
export function runCli(args: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...options.env };
  return runProgram(process.execPath, [ENTRY, ...args], { ...options, env });
}

/** Runs any program in the same way. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunCliOptions = {},
): Promise<CliResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...plainEnvironment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command that reads nothing ends before it has taken this.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  options.onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.onStdout?.(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What a run says must not depend on who runs the tests, nor on npm having started them. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SystemRoot, APPDATA } = process.env;
  return { PATH, HOME, TMPDIR, SystemRoot, APPDATA, LANG: 'C.UTF-8' };
}
