import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildFolder, buildOnce } from '../../support/buildOnce.ts';

/** The folder of a test runtime (an Electron 25, with `compat.cjs`); undefined where there is none. */
const RUNTIME = process.env.BRANCHLINE_TEST_ELECTRON;

export const hasRuntime = RUNTIME !== undefined && RUNTIME !== '';

const OUT = buildFolder('electron');

/** Builds the shell for the runtime, from the sources as they are; gives what removes it. */
export function buildApp(): Promise<() => void> {
  return buildOnce(OUT, async () => {
    const cli = resolve('node_modules/electron-vite/bin/electron-vite.js');
    await promisify(execFile)(process.execPath, [cli, 'build'], {
      env: {
        ...process.env,
        NODE_ENV: 'production',
        BRANCHLINE_BUILD_TARGET: 'electron25',
        BRANCHLINE_BUILD_OUT: OUT,
      },
    });
  });
}

/** How one start of the application is told apart from another. */
export interface Start {
  readonly folder: string;
  /** Where its icon and notifications are seen; nowhere where absent. */
  readonly desktop?: { readonly busAddress: string };
  /** Without opening the window, as at login. */
  readonly hidden?: boolean;
  /** The system's language, as LANG has it. */
  readonly lang?: string;
}

/** What Electron is started with. */
export function commandLine(start: Start): {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
} {
  const { folder, hidden } = start;
  const runtime = RUNTIME ?? '';
  return {
    executablePath: join(runtime, 'electron/electron'),
    // Without a sandbox of the system's: test machines are containers, where root runs it.
    args: [
      '-r',
      join(runtime, 'compat.cjs'),
      '--no-sandbox',
      '--disable-gpu',
      resolve(OUT, 'main/main.cjs'),
      '--data-dir',
      folder,
      ...(hidden === true ? ['--hidden'] : []),
    ],
    env: environment(start),
  };
}

/** On the desktop of its test, or on none: not on that of whoever runs the tests. */
export function environment({
  desktop,
  lang = 'en_GB.UTF-8',
}: Pick<Start, 'desktop' | 'lang'>): Record<string, string> {
  const { NODE_OPTIONS: _forVitest, LANGUAGE: _other, LC_ALL: _all, ...env } = definedEnv();
  const busAddress = desktop?.busAddress ?? 'disabled:';
  return {
    ...env,
    LANG: lang,
    LC_MESSAGES: lang,
    DBUS_SESSION_BUS_ADDRESS: busAddress,
    // Sleep is told on the system's bus.
    DBUS_SYSTEM_BUS_ADDRESS: busAddress,
  };
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  );
}
