import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fillJournal } from '../core/journal/support/fillJournal.ts';
import { journalIn } from '../core/journal/support/world.ts';
import { beginBatch, completeTable, failedBatch } from '../main/support/history.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, goTo, reads, t } from './support/words.ts';

const BATCHES = 10_000;
const EVERY_HOURS = 2;
const A_DAY = 24 / EVERY_HOURS;
const HOUR_MS = 3_600_000;

beforeAll(buildWindow);
beforeAll(startBrowser);

test('among 10,000 batches one is found by its table, its id, its state and its day, and the way back is kept', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  keepEverything(home.folder);
  // Not of today: those below are its only ones.
  const until = new Date(Date.now() - 24 * HOUR_MS).toISOString();
  fillJournal(home.folder, { batches: BATCHES, tables: 2, until, everyHours: EVERY_HOURS });
  const journal = journalIn(home.folder);
  const rare = beginBatch(journal, ['m_rare_thing']);
  completeTable(journal, rare, 'm_rare_thing');
  journal.endBatch(rare);
  const failed = failedBatch(journal);

  const page = await openWindow(await serve(home.folder));
  await goTo(page, t('window.pages.history'));
  const list = page.getByRole('table', { name: t('historyPage.list') });
  const rows = list.getByRole('row');
  const search = page.getByRole('searchbox', { name: t('historyPage.filter.text') });
  await reads(page, /^10,002 batches$/);
  expect(await list.getAttribute('aria-rowcount')).toBe('10003');
  expect(await rows.count()).toBeLessThan(100);

  await rows.nth(1).getByRole('link').focus();
  await page.keyboard.press('End');
  const oldest = list.locator('[aria-rowindex="10003"]');
  await oldest.locator(':focus').waitFor();
  await page.keyboard.press('Enter');
  await reads(page, 'sync_20200101_000000_00000001');
  await page.goBack();

  await search.fill('rare_th');
  await reads(page, /^1 batch$/);
  await rows.nth(1).getByRole('link').click();
  await reads(page, rare);
  await page.goBack();
  await reads(page, /^1 batch$/);
  expect(await search.inputValue()).toBe('rare_th');

  await search.fill('_00005000');
  await reads(rows.nth(1), t('historyPage.done', { done: '2', total: '2' }));
  await rows.nth(1).getByRole('link').click();
  await reads(page, 'sync_20200101_000000_00005000');
  await page.goBack();
  await button(page, t('historyPage.clear')).click();
  await reads(page, /^10,002 batches$/);

  await page.getByLabel(t('historyPage.filter.status')).selectOption('failed');
  await reads(page, /^1 batch$/);
  await rows.nth(1).getByRole('link').click();
  await reads(page, failed);
  await page.goBack();
  await search.fill('no such table');
  await page.getByRole('heading', { name: t('historyPage.noneFits') }).waitFor();
  await button(page, t('historyPage.clear')).first().click();

  await page
    .getByRole('button', { name: new RegExp(`: ${A_DAY} batches, ${t('historyPage.day.completed')};`) })
    .last()
    .click();
  await reads(page, new RegExp(`^${A_DAY} batches$`));
  await page.getByRole('button', { name: t('historyPage.filter.removeDay') }).click();
  await reads(page, /^10,002 batches$/);
});

/** Ten thousand batches are more than are kept where nobody asks for it. */
function keepEverything(folder: string): void {
  const file = join(folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...settings, retention: { days: 3650, batches: 1_000_000 } }));
}
