import { beforeAll, expect, test } from 'vitest';
import { atBranch, sync } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspect } from './support/look.ts';
import { reads, t } from './support/words.ts';

const SCALE = 0.05;
/** The smallest window that is asked for, at 200 % zoom. */
const ZOOMED = { width: 512, height: 350 };

beforeAll(buildWindow);
beforeAll(startBrowser);

test('two clicks answer whether yesterday’s c_invoice has arrived, and no page of it is wider than its window', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_invoice', 'c_order', 'm_product', 'ad_*'] } });
  {
    await using engine = home.open();
    await sync(engine);
    await atBranch(pair, `REVOKE SELECT ON c_order FROM ${pair.source.user}`);
    await sync(engine);
  }
  const rows = await countAtBranch();
  const page = await openWindow(await serve(home.folder));
  const { layoutFaults, drawn } = await inspect(page);
  const dialog = page.getByRole('dialog');
  let clicks = 0;
  const click = async (name: string): Promise<void> => {
    clicks += 1;
    await page.getByRole('link', { name, exact: true }).click();
  };

  await click(t('window.pages.tables'));
  await click('c_invoice');
  const written = t('counts.written', { count: rows, number: rows.toLocaleString('en') });
  const [before] = t('tablesPage.answer.arrivedRows', { written, time: '|' }).split('|');
  await dialog.getByText(before ?? '').waitFor();
  expect(clicks).toBe(2);
  // One recommended action: the table was never compared.
  const recommended = dialog.locator('button[data-variant="filled"]');
  expect(await recommended.allInnerTexts()).toEqual([t('tablesPage.action.verify')]);

  await page.setViewportSize(ZOOMED);
  await drawn();
  expect(await layoutFaults()).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const chip = page.getByRole('button', { name: t('tablesPage.shown.failed', { number: '1' }) });
  await chip.click();
  await reads(page, t('tablesPage.tables', { count: 1, number: '1' }));
  await drawn();
  expect(await layoutFaults()).toEqual([]);
  await page.getByRole('link', { name: 'c_order', exact: true }).click();
  await reads(dialog, /^Branchline is not allowed to read /);
  expect(await recommended.allInnerTexts()).toEqual([t('tablesPage.action.run')]);
  await dialog.getByRole('link', { name: t('tablesPage.detail.toBatch') }).click();
  await page.getByRole('tab', { name: t('batchPage.tabs.timeline') }).click();
  await page.getByRole('table', { name: t('batchPage.tabs.timeline') }).waitFor();
  await drawn();
  expect(await layoutFaults()).toEqual([]);
  await page.getByRole('tab', { name: t('batchPage.tabs.tables') }).click();
  await page.getByRole('button', { name: /unchanged tables$/ }).click();
  await drawn();
  expect(await layoutFaults()).toEqual([]);

  async function countAtBranch(): Promise<number> {
    const client = await pair.source.connectAdmin();
    const found = await client
      .query<{ n: number }>('SELECT count(*)::int AS n FROM adempiere.c_invoice')
      .finally(() => client.end());
    return found.rows[0]?.n ?? 0;
  }
});
