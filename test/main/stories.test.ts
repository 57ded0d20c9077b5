import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ReadableJournal } from '../../src/core/journal/journal.ts';
import { openJournalToRead } from '../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { differencesOfFew, FEW, LINES } from '../faults/support/few.ts';
import { atBranch } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { type FaultProxy, startProxy } from '../support/proxy.ts';
import { buildApp, dataFolder, hasRuntime, launch } from './support/app.ts';
import { waitFor } from './support/desktop/bus.ts';
import { startDesktop } from './support/desktop/desktop.ts';

const SCALE = 0.05;
const HOUR_MS = 3_600_000;
const ports = systemPorts({ log: () => {} });

describe.skipIf(!hasRuntime)('the tray, on a real Electron', () => {
  beforeAll(buildApp);

  test('Run now shows progress, and then up to when head office has everything', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using slow = await startProxy(pair.central);
    using home = slowHome(pair, slow);
    const desktop = await startDesktop();
    const { tray, notifications } = desktop;
    await launch({ folder: home.folder, desktop, hidden: true });
    await tray.waitForToolTip('Nothing has been copied yet');

    slow.latencyMs = 15;
    await tray.click('Run now');
    await tray.waitForToolTip(/Copying: \d+ of 38 tables, \d+%/);
    slow.latencyMs = 0;

    await tray.waitForToolTip('Head office has everything up to');
    const [status, last] = await tray.menu();
    expect(status?.label).toMatch(/^Head office has everything up to \d\d:\d\d$/);
    expect(last?.label).toMatch(/^Last batch: \d\d:\d\d, completed$/);
    expect(notifications.all()).toEqual([]);
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  });

  test('a failed table is notified once by name, a click shows it, and a retry notifies the recovery', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await atBranch(pair, `REVOKE SELECT ON c_invoice FROM ${pair.source.user}`);
    using home = makeHome(pair, { connection: { tables: ['c_invoice', 'c_order', 'm_product'] } });
    const desktop = await startDesktop();
    const { tray, notifications } = desktop;
    const app = await launch({ folder: home.folder, desktop, hidden: true });

    await tray.click('Run now');
    const failed = await notifications.waitFor('1 of 3 tables failed');
    expect(failed.body).toContain('c_invoice');
    await tray.waitForToolTip('1 table failed: c_invoice');

    const opened = app.waitForEvent('window');
    notifications.click(failed);
    const page = await opened;
    // The first row is the heads of the columns.
    const first = page.getByRole('row').nth(1);
    await first.waitFor();
    expect(await first.textContent()).toContain('c_invoice');

    await atBranch(pair, `GRANT SELECT ON c_invoice TO ${pair.source.user}`);
    await tray.click('Retry failed tables');
    await notifications.waitFor('All is well again');
    await tray.waitForToolTip('Head office has everything up to');
    expect(notifications.all()).toHaveLength(2);
  });

  test('after sudden death the batch continues automatically under the same id, not from zero, and says so', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using slow = await startProxy(pair.central);
    using home = slowHome(pair, slow, FEW);
    const desktop = await startDesktop();
    const { tray, notifications } = desktop;
    const first = await launch({ folder: home.folder, desktop, hidden: true });
    slow.latencyMs = 15;
    await tray.click('Run now');
    await rowsAtCentral(pair, LINES, 300);
    const died = once(first.process(), 'exit');
    first.process().kill('SIGKILL');
    await died;
    slow.latencyMs = 0;

    await launch({ folder: home.folder, desktop, hidden: true });
    const resumed = await notifications.waitFor('Resumed after a sudden stop');
    expect(resumed.body).toMatch(/^Resumed \w+ at row [\d,]+; nothing lost\.$/);
    await tray.waitForToolTip('Head office has everything up to');

    const batches = journalOf(home, (journal) => journal.batches(10));
    expect(batches).toMatchObject([{ status: 'completed', resume_count: 1 }]);
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  });

  test('a batch that a person stopped continues when a person says so, not at the next start', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using slow = await startProxy(pair.central);
    using home = slowHome(pair, slow, FEW);
    const desktop = await startDesktop();
    const { tray } = desktop;
    const first = await launch({ folder: home.folder, desktop, hidden: true });
    slow.latencyMs = 15;
    await tray.click('Run now');
    await rowsAtCentral(pair, LINES, 300);
    await tray.click('Stop this run (what has arrived is kept)');
    slow.latencyMs = 0;
    await expect
      .poll(() => journalOf(home, (journal) => journal.latestBatch()))
      .toMatchObject({ status: 'interrupted', interruption_reason: 'user' });
    await tray.click('Pause automatic runs', 'Until I resume');
    await tray.waitForToolTip('stopped before its end');
    await quit(first);

    await launch({ folder: home.folder, desktop, hidden: true });
    await tray.waitForToolTip('stopped before its end');
    expect(journalOf(home, (journal) => journal.runningBatch())).toBeNull();
    await tray.click('Resume automatic runs');
    await tray.click('Resume the interrupted batch');
    await tray.waitForToolTip('Head office has everything up to');
    expect(journalOf(home, (journal) => journal.batches(10))).toMatchObject([
      { status: 'completed', resume_count: 1 },
    ]);
  });

  test('a second start shows the window of the first', async () => {
    const folder = dataFolder();
    const desktop = await startDesktop();
    const { tray } = desktop;
    const app = await launch({ folder, desktop, hidden: true });
    await tray.waitForToolTip('Needs setting up');
    const opened = app.waitForEvent('window');
    const second = await launch({ folder, desktop, hidden: true }).catch(() => null);
    await opened;
    expect(second?.process().exitCode ?? 0).toBe(0);
    expect(tray.count()).toBe(1);
  });

  test('Quit while a batch runs asks, finishes the chunk, and leaves no process and no icon', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using slow = await startProxy(pair.central);
    using home = slowHome(pair, slow, FEW);
    const desktop = await startDesktop();
    const { tray } = desktop;
    const app = await launch({ folder: home.folder, desktop, hidden: true });
    slow.latencyMs = 15;
    await tray.click('Run now');
    await rowsAtCentral(pair, LINES, 100);
    const keep = await answers(app, 1);
    await tray.click('Quit');
    expect(await waitFor('question', keep)).toMatchObject({
      message: 'Branchline is copying right now.',
      buttons: ['Finish the piece and quit', 'Keep running'],
    });
    expect(app.process().exitCode).toBeNull();

    await answers(app, 0);
    const gone = once(app.process(), 'exit');
    await tray.click('Quit');
    expect(await gone).toEqual([0, null]);
    await waitFor('empty tray', () => (tray.count() === 0 ? true : undefined));
    expect(journalOf(home, (journal) => journal.latestBatch())).toMatchObject({
      status: 'interrupted',
      interruption_reason: 'shutdown',
    });
  });

  test('a run that was due while the computer slept is caught up once', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    using home = makeHome(pair, { connection: { tables: FEW } });
    const inTwoHours = new Date(Date.now() + 2 * HOUR_MS);
    const cron = `${inTwoHours.getUTCMinutes()} ${inTwoHours.getUTCHours()} * * *`;
    const schedules = [{ id: 'daily', cron, timezone: 'UTC', jitterSeconds: 0 }];
    const file = join(home.folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), schedules }));
    const desktop = await startDesktop();
    const { tray, computer } = desktop;
    const app = await launch({ folder: home.folder, desktop, hidden: true });
    await tray.waitForToolTip('Nothing has been copied yet');
    await waitFor('planned run', async () =>
      (await tray.menu()).find((one) => one.label.startsWith('Next run: ')),
    );

    await moveClock(app, 5 * HOUR_MS);
    computer.sleepAndWake();
    await tray.waitForToolTip('Head office has everything up to');
    await moveClock(app, 6 * HOUR_MS);
    computer.sleepAndWake();
    // What a person asks for then comes after that look.
    await tray.click('Run now');
    const batches = await waitFor('end of a second batch', () => {
      const all = journalOf(home, (journal) => journal.batches(10));
      return all.length > 1 && all.every((one) => one.status !== 'running') ? all : undefined;
    });
    expect(batches.map((one) => [one.trigger, one.status])).toEqual([
      ['tray', 'completed'],
      ['schedule', 'completed'],
    ]);
  });

  test('without a tray the window opens', async () => {
    const app = await launch({ folder: dataFolder(), hidden: true });
    const page = await app.firstWindow();
    await page.getByRole('heading', { level: 1, name: 'Setting up Branchline' }).waitFor();
  });

  test('invalid settings are reported with the field, stay unchanged, and nothing runs', async () => {
    const folder = dataFolder();
    const text = '{ "central": { "host": "hq", "port": "many" }, "connections": [] }';
    writeFileSync(join(folder, 'settings.json'), text);
    const desktop = await startDesktop();
    const { tray, notifications } = desktop;
    await launch({ folder, desktop, hidden: true });

    const note = await notifications.waitFor('Branchline needs setting up');
    expect(note.body).toContain('central.port');
    await tray.waitForToolTip('Needs setting up');
    expect((await tray.menu()).map((one) => one.label)).not.toContain('Run now');
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe(text);
  });
});

/** The clock of the program, as a sleep or a person moves it. */
async function moveClock(app: ElectronApplication, ahead: number): Promise<void> {
  await app.evaluate((_electron, ms) => {
    const place = globalThis as { realDate?: DateConstructor };
    place.realDate ??= Date;
    const Real = place.realDate;
    globalThis.Date = class extends Real {
      constructor(...given: readonly unknown[]) {
        if (given.length === 0) super(Real.now() + ms);
        else super(...(given as [number]));
      }

      static override now(): number {
        return Real.now() + ms;
      }
    } as DateConstructor;
  }, ahead);
}

/** Small chunks over a link that can be made slow. */
function slowHome(pair: DatabasePair, central: FaultProxy, tables: readonly string[] = ['*']): Home {
  return makeHome(pair, {
    connection: { tables },
    central: { port: central.port },
    sync: { chunkRows: 50, parallelTables: 1 },
  });
}

async function rowsAtCentral(pair: DatabasePair, table: string, least: number): Promise<void> {
  const client = await pair.central.connectAdmin();
  try {
    await waitFor(`${least} rows of ${table}`, async () => {
      const found = await client
        .query(
          'SELECT coalesce(max(processed), 0)::int AS rows FROM branchline.checkpoints WHERE table_name = $1',
          [table],
        )
        .catch(() => null);
      return (found?.rows[0]?.rows ?? 0) >= least ? true : undefined;
    });
  } finally {
    await client.end();
  }
}

function journalOf<T>(home: Home, read: (journal: ReadableJournal) => T): T {
  const journal = openJournalToRead(home.folder, ports);
  try {
    return read(journal);
  } finally {
    journal.close();
  }
}

/** Answers the next questions of the program, which stand outside of every page, with a button. */
async function answers(app: ElectronApplication, button: number): Promise<() => Promise<unknown>> {
  await app.evaluate(({ dialog }, response) => {
    const asked = globalThis as { question?: unknown };
    asked.question = undefined;
    dialog.showMessageBox = async (...args: readonly unknown[]) => {
      asked.question = args.at(-1);
      return { response, checkboxChecked: false };
    };
  }, button);
  return () => app.evaluate(() => (globalThis as { question?: unknown }).question);
}

async function quit(app: ElectronApplication): Promise<void> {
  const gone = once(app.process(), 'exit');
  app.process().kill('SIGTERM');
  await gone;
}
