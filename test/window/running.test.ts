import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { differencesOfFew, FEW, LINES } from '../faults/support/few.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { slowHome } from './support/slowHome.ts';
import { button, FRESH, goTo, reads, t } from './support/words.ts';

const SCALE = 0.05;
/** Slow enough for a busy machine to look at the run several times before it ends. */
const SLOW_MS = 60;

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a batch is watched while it runs, in every window, by table and as a whole, until head office has everything', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using slow = await startProxy(pair.central);
  using home = slowHome(pair, slow, FEW);
  const agent = await serve(home.folder);
  const page = await openWindow(agent);
  const other = await openWindow(agent);
  await reads(page, t('todayPage.fresh.none'));
  // What is known there from before is old as soon as a batch begins.
  await goTo(other, t('window.pages.tables'));
  await reads(other.getByRole('row').filter({ hasText: LINES }), t('tablesPage.never'));
  await goTo(other, t('window.pages.today'));

  slow.latencyMs = SLOW_MS;
  await button(page, t('todayPage.runNow')).click();
  for (const one of [page, other]) {
    await one.getByRole('heading', { name: t('todayPage.running.title') }).waitFor();
    await reads(one, t('todayPage.state.runningFirst'));
    await progresses(one, t('todayPage.running.tableLabel', { table: LINES }));
    await progresses(one, t('todayPage.running.label'));
  }
  await reads(page, /^\d of 3 tables$/);
  await reads(page, /^[\d,]+ of about [\d,]+ rows checked$/);

  await page.getByRole('link', { name: t('todayPage.running.toBatch') }).click();
  await page.getByRole('heading', { level: 1, name: /^Batch of \d\d:\d\d$/ }).waitFor();
  const row = page.getByRole('row').filter({ hasText: LINES });
  await reads(row, t('words.table.in_progress'));
  await progresses(page, t('todayPage.running.tableLabel', { table: LINES }));
  await goTo(other, t('window.pages.tables'));
  await reads(other.getByRole('row').filter({ hasText: LINES }), t('words.table.in_progress'));
  await goTo(other, t('window.pages.history'));
  await reads(other.getByRole('table'), t('words.batch.running'));

  slow.latencyMs = 0;
  await reads(row, t('words.table.completed'));
  await reads(page, t('batchPage.headline.all', { count: 3, total: '3' }));
  await reads(other.getByRole('table'), t('words.batch.completed'));
  await goTo(page, t('window.pages.today'));
  await reads(page, FRESH);
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
});

test('Stop keeps what has arrived, Resume goes on from there, and a pause is begun and ended', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using slow = await startProxy(pair.central);
  using home = slowHome(pair, slow, FEW);
  const page = await openWindow(await serve(home.folder));

  slow.latencyMs = SLOW_MS;
  await button(page, t('todayPage.runNow')).click();
  await progresses(page, t('todayPage.running.tableLabel', { table: LINES }));
  await button(page, t('todayPage.stop')).click();
  await reads(page, t('todayPage.trouble.stopped', { reason: t('words.reason.user') }));
  await reads(page, t('todayPage.state.stopped'));

  slow.latencyMs = 0;
  await button(page, t('troubles.resume')).click();
  await reads(page, FRESH);
  const latest = page.getByRole('region', { name: t('todayPage.latest.title') });
  await reads(latest, t('words.batch.completed'));
  expect(await latest.getByRole('listitem').count()).toBe(1);
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);

  await button(page, t('todayPage.pause')).click();
  await page.getByRole('menuitem', { name: t('todayPage.pauseOpen') }).click();
  await reads(page, t('todayPage.state.paused'));
  await button(page, t('todayPage.unpause')).click();
  await page.getByText(t('todayPage.state.paused')).waitFor({ state: 'detached' });
  await reads(page, FRESH);
});

/** Waits until a bar has moved: it shows the second of two states, both short of the end. */
async function progresses(page: Page, name: string): Promise<void> {
  const bar = page.getByRole('progressbar', { name });
  await bar.waitFor();
  const value = async (): Promise<number> => Number(await bar.getAttribute('aria-valuenow'));
  const first = await value();
  expect(first).toBeLessThan(100);
  await expect.poll(value, { timeout: 60_000 }).toBeGreaterThan(first);
}
