import { beforeAll, expect, test } from 'vitest';
import { atBranch } from '../support/branch.ts';
import { difference } from '../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, FRESH, goTo, reads, t } from './support/words.ts';

const SCALE = 0.05;
const TABLES = ['c_invoice', 'c_order', 'm_product'];

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a failed table is told in a sentence with what to do, and its retry makes all well', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await atBranch(pair, `REVOKE SELECT ON c_invoice, c_order FROM ${pair.source.user}`);
  using home = makeHome(pair, { connection: { tables: TABLES } });
  const page = await openWindow(await serve(home.folder));

  await button(page, t('todayPage.runNow')).click();
  await page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: 2 }) }).waitFor();
  await reads(page, t('todayPage.state.failed', { count: 2 }));
  const reason = (table: string) =>
    t.failure({
      code: 'source_permission',
      params: { connection: 'Lampung', table, user: pair.source.user },
    });
  await reads(page, reason(t('troubles.tables', { count: 2 })).sentence);
  for (const table of ['c_invoice', 'c_order'])
    await reads(page, `GRANT SELECT ON "adempiere"."${table}" TO "${pair.source.user}";`);
  await reads(page, 'c_invoice, c_order');

  await page.getByRole('link', { name: /^Batch of \d\d:\d\d$/ }).click();
  const rows = page.getByRole('table').getByRole('row');
  await reads(rows.nth(1), t('words.table.failed'));
  await reads(rows.nth(1), 'c_invoice');
  // The reason is told once, above the list.
  await button(page, t('batchPage.details', { table: 'c_invoice' })).click();
  await reads(page, 'permission denied for table c_invoice');
  expect(await page.getByText(reason(t('troubles.tables', { count: 2 })).sentence).count()).toBe(1);
  await reads(page, '42501');
  await page.getByText(`${t('batchPage.shown.failed')} 2`, { exact: true }).click();
  await reads(page, t('batchPage.shownCount', { shown: '2', total: '3' }));

  await goTo(page, t('window.pages.tables'));
  await page.getByRole('link', { name: 'c_invoice', exact: true }).click();
  await reads(page.getByRole('dialog'), reason('adempiere.c_invoice').sentence);
  await page.goBack();
  await page.goBack();

  await atBranch(pair, `GRANT SELECT ON c_invoice, c_order TO ${pair.source.user}`);
  await button(page, t('batchPage.retryOne', { table: 'c_invoice' })).click();
  await page.getByText(`${t('batchPage.shown.failed')} 1`, { exact: true }).waitFor();
  await goTo(page, t('window.pages.today'));
  await page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: 1 }) }).waitFor();

  await button(page, t('troubles.retry')).click();
  await reads(page, FRESH);
  await page
    .getByRole('heading', { name: t('todayPage.trouble.failed', { count: 1 }) })
    .waitFor({ state: 'detached' });
  expect(await rowsThatDiffer(pair)).toBe(0);
});

test('an emptied table stops before head office loses its rows, and goes on when a person allows it', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_invoiceline'] } });
  const page = await openWindow(await serve(home.folder));
  await button(page, t('todayPage.runNow')).click();
  await reads(page, FRESH);

  await atBranch(pair, 'DELETE FROM c_invoiceline');
  await button(page, t('todayPage.runNow')).click();
  await page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: 1 }) }).waitFor();
  await reads(page, t('troubles.deletesNext'));
  await button(page, t('troubles.allowDeletes')).click();
  const question = page.getByRole('dialog', { name: t('troubles.deletesTitle') });
  await reads(question, /^c_invoiceline of Lampung: ([\d,]+) of \1 rows$/);
  await button(question, t('troubles.deletesConfirm')).click();
  await question.waitFor({ state: 'detached' });
  await page
    .getByRole('heading', { name: t('todayPage.trouble.failed', { count: 1 }) })
    .waitFor({ state: 'detached' });
  await button(page, t('todayPage.runNow')).waitFor();
  await reads(page, FRESH);
  const central = await pair.central.connectAdmin();
  const { rows } = await central
    .query('SELECT count(*)::int AS left FROM c_invoiceline')
    .finally(() => central.end());
  expect(rows).toEqual([{ left: 0 }]);
});

/** Of all tables, on either side. */
async function rowsThatDiffer(pair: DatabasePair): Promise<number> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    let rows = 0;
    for (const table of TABLES) {
      const found = await difference(source, central, { table, connection: CONNECTION });
      rows += found.onlySource + found.onlyCentral;
    }
    return rows;
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}
