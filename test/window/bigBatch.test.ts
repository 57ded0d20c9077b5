import { beforeAll, expect, test } from 'vitest';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, goTo, reads, t } from './support/words.ts';

const TABLES = 2000;
/** As many in one transaction as fit into the server's table of locks. */
const AT_ONCE = 500;
const BATCH_MS = 240_000;

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a batch of 2,000 tables is watched, searched and mended', { timeout: 2 * BATCH_MS }, async () => {
  await using pair = await freshDatabases();
  await makeTables(pair);
  await atBranch(pair, `REVOKE SELECT ON part_1234 FROM ${pair.source.user}`);
  using home = makeHome(pair, { connection: { tables: ['part_*'] } });
  const page = await openWindow(await serve(home.folder));

  await button(page, t('todayPage.runNow')).click();
  await reads(page, /^[\d,]+ of 2,000 tables$/);
  await page.getByRole('link', { name: t('todayPage.running.toBatch') }).click();
  const table = page.getByRole('table', { name: t('batchPage.tabs.tables') });
  await table.waitFor();
  expect(await table.getAttribute('aria-rowcount')).toBe('2001');
  expect(await table.getByRole('row').count()).toBeLessThan(60);
  const search = page.getByLabel(t('batchPage.search'));
  await search.fill('PART_1999');
  await reads(page, t('batchPage.shownCount', { shown: '1', total: '2,000' }));
  await reads(table, 'part_1999');
  await search.fill('');

  // It fails while the others go on, and stands above all of them.
  const first = table.locator('[aria-rowindex="2"]');
  const patience = { timeout: BATCH_MS };
  await first
    .filter({ hasText: 'part_1234' })
    .filter({ hasText: t('words.table.failed') })
    .waitFor(patience);
  await page
    .getByText(t('batchPage.headline.someFailed', { count: 1, failed: '1', total: '2,000' }))
    .waitFor(patience);
  await reads(page, `${t('batchPage.shown.done')} 1,999`);

  await atBranch(pair, `GRANT SELECT ON part_1234 TO ${pair.source.user}`);
  await button(page, t('troubles.retry')).click();
  await page.getByText(t('batchPage.headline.all', { count: 2000, total: '2,000' })).waitFor(patience);
  await goTo(page, t('window.pages.tables'));
  await reads(page, /^2,000 tables$/);
});

async function makeTables(pair: DatabasePair): Promise<void> {
  const parts = Array.from({ length: TABLES / AT_ONCE }, (_, index) => index * AT_ONCE);
  await atBranch(
    pair,
    ...parts.map(
      (from) => `DO $$ BEGIN FOR n IN ${from + 1}..${from + AT_ONCE} LOOP
        EXECUTE format('CREATE TABLE part_%s AS SELECT i AS id, i::text AS name FROM generate_series(1, 3) i', lpad(n::text, 4, '0'));
        EXECUTE format('ALTER TABLE part_%s ADD PRIMARY KEY (id)', lpad(n::text, 4, '0'));
      END LOOP; END $$`,
    ),
    `GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO ${pair.source.user}`,
  );
}
