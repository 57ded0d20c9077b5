import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { madeUpBranches } from '../../test/window/support/headOffice.ts';
import { MANY } from '../data/many.ts';
import { atMost, type Line, type Measure } from '../measure.ts';
import { runCli } from '../run/cli.ts';
import { buildWindow, openServedWindow } from '../run/servedWindow.ts';
import { asOwner, type Bench, fill } from '../setUp.ts';
import { median } from '../statistics.ts';

const BRANCHES = 1000;
const VIEWPORT = { width: 1280, height: 800 };

/** What a manager at head office notices: the board of all branches opens, and its list scrolls. */
export const BOARD: Measure = {
  name: 'board',
  title: "Head office's window, in a browser",
  run: board,
};

async function board(bench: Bench): Promise<readonly Line[]> {
  await buildWindow(bench.cli);
  const branches = await fillCentral(bench);
  const folder = await officeFolder(bench);
  await using window = await openServedWindow(bench.cli, folder, 'head_office');
  const again: number[] = [];
  const first: number[] = [];
  const walls: number[] = [];
  const frames: number[] = [];
  await window.page.addInitScript({ content: NOTE_ROWS });
  const storageState = await window.page.context().storageState();
  for (let run = 0; run < bench.options.runs; run++) {
    await window.page.reload();
    again.push(await drawnAt(window.page, 'rows'));
    // Signed in, but without what the browser has stored of the page and of its compiled script.
    const context = await window.browser.newContext({ storageState, viewport: VIEWPORT, locale: 'en-GB' });
    const page = await openIn(context, window.page.url());
    first.push(await drawnAt(page, 'rows'));
    walls.push(await drawnAt(page, 'tiles'));
    frames.push(...(await scroll(page)));
    await context.close();
  }
  const line = (what: string, seconds: readonly number[]): Line => ({
    what,
    seconds,
    rows: branches,
    bytes: null,
    facts: { 'ms at most': Math.max(...seconds) * 1000 },
    goals: [atMost('ms', median(seconds) * 1000, 1000)],
  });
  return [
    line(`board of ${branches} branches, until its rows are there`, first),
    line('the same again, with what the browser has stored', again),
    line('until all tiles are there', walls),
    {
      what: 'scrolling through the whole list in three seconds',
      seconds: [frames.reduce((sum, ms) => sum + ms, 0) / 1000],
      rows: frames.length,
      bytes: null,
      facts: { 'ms a frame, median': median(frames) },
      goals: [atMost('ms of the longest frame', Math.max(...frames), 50)],
    },
  ];
}

async function openIn(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript({ content: NOTE_ROWS });
  await page.goto(address);
  return page;
}

/** Makes head office's tables by a run of one branch, and writes the others into them. @returns how many */
async function fillCentral(bench: Bench): Promise<number> {
  const branches = Math.ceil(BRANCHES * Math.min(1, bench.options.rowsScale));
  await fill(bench, MANY.slice(0, 1));
  await runCli(bench, 1, ['sync-all']);
  await asOwner(bench.central.server, async (client) => {
    for (const statement of madeUpBranches(branches)) await client.query(statement);
  });
  return branches;
}

/** Head office's own data folder: where central is, and no connection. */
async function officeFolder({ home }: Bench): Promise<string> {
  const folder = join(home, 'office');
  const { central, language } = JSON.parse(await readFile(join(home, 'settings.json'), 'utf8'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ central, language }));
  return folder;
}

/** @returns seconds from the request for the page until the list's first rows, or the wall's tiles, are drawn */
function drawnAt(page: Page, what: 'rows' | 'tiles'): Promise<number> {
  return page.evaluate(`new Promise((tell) => {
    const look = () => {
      const at = globalThis.drawnAt?.${what};
      if (at === undefined) setTimeout(look, 20);
      else tell(at / 1000);
    };
    look();
  })`);
}

/** Notes when rows and tiles are there, in milliseconds since the page was requested. */
const NOTE_ROWS = `{
  globalThis.drawnAt = {};
  const note = (what) => requestAnimationFrame(() => setTimeout(() => { drawnAt[what] = performance.now(); }));
  const waiting = new Map([
    ['rows', '[role=table] [data-index]'],
    ['tiles', 'fieldset a[href^="#/branch/"]'],
  ]);
  new MutationObserver((_, observer) => {
    for (const [what, selector] of waiting) {
      if (document.querySelector(selector) === null) continue;
      waiting.delete(what);
      note(what);
    }
    if (waiting.size === 0) observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}`;

/** Scrolls from top to bottom. @returns milliseconds of each frame */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(`new Promise((tell) => {
    const frames = [];
    const began = performance.now();
    const height = document.documentElement.scrollHeight - innerHeight;
    let last = began;
    const step = (now) => {
      frames.push(now - last);
      last = now;
      const part = (now - began) / 3000;
      // The first frame began before there was anything to scroll.
      if (part >= 1) return tell(frames.slice(1));
      window.scrollTo(0, height * part);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);
}
