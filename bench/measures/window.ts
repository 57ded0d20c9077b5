import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { BatchPage } from '../../src/shared/contract.ts';
import type { LiveView } from '../../src/window-api/views.ts';
import { fillJournal } from '../../test/core/journal/support/fillJournal.ts';
import { SOURCE_SCHEMA } from '../data/dataset.ts';
import { atMost, type Line, type Measure } from '../measure.ts';
import { writeSettings } from '../run/cli.ts';
import { buildWindow, openServedWindow, privateMegabytes, type ServedWindow } from '../run/servedWindow.ts';
import { asOwner, type Bench } from '../setUp.ts';
import { median } from '../statistics.ts';

const BATCHES = 10_000;
const TABLES_A_BATCH = 120;
const MANY_TABLES = 2000;

/** What a person notices in the window: opening and scrolling years of history, and a large batch. */
export const WINDOW: Measure = {
  name: 'window',
  title: 'The window, in a browser',
  run: async (bench) => {
    await buildWindow(bench.cli);
    return [...(await history(bench)), await largeBatch(bench)];
  },
};

async function history({ cli, options }: Bench): Promise<readonly Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-window-'));
  const batches = Math.ceil(BATCHES * options.rowsScale);
  try {
    fillJournal(folder, {
      batches,
      tables: TABLES_A_BATCH,
      until: new Date().toISOString(),
      everyHours: 6,
    });
    await using window = await openServedWindow(cli, folder);
    const opening: number[] = [];
    for (let run = 0; run < options.runs; run++) {
      // Reloads the page each time, because an earlier history would be cached.
      await window.page.evaluate(`location.hash = '/'`);
      await window.page.reload();
      await window.page.locator('h1').waitFor();
      opening.push(await openHistory(window.page));
    }
    const frames = await scroll(window.page);
    return [
      {
        what: `history of ${batches} batches, from the click to its rows`,
        seconds: opening,
        rows: batches,
        bytes: null,
        facts: {},
        goals: [atMost('ms', median(opening) * 1000, 300)],
      },
      {
        what: 'scrolling through it',
        seconds: [frames.reduce((sum, ms) => sum + ms, 0) / 1000],
        rows: frames.length,
        bytes: null,
        facts: { 'ms a frame, median': median(frames) },
        goals: [atMost('ms of the longest frame', Math.max(...frames), 50)],
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Clicks, then checks in each frame whether rows are drawn. @returns seconds */
function openHistory(page: Page): Promise<number> {
  return page.evaluate(`new Promise((tell) => {
    const began = performance.now();
    const look = () => {
      const drawn = document.querySelectorAll('main a[href^="#/batch/"]').length > 5;
      if (drawn) tell((performance.now() - began) / 1000);
      else requestAnimationFrame(look);
    };
    document.querySelector('a[href="#/history"]').click();
    requestAnimationFrame(look);
  })`);
}

const FRAMES = 300;

/**
 * Scrolls less than a screen per frame, like a mouse wheel; every fiftieth step jumps, like the scroll bar.
 *
 * @returns the duration of each frame in milliseconds
 */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(`new Promise((tell) => {
    const taken = [];
    let before = performance.now();
    const step = () => {
      const now = performance.now();
      taken.push(now - before);
      before = now;
      // The first frame began before there was anything to scroll.
      if (taken.length > ${FRAMES}) return tell(taken.slice(1));
      const jump = taken.length % 50 === 0;
      window.scrollBy(0, jump ? document.documentElement.scrollHeight / 10 : 300);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);
}

/** The page of a batch of 2,000 tables, from the first table to the last. */
async function largeBatch(bench: Bench): Promise<Line> {
  const tables = Math.ceil(MANY_TABLES * Math.min(1, bench.options.rowsScale));
  await makeTables(bench, tables);
  await writeSettings(
    bench,
    2,
    Array.from({ length: tables }, (_, index) => ({ name: nameOf(index), strategy: 'auto' })),
  );
  await using window = await openServedWindow(bench.cli, bench.home);
  const empty = await privateMegabytes(window);
  const began = performance.now();
  await window.page.getByRole('button', { name: 'Run now' }).click();
  const batchId = await runningBatch(window.page);
  await window.page.evaluate(`location.hash = '/batch/${batchId}'`);
  const sizes = await watch(window, batchId);
  return {
    what: `a batch of ${tables} tables, looked at while it runs`,
    seconds: [(performance.now() - began) / 1000],
    rows: tables,
    bytes: null,
    facts: { 'MB of the renderer before': empty },
    goals: [atMost('MB of the renderer, at most', Math.max(...sizes), 150)],
  };
}

async function watch(window: ServedWindow, batchId: string): Promise<readonly number[]> {
  const sizes: number[] = [];
  for (;;) {
    sizes.push(await privateMegabytes(window));
    const status = await statusOf(window.page, batchId);
    if (status !== 'running') return sizes;
    await sleep(500);
  }
}

/** Sends a call like the window does. */
function ask(page: Page, call: string, args: readonly unknown[]): Promise<unknown> {
  return page.evaluate(`fetch('/api/call/${call}', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify(args))},
  }).then((answer) => answer.json()).then(({ value }) => value)`);
}

async function statusOf(page: Page, batchId: string): Promise<string> {
  const { batches } = (await ask(page, 'history', [{ text: batchId }, 0, 1])) as BatchPage;
  return batches[0]?.status ?? 'unknown';
}

async function runningBatch(page: Page): Promise<string> {
  for (;;) {
    const { run } = (await ask(page, 'live', [])) as LiveView;
    if (run !== null) return run.batchId;
    await sleep(100);
  }
}

function nameOf(index: number): string {
  return `t_tiny_${String(index + 1).padStart(4, '0')}`;
}

async function makeTables({ source }: Bench, tables: number): Promise<void> {
  await asOwner(source.server, async (client) => {
    for (let index = 0; index < tables; index++) {
      const name = `${SOURCE_SCHEMA}.${nameOf(index)}`;
      await client.query(
        `CREATE TABLE ${name} (id integer PRIMARY KEY, name text);
         INSERT INTO ${name} SELECT n, 'row ' || n FROM generate_series(1, 50) AS n`,
      );
    }
    await client.query('ANALYZE');
  });
}
