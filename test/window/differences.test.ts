import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run.ts';
import { atCentral } from '../support/branch.ts';
import { difference } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, FRESH, goTo, reads, t } from './support/words.ts';

const SCALE = 0.05;

beforeAll(buildWindow);
beforeAll(startBrowser);

test('where the local records were lost one button compares, also where nothing is compared by itself', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_uom'] }, sync: { verifyEveryDays: 0 } });
  await runCli(['--data-dir', home.folder, 'sync-all']);
  for (const end of ['', '-wal', '-shm']) rmSync(join(home.folder, `journal.db${end}`), { force: true });
  await runCli(['--data-dir', home.folder, 'sync-all']);
  const page = await openWindow(await serve(home.folder));
  await reads(page, t('todayPage.fresh.compareDue'));
  await button(page, t('todayPage.compareNow')).click();
  await reads(page, FRESH);
  await button(page, t('todayPage.compareNow')).waitFor({ state: 'detached' });
});

test('what somebody changed at head office is told once it is found, and one button mends it (A10)', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_invoice', 'c_order'] } });
  const page = await openWindow(await serve(home.folder));
  await button(page, t('todayPage.runNow')).click();
  await reads(page, FRESH);
  await atCentral(
    pair,
    'UPDATE c_invoice SET grandtotal = grandtotal + 1 WHERE c_invoice_id = (SELECT min(c_invoice_id) FROM c_invoice)',
  );

  await goTo(page, t('window.pages.tables'));
  await page.getByRole('link', { name: 'c_invoice', exact: true }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: t('tablesPage.action.verify'), exact: true })
    .click();
  await page.getByRole('dialog').getByText(t('tablesPage.proof.differs'), { exact: true }).waitFor();
  await page.goBack();
  await goTo(page, t('window.pages.today'));
  await reads(page, t('todayPage.fresh.differs', { count: 1 }));
  await reads(page, t('todayPage.state.differs'));
  await reads(page, t('troubles.which', { count: 1, names: 'c_invoice' }));

  // Another batch copies what the branch has changed, and that is nothing.
  await button(page, t('todayPage.runNow')).click();
  await page.locator('[aria-labelledby="latest"] li').nth(1).waitFor();
  await reads(page, t('todayPage.fresh.differs', { count: 1 }));

  await button(page, t('todayPage.differences.repair')).click();
  await reads(page, FRESH);
  await page
    .getByRole('heading', { name: t('todayPage.differences.title', { count: 1 }) })
    .waitFor({ state: 'detached' });
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  const left = await difference(source, central, { table: 'c_invoice', connection: CONNECTION }).finally(() =>
    Promise.all([source.end(), central.end()]),
  );
  expect(left).toMatchObject({ onlySource: 0, onlyCentral: 0 });
});
