import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultProxy } from '../../../support/proxy.ts';
import type { Stage } from './stage.ts';

/** What the sights of a moment need besides the window. */
export interface Moment {
  readonly folder: string;
  /** The link to central. */
  readonly link: FaultProxy;
  /** Ends the program behind the window. */
  stopAgent(): Promise<void>;
}

/** Slow enough that some tables are still left when the run is found. */
const SLOW_MS = 60;
/** Slow enough that it is still at work after it was looked at, and not so slow that the link counts as frozen. */
const SLOWER_MS = 1_500;

/** What goes on: a run, a run that ended well, a pause, a database that does not answer, and what is told everywhere. */
export async function nowSights(stage: Stage, moment: Moment): Promise<void> {
  await running(stage, moment);
  await waiting(stage, moment);
  await told(stage, moment);
}

async function running(stage: Stage, { link }: Moment): Promise<void> {
  const { page, t, go, look, button } = stage;
  await go('/');
  link.latencyMs = SLOW_MS;
  await button(t('todayPage.runNow')).click();
  await page
    .getByText(/^[2-9]\d\s?%$/)
    .first()
    .waitFor();
  link.latencyMs = SLOWER_MS;
  await look('today-running');
  await page.getByRole('heading', { name: t('todayPage.running.title') }).waitFor();
  await page.locator('a[href*="batch"]').first().click();
  await button(t('todayPage.stop')).waitFor();
  await page.getByRole('progressbar').first().waitFor();
  await look('batch-running');
  await go('/tables');
  await page.getByRole('link', { name: 'ad_message_trl' }).waitFor();
  await look('tables-running');
  link.latencyMs = 0;
  await go('/');
  await page
    .getByText(
      t('todayPage.fresh.today', { time: '' })
        .split(/\d|\s{2}/)[0]
        ?.trim() ?? '',
    )
    .waitFor();
  await button(t('todayPage.runNow')).waitFor();
  await look('today-up-to-date');
}

async function waiting({ page, t, go, look, button }: Stage, { link }: Moment): Promise<void> {
  await go('/');
  await button(t('todayPage.pause')).click();
  await page.getByRole('menuitem', { name: t('todayPage.pauseTomorrow') }).click();
  await button(t('todayPage.unpause')).waitFor();
  await look('today-paused');
  await button(t('todayPage.unpause')).click();
  await button(t('todayPage.pause')).waitFor();
  link.refuse();
  await button(t('todayPage.runNow')).click();
  await page.getByText(t('todayPage.state.waitingCentral', { time: '' }).split('.')[0] ?? '').waitFor();
  await look('today-waiting');
}

async function told({ page, go, look }: Stage, { folder, stopAgent }: Moment): Promise<void> {
  writeFileSync(join(folder, 'settings.json'), '{ "central": {}, "connections": [{ "id": "1" }] }');
  await page.getByRole('alert').first().waitFor();
  await look('settings-wrong-today');
  await go('/connections');
  await look('settings-wrong-connections');
  await go('/');
  await stopAgent();
  await page.locator('[aria-live="polite"] .mantine-Alert-root').first().waitFor();
  await look('link-lost');
}
