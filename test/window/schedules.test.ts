import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { temporaryFolder } from '../agent/support.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';

const t = createTranslator('en');

beforeAll(buildWindow);
beforeAll(startBrowser);

const ENDPOINT = { host: '127.0.0.1', port: 1, database: 'd', user: 'u' };

/** Settings of a branch whose servers are not needed. */
function homeWith(...schedules: readonly object[]): string {
  const folder = temporaryFolder();
  const settings = { central: ENDPOINT, connections: [{ id: 'lampung', ...ENDPOINT }], schedules };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  return folder;
}

function schedulesIn(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')).schedules;
}

async function opened(folder: string): Promise<Page> {
  const page = await openWindow(await serve(folder));
  await page
    .getByRole('navigation')
    .getByRole('link', { name: t('window.pages.schedules') })
    .click();
  await page.getByRole('heading', { level: 1, name: t('window.pages.schedules') }).waitFor();
  return page;
}

test('one schedule copies at 08:30 and at 17:00 on working days', { timeout: 300_000 }, async () => {
  const folder = homeWith();
  const page = await opened(folder);
  await page.getByRole('button', { name: t('schedulesPage.add') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: t('schedulesPage.addTime') }).click();
  const second = dialog.getByRole('textbox', {
    name: t('schedulesPage.timeNumber', { number: 2 }),
    exact: true,
  });
  await second.and(page.locator(':focus')).waitFor();
  expect(await second.inputValue()).toBe('17:00');
  for (const day of ['Sat', 'Sun']) await dialog.getByText(day, { exact: true }).click();
  await dialog.getByText('At 08:30 and 17:00, Monday through Friday').waitFor();
  // A branch's offset is drawn by chance, and may be less than the minute that is shown.
  const starts = dialog.getByText(/\d\d:\d\d( \(starts \d\d:\d\d\))?$/);
  await starts.first().waitFor();
  await dialog.getByRole('button', { name: t('window.save') }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(schedulesIn(folder)).toMatchObject([
    { times: ['08:30', '17:00'], days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
  ]);

  // The week says it in its cells, for screen readers too: five days with both times, two without.
  const rows = page.getByRole('table', { name: t('schedulesPage.week.title') }).getByRole('row');
  await rows.nth(1).waitFor();
  const cells = await rows.getByRole('cell').allTextContents();
  expect(cells).toHaveLength(7);
  expect(cells.filter((text) => text.startsWith(t('schedulesPage.week.none')))).toHaveLength(2);
  expect(cells.filter((text) => /^08:3\d; 17:0\d/.test(text))).toHaveLength(5);
});

test('a cron expression of an earlier version is shown in the simple form, and another under "Advanced"', {
  timeout: 300_000,
}, async () => {
  const timezone = 'Asia/Jakarta';
  const monthly = { id: 'monthly', cron: '0 8 L * *', timezone };
  const folder = homeWith({ id: 'daily', cron: '30 8,17 * * 1-5', timezone }, monthly);
  const page = await opened(folder);
  await page.getByRole('button', { name: t('schedulesPage.editOf', { id: 'daily' }) }).click();
  const dialog = page.getByRole('dialog');
  const times = dialog.getByRole('group', { name: t('schedulesPage.times') }).getByRole('textbox');
  expect(await times.evaluateAll((fields) => fields.map((field) => Reflect.get(field, 'value')))).toEqual([
    '08:30',
    '17:30',
  ]);
  expect(await dialog.getByRole('textbox', { name: t('schedulesPage.cron') }).count()).toBe(0);
  await dialog.getByRole('button', { name: t('schedulesPage.removeTime', { number: 1 }) }).click();
  await dialog.getByText('At 17:30, Monday through Friday').waitFor();
  await dialog.getByRole('button', { name: t('window.save') }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(schedulesIn(folder)).toEqual([
    { id: 'daily', times: ['17:30'], days: ['mon', 'tue', 'wed', 'thu', 'fri'], timezone },
    monthly,
  ]);

  await page.getByRole('button', { name: t('schedulesPage.editOf', { id: 'monthly' }) }).click();
  expect(await dialog.getByRole('textbox', { name: t('schedulesPage.cron') }).inputValue()).toBe('0 8 L * *');
});
