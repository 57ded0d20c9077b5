import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, FRESH, goTo, reads, t, tid } from './support/words.ts';

const SCALE = 0.05;

beforeAll(buildWindow);
beforeAll(startBrowser);

test('another language is spoken at once, in every window, with its way of writing numbers and times', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_invoiceline'] } });
  const agent = await serve(home.folder);
  const page = await openWindow(agent);
  const other = await openWindow(agent);
  await button(page, t('todayPage.runNow')).click();
  await reads(other, FRESH);
  await reads(other, /^1 table, (\d,\d{3}) rows checked, \1 written$/);

  await goTo(page, t('window.pages.settings'));
  await page.getByLabel(t('settingsPage.language'), { exact: true }).selectOption('id');
  await page.getByRole('heading', { level: 1, name: tid('window.pages.settings') }).waitFor();
  await page.getByRole('link', { name: tid('window.pages.history') }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('id');
  await reads(other, new RegExp(`^${tid('todayPage.fresh.today', { time: '\\d\\d\\.\\d\\d' })}$`));
  await reads(other, /^1 tabel, (\d\.\d{3}) baris diperiksa, \1 ditulis$/);

  // As the command line, or a person with an editor, changes it.
  const file = join(home.folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), language: 'en' }));
  await reads(other, FRESH);
  await page.getByRole('heading', { level: 1, name: t('window.pages.settings') }).waitFor();
  expect(await page.getByLabel(t('settingsPage.language'), { exact: true }).inputValue()).toBe('en');
});

test('other colours are put on at once, stay when the window is opened anew, and follow the computer where asked to', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  const page = await openWindow(await serve(home.folder), { colorScheme: 'light' });
  await goTo(page, t('window.pages.settings'));
  const light = await background(page);

  await page.getByText(t('settingsPage.dark'), { exact: true }).click();
  await expect.poll(() => background(page)).not.toBe(light);
  const dark = await background(page);
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await background(page)).toBe(dark);
  expect(await page.getByRole('radio', { name: t('settingsPage.dark') }).isChecked()).toBe(true);

  await page.getByText(t('settingsPage.light'), { exact: true }).click();
  await expect.poll(() => background(page)).toBe(light);
  const colours = page.getByRole('radiogroup', { name: t('settingsPage.colors') });
  await colours.getByText(t('settingsPage.asSystem')).click();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => background(page)).toBe(dark);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => background(page)).toBe(light);
});

function background(page: Page): Promise<string> {
  return page.evaluate('getComputedStyle(document.body).backgroundColor');
}
