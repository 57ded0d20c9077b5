import type { Stage } from './stage.ts';

/** A branch with a past whose last batch left tables behind: what has been, and everything that can be set. */
export async function pastSights(stage: Stage): Promise<void> {
  await shortcuts(stage);
  await standing(stage);
  await batch(stage);
  await history(stage);
  await tables(stage);
  await branches(stage);
  await schedules(stage);
  await settings(stage);
}

async function shortcuts({ page, go, look, close, dialog }: Stage): Promise<void> {
  await go('/');
  await page.keyboard.press('Control+k');
  await dialog().getByRole('combobox').fill('c_inv');
  await dialog().getByRole('option').first().waitFor();
  await look('palette');
  await close();
  await page.keyboard.press('?');
  await dialog().getByRole('switch').waitFor();
  await look('keys');
  await close();
}

async function standing({ page, t, go, look, button }: Stage): Promise<void> {
  await go('/');
  await page
    .getByText(t('todayPage.trouble.failed', { count: 2 }))
    .first()
    .waitFor();
  await look('today-failed');
  await button(t('todayPage.pause')).click();
  await page.getByRole('menuitem').first().waitFor();
  await look('today-pause-menu');
  await page.keyboard.press('Escape');
}

async function batch({ page, t, go, look, button }: Stage): Promise<void> {
  await go('/');
  const heading = page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: 2 }) });
  await page.locator('section', { has: heading }).locator('a[href*="batch"]').first().click();
  await button(t('batchPage.details', { table: 'c_invoice' })).click();
  await page.getByText('42501').first().waitFor();
  await look('batch-failed');
  await button(t('batchPage.export.button')).click();
  await page.getByRole('menuitem').first().waitFor();
  await look('batch-export-menu');
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: t('batchPage.tabs.timeline') }).click();
  await page.getByRole('table', { name: t('batchPage.tabs.timeline') }).scrollIntoViewIfNeeded();
  await look('batch-timeline');
  await page.getByRole('tab', { name: t('batchPage.tabs.log') }).click();
  const search = page.getByLabel(t('batchPage.log.search'));
  await search.scrollIntoViewIfNeeded();
  await look('batch-log');
}

async function history({ page, t, go, look, button }: Stage): Promise<void> {
  await go('/history');
  await page.getByText(t('historyPage.strip.completed'), { exact: true }).waitFor();
  await page.getByRole('table', { name: t('historyPage.list') }).waitFor();
  await look('history');
  await button(t('historyPage.export.button')).click();
  await page.getByRole('menuitem').first().waitFor();
  await look('history-export');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: t('reportPage.open') }).click();
  await page
    .getByRole('heading', { name: t('reportPage.batches') })
    .or(page.getByText(t('reportPage.nothing')))
    .waitFor();
  await look('report');
  await go('/history');
  await page.getByLabel(t('historyPage.filter.text'), { exact: true }).fill('no such table');
  await page.getByText(t('historyPage.noneFits')).waitFor();
  await look('history-none-fits');
  await go('/batch/batch_2020_nothing');
  await page.getByRole('alert').waitFor();
  await look('batch-unknown');
}

async function tables({ page, t, go, look, button, close }: Stage): Promise<void> {
  await go('/tables');
  await page.getByRole('link', { name: 'ad_message_trl' }).waitFor();
  await look('tables');
  await go('/tables/pgsql_lmp/fact_acct');
  await page.getByText(t('tablesPage.chart.rows'), { exact: true }).first().waitFor();
  await look('table');
  await button(t('tablesPage.action.full')).click();
  await page.getByText(t('tablesPage.full.body')).waitFor();
  await look('table-confirm');
  await button(t('window.cancel')).click();
  await page.getByText(t('tablesPage.full.body')).waitFor({ state: 'detached' });
  await close();
}

async function branches({ page, t, go, look, button, dialog, close }: Stage): Promise<void> {
  await go('/branches');
  await page.getByRole('table').getByRole('link').first().waitFor();
  await look('branches');
  await button(t('branchesPage.menuOf', { name: 'Lampung' })).click();
  await page.getByRole('menuitem').first().waitFor();
  await look('branch-menu');
  await page.getByRole('menuitem', { name: t('branchesPage.duplicate') }).click();
  await dialog().waitFor();
  await look('branch-duplicate');
  await close();
  await button(t('branchesPage.add')).click();
  await button(t('branchesPage.advanced'), dialog()).click();
  await button(t('window.save'), dialog()).click();
  await dialog().locator('[aria-invalid="true"]').first().waitFor();
  await look('branch-form-wrong');
  await dialog().getByLabel(t('branchesPage.field.label')).fill('Palembang, Jalan Jenderal Sudirman');
  await dialog().getByLabel(t('branchesPage.field.host')).fill('127.0.0.1');
  await dialog().getByLabel(t('branchesPage.field.port')).fill('1');
  await dialog().getByLabel(t('branchesPage.field.database')).fill('idempiere');
  await dialog().getByLabel(t('branchesPage.field.user')).fill('branchline');
  await button(t('branchesPage.test'), dialog()).click();
  await dialog().locator('[data-verdict="failed"]').waitFor();
  await look('branch-form-tested');
  await close();
  await page.getByRole('table').getByRole('link').first().click();
  const branch = page.getByRole('article', { name: 'Lampung' });
  await button(t('branchesPage.test'), branch).click();
  await branch.locator('[data-verdict="ok"]').waitFor();
  await look('branch');
  await button(t('window.remove'), branch).click();
  await page.getByText(t('branchesPage.removeNote')).waitFor();
  await look('branch-remove');
  await close();
  await page.getByRole('tab', { name: t('branchesPage.tab.tables') }).click();
  await page.getByText('ad_message_trl').first().waitFor();
  await look('branch-tables');
  await page.getByRole('tab', { name: t('branchesPage.tab.settings') }).click();
  await page.getByLabel(t('branchesPage.field.host')).waitFor();
  await look('branch-settings');
  await go('/import-branches');
  await look('import-branches');
  await page
    .getByLabel(t('importBranches.text'))
    .fill(
      'id;host;database;user;phone\nbdg;127.0.0.1;erp;reader;1\nbdg;127.0.0.1;erp;reader;1\nplm;=1;erp;reader;1',
    );
  await page.getByText(t('importBranches.found', { fresh: '1', there: '0', wrong: '2' })).waitFor();
  await look('import-branches-read');
}

async function schedules({ page, t, go, look, button, dialog, close }: Stage): Promise<void> {
  await go('/schedules');
  await page.getByText(t('schedulesPage.next')).first().waitFor();
  await look('schedules');
  await button(t('schedulesPage.add')).click();
  await dialog().getByLabel(t('schedulesPage.name')).waitFor();
  await look('schedule-editor');
  await button(t('schedulesPage.addTime'), dialog()).click();
  await dialog()
    .getByRole('textbox', { name: t('schedulesPage.timeNumber', { number: 2 }), exact: true })
    .fill('25');
  // Out of the field, in which nothing is wrong while somebody types.
  await page.keyboard.press('Tab');
  await dialog().getByText(t('schedulesPage.noTime')).waitFor();
  await dialog().locator('[type="submit"]:enabled').waitFor();
  await look('schedule-time-wrong');
  await button(t('schedulesPage.advanced'), dialog()).click();
  await dialog()
    .getByRole('switch', { name: t('schedulesPage.useCron') })
    .click();
  await dialog()
    .getByRole('textbox', { name: t('schedulesPage.cron') })
    .fill('61 8 * * *');
  await dialog().locator('[aria-invalid="true"]').waitFor();
  await dialog().locator('[type="submit"]:enabled').waitFor();
  await look('schedule-cron-wrong');
  await close();
}

async function settings({ page, t, go, look, button, dialog, close }: Stage): Promise<void> {
  await go('/settings');
  await page.getByRole('heading', { name: t('settingsPage.bundle') }).waitFor();
  await look('settings');
  await button(t('settingsPage.prune')).click();
  await dialog().waitFor();
  await look('settings-prune');
  await close();
  await button(t('settingsPage.bundleLook')).click();
  await dialog().getByRole('button', { expanded: false }).first().click();
  await dialog().locator('pre').first().waitFor();
  await look('settings-bundle');
  await close();
}
