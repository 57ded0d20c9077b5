import type { Stage } from './stage.ts';

/** The check-up: before it, and with its results. */
export async function doctorSights({ page, t, go, look, button }: Stage): Promise<void> {
  await go('/doctor');
  await look('doctor-before');
  await page.getByRole('checkbox', { name: t('doctorPage.quick') }).check();
  await button(t('doctorPage.run')).click();
  await button(t('doctorPage.copy')).waitFor();
  await look('doctor');
}
