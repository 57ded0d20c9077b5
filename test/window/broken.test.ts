import { beforeAll, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, goTo, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a page that breaks says so, and leaves the rest of the window as it is', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  const page = await openWindow(await serve(home.folder), { expected: /is not a function|not iterable/ });
  // As if the window were older than the program behind it.
  await page.route('**/api/call/tables', (route) =>
    route.fulfill({ json: { ok: true, value: { newer: true } } }),
  );
  await goTo(page, t('window.pages.tables'));
  await page.getByRole('heading', { level: 1, name: t('window.broken') }).waitFor();
  await reads(page.getByRole('alert'), t('window.brokenNext'));

  await goTo(page, t('window.pages.today'));
  await reads(page, t('todayPage.fresh.none'));
  await page.unroute('**/api/call/tables');
  await goTo(page, t('window.pages.tables'));
  await button(page, t('window.loadWindow')).click();
  await page.getByRole('heading', { level: 1, name: t('window.pages.tables') }).waitFor();
});
