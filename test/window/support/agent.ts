import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Language } from '../../../src/shared/texts/language.ts';
import { BUILT_CLI } from './build.ts';

const run = promisify(execFile);

const LOCALES: Readonly<Record<Language, string>> = { en: 'en_GB.UTF-8', id: 'id_ID.UTF-8' };

/** `branchline serve` in a process of its own, killed at the latest with the test. */
export interface ServedAgent {
  readonly port: number;
  /** A link that opens one window, as `branchline serve --link` prints it. */
  link(): Promise<string>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** As a service is stopped. */
  stop(): Promise<void>;
}

interface Serving {
  /** That of an agent before, whose windows are still open. */
  readonly port?: number;
  /** Of the computer, whatever this one speaks. */
  readonly language?: Language;
  /** Head office's window instead of a branch's. */
  readonly headOffice?: boolean;
}

/** Serves a user-data folder from the built command line. */
export async function serve(
  folder: string,
  { port, language = 'en', headOffice = false }: Serving = {},
): Promise<ServedAgent> {
  const env = { ...process.env, LANG: LOCALES[language], LC_ALL: '', LC_MESSAGES: '' };
  const command = [
    BUILT_CLI,
    '--data-dir',
    folder,
    'serve',
    '--json',
    ...(headOffice ? ['--head-office'] : []),
  ];
  const child = spawn(process.execPath, port === undefined ? command : [...command, '--port', String(port)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = once(child, 'close');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  const kill = () => end('SIGKILL');
  onTestFinished(kill);
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    gone.then(([code]) => Promise.reject(new Error(`serve ended with ${code}: ${said}`))),
  ]);
  const { url } = JSON.parse(line);
  return {
    port: Number(new URL(url).port),
    link: async () => {
      const { stdout } = await run(process.execPath, [...command, '--link'], { env });
      return JSON.parse(stdout).link;
    },
    kill,
    stop: () => end('SIGTERM'),
  };
}
