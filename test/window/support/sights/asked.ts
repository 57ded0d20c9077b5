import type { Stage } from './stage.ts';

/** A branch whose last batch head office has asked for, and after which a hook has failed. */
export async function askedSights({ page, t, go, look }: Stage): Promise<void> {
  await go('/');
  await page.getByText(t('todayPage.state.hookFailed', { hooks: 'reports' })).waitFor();
  await look('today-hook-failed');
  await go('/history');
  await page.getByText(t('requests.askedBy', { by: 'Sari Wulandari' })).waitFor();
  await look('history-asked');
  await page
    .getByRole('table', { name: t('historyPage.list') })
    .getByRole('link')
    .first()
    .click();
  await page.getByText(t('batchPage.facts.trigger')).waitFor();
  await look('batch-asked');
  await page.getByRole('tab', { name: t('batchPage.tabs.log') }).click();
  await page.getByText('reports').first().scrollIntoViewIfNeeded();
  await look('batch-hook-log');
}
