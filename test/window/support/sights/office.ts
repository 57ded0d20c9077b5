import type { Stage } from './stage.ts';

/** Head office's window with a thousand branches: the board, a branch, and the calendar. */
export async function officeSights({ page, t, go, look, button }: Stage): Promise<void> {
  await page.getByRole('table', { name: t('boardPage.title') }).waitFor();
  await page
    .getByRole('group', { name: t('boardPage.wall') })
    .getByRole('link')
    .first()
    .waitFor();
  await look('board');
  await page.getByRole('searchbox', { name: t('boardPage.search') }).fill('no such branch');
  await button(t('boardPage.clear')).waitFor();
  await look('board-none-fits');
  await button(t('boardPage.clear')).click();
  const failing = page
    .getByRole('group', { name: t('boardPage.states') })
    .getByRole('button')
    .nth(1);
  await failing.click();
  await look('board-failing');
  await page
    .getByRole('table', { name: t('boardPage.title') })
    .getByRole('link')
    .first()
    .click();
  await page.getByRole('tab').first().waitFor();
  await look('branch-tables');
  await page.getByRole('tab', { name: t('boardPage.batches') }).click();
  await page.getByRole('table', { name: t('boardPage.batchList') }).waitFor();
  await look('branch-batches');
  await go('/calendar');
  await page.getByRole('table', { name: t('boardPage.calendarOf') }).waitFor();
  await look('calendar');
}
