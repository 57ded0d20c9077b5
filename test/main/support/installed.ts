import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CliResult, runProgram } from '../../cli/run.ts';
import { environment } from './app.ts';
import { waitFor } from './desktop/bus.ts';
import type { Desktop } from './desktop/openDesktop.ts';
import type { PackagedApp } from './package.ts';

/** A person's account on a machine where Branchline is installed. */
export interface Account {
  /** The folder with the settings of all programs, as XDG_CONFIG_HOME has it. */
  readonly config: string;
  /** Starts the tray, and waits for nothing. */
  startTray(desktop: Desktop): Tray;
  /** The `branchline` command, by way of a link as an installer makes it. */
  branchline(...args: readonly string[]): Promise<CliResult>;
}

export interface Tray {
  /** Its exit code, once it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** @param home the data folder, which every program of this account finds without being told */
export function makeAccount(app: PackagedApp, home: string): Account {
  const config = mkdtempSync(join(tmpdir(), 'branchline account '));
  onTestFinished(() => rmSync(config, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  symlinkSync(home, join(config, 'Branchline'));
  const command = join(config, 'branchline');
  symlinkSync(app.launcher, command);
  return {
    config,
    startTray: (desktop) => {
      const child = spawn(app.program, ['--no-sandbox', '--disable-gpu', '--hidden'], {
        env: { ...environment({ desktop }), XDG_CONFIG_HOME: config },
        stdio: 'ignore',
      });
      const ended = once(child, 'exit').then(([code]): number | null => code);
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await ended;
        // Chromium's other processes notice a moment later, and write until then.
        await waitForNoProcess(app.folder);
      });
      return { ended };
    },
    branchline: (...args) => runProgram(command, args, { env: { XDG_CONFIG_HOME: config } }),
  };
}

/** Waits until no process of a program's folder runs any more. */
export async function waitForNoProcess(folder: string): Promise<void> {
  let left: readonly string[] = [];
  await waitFor('end of all processes', () => {
    left = processesOf(folder);
    return left.length === 0 ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(`${error}; there are still: ${left.join(', ')}`);
  });
}

/** The processes whose program lies in a folder. */
export function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && programOf(pid).startsWith(folder));
}

function programOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    // Gone in the meantime, or the kernel's own.
    return '';
  }
}
