import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { temporaryFolder } from '../agent/support.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { livePast } from './support/past.ts';

const t = createTranslator('en');

beforeAll(buildWindow);
beforeAll(startBrowser);

test('keys lead to a table, a day, the search and the list of keys, and the title says where one is', {
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder();
  // Servers that are not needed: nothing is copied here.
  const endpoint = { host: '127.0.0.1', port: 1, database: 'd', user: 'u' };
  const connections = [{ id: 'pgsql_lmp', label: 'Lampung', ...endpoint }];
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ central: endpoint, connections }));
  livePast(folder, 'pgsql_lmp');
  const page = await openWindow(await serve(folder));
  const dialog = page.getByRole('dialog');
  const heading = (name: string | RegExp) => page.getByRole('heading', { name });
  const palette = async (text: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    const field = dialog.getByRole('combobox', { name: t('shortcuts.search') });
    await field.and(page.locator(':focus')).waitFor();
    await page.keyboard.type(text);
  };

  await palette('cinvoiceline');
  await dialog.getByRole('option', { name: /^c_invoiceline/, selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await heading('c_invoiceline').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await palette(t('window.pages.history'));
  await page.keyboard.press('Enter');
  await heading(t('window.pages.history')).waitFor();
  await expect
    .poll(() => page.title())
    .toBe(`${t('shortcuts.state.attention')} · ${t('window.pages.history')} · Branchline`);

  await page.keyboard.press('/');
  const search = page.getByRole('searchbox');
  await search.and(page.locator(':focus')).waitFor();
  // Inside a field the keys are letters.
  await page.keyboard.type('/?');
  expect(await search.inputValue()).toBe('/?');
  await search.fill('');
  await search.blur();

  await page.keyboard.press('?');
  await dialog.getByRole('row').first().waitFor();
  await dialog.getByRole('switch', { name: t('shortcuts.single') }).click();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  expect(await dialog.count()).toBe(0);
});
