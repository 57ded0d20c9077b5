import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { openJournalToRead } from '../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../src/core/ports.ts';
import type { TableRow } from '../../src/shared/contract.ts';
import { BatchStatus } from '../../src/shared/status.ts';
import { waitFor } from '../../test/main/support/desktop/bus.ts';
import { type Desktop, openDesktop } from '../../test/main/support/desktop/openDesktop.ts';
import { commandLine, hasRuntime } from '../../test/main/support/electron.ts';
import type { Bench } from '../setUp.ts';
import { type TableSettings, writeSettings } from './cli.ts';
import { type LoopDelay, readLoop, watchLoop } from './loopDelay.ts';

/** Whether an Electron and a display are available. */
export const canRunTray = hasRuntime && Boolean(process.env.DISPLAY);

const PORTS = systemPorts({ log: () => {} });
/** Enough for a copy of the large tables on a slow machine. */
const PATIENCE_MS = 3_600_000;

export interface TrayRun {
  readonly seconds: number;
  readonly rows: number;
  readonly bytes: number;
  /** The application that copies. */
  readonly busy: LoopDelay;
  /** An idle application next to it: its delays come from other load on the machine. */
  readonly idle: LoopDelay;
}

/** A running tray application and its desktop. */
interface Started extends AsyncDisposable {
  readonly app: ElectronApplication;
  readonly desktop: Desktop;
}

/**
 * Lets the tray application copy tables, two at a time, started from its menu like a person would.
 *
 * @throws Error if the batch does not complete
 */
export async function runTray(bench: Bench, tables: readonly TableSettings[]): Promise<TrayRun> {
  await writeSettings(bench, 2, tables);
  const idleHome = join(bench.home, 'idle');
  await mkdir(idleHome, { recursive: true });
  await using working = await start(bench.home);
  await using idle = await start(idleHome);
  const before = latestBatch(bench)?.batch_id;
  await Promise.all([watchLoop(working.app), watchLoop(idle.app)]);
  const began = performance.now();
  await working.desktop.tray.click('Run now');
  const ended = await waitFor(
    'end of the batch',
    () => {
      const latest = latestBatch(bench);
      return latest === undefined || latest.batch_id === before || latest.status === BatchStatus.Running
        ? undefined
        : latest;
    },
    PATIENCE_MS,
  );
  const seconds = (performance.now() - began) / 1000;
  const [busy, nothing] = await Promise.all([readLoop(working.app), readLoop(idle.app)]);
  if (ended.status !== BatchStatus.Completed) throw new Error(`The tray's batch is ${ended.status}`);
  const sum = (of: (row: TableRow) => number): number => ended.tables.reduce((all, row) => all + of(row), 0);
  return {
    seconds,
    rows: sum((row) => row.records_processed + row.records_skipped),
    bytes: sum((row) => row.bytes),
    busy,
    idle: nothing,
  };
}

async function start(folder: string): Promise<Started> {
  const desktop = await openDesktop();
  const app = await _electron.launch(commandLine({ folder, desktop, hidden: true }));
  const started = { app, desktop, [Symbol.asyncDispose]: () => end(app, desktop) };
  try {
    await desktop.tray.waitForToolTip(/^Branchline: /);
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}

async function end(app: ElectronApplication, desktop: AsyncDisposable): Promise<void> {
  const child = app.process();
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  await desktop[Symbol.asyncDispose]();
}

function latestBatch({ home }: Bench) {
  const journal = openJournalToRead(home, PORTS);
  try {
    const batch = journal.latestBatch();
    return batch === null ? undefined : { ...batch, tables: journal.tables(batch.batch_id) };
  } finally {
    journal.close();
  }
}
