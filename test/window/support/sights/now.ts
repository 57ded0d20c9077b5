import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyTakesOver } from '../../../support/copyTakesOver.ts';
import type { FaultProxy } from '../../../support/proxy.ts';
import type { Onlooker } from '../onlooker.ts';
import { foundDifferent } from '../past.ts';
import type { Stage } from './stage.ts';

/** What the sights of a moment need besides the window. */
export interface Moment {
  readonly folder: string;
  /** The link to central. */
  readonly link: FaultProxy;
  /** Ends the program behind the window. */
  stopAgent(): Promise<void>;
  /** Starts one that only looks on, at the address of the one that was ended. */
  startOnlooker(): Promise<Onlooker>;
}

/** Slow enough that some tables are still left when the run is found. */
const SLOW_MS = 60;
/** Slow enough that it is still at work after it was looked at, and not so slow that the link counts as frozen. */
const SLOWER_MS = 1_500;

/** What goes on: a run, one that was stopped, one that ended well, a copied data folder, a pause, a database that does not answer, and what is told everywhere. */
export async function nowSights(stage: Stage, moment: Moment): Promise<void> {
  await running(stage, moment);
  await differing(stage, moment);
  await copied(stage, moment);
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
  // The batch's bar and a table's.
  await page.getByRole('progressbar').nth(1).waitFor();
  await look('today-running');
  await page.getByRole('heading', { name: t('todayPage.running.title') }).waitFor();
  await page.locator('a[href*="batch"]').first().click();
  await button(t('todayPage.stop')).waitFor();
  await page.getByRole('progressbar').first().waitFor();
  await look('batch-running');
  await go('/tables');
  await page.getByRole('link', { name: 'ad_message_trl' }).waitFor();
  await look('tables-running');
  await go('/');
  await button(t('todayPage.stop')).click();
  const stopped = t('todayPage.trouble.stopped', { reason: t('words.reason.user') });
  await page.getByRole('heading', { name: stopped }).waitFor();
  link.latencyMs = 0;
  await look('today-interrupted');
  await page.locator('section', { hasText: stopped }).locator('a[href*="batch"]').first().click();
  await button(t('troubles.resume')).waitFor();
  await look('batch-interrupted');
  await button(t('troubles.resume')).click();
  await go('/');
  await page.getByText(new RegExp(`^${t('todayPage.fresh.today', { time: '\\d\\d[:.]\\d\\d' })}$`)).waitFor();
  await button(t('todayPage.runNow')).waitFor();
  await look('today-up-to-date');
}

/** A verify that somebody ran found tables to differ, and one of them asks before it is repaired. */
async function differing({ page, t, go, look, button }: Stage, { folder }: Moment): Promise<void> {
  await go('/');
  foundDifferent(folder, ['c_bpartner', 'm_transaction'], 'm_transaction');
  await page.getByText(t('todayPage.fresh.differs', { count: 2 })).waitFor();
  await button(t('troubles.allowDeletes')).waitFor();
  await look('today-differs');
  await go('/tables?show=differs');
  await page.getByRole('link', { name: 'm_transaction' }).waitFor();
  await look('tables-differ');
  await go('/');
  // Both sides are the same, which comparing proves.
  await button(t('todayPage.differences.repair')).click();
  await page.getByText(new RegExp(`^${t('todayPage.fresh.today', { time: '\\d\\d[:.]\\d\\d' })}$`)).waitFor();
  await button(t('todayPage.runNow')).waitFor();
}

/** Another copy of the data folder has synced since: the window asks what this computer is. */
export async function copied(
  { page, t, go, look, button, dialog }: Stage,
  { folder }: Pick<Moment, 'folder'>,
): Promise<void> {
  await go('/');
  await copyTakesOver(folder, ['ad_org']);
  await button(t('todayPage.runNow')).click();
  await button(t('troubles.copyAsk')).waitFor();
  await look('today-copied');
  await button(t('troubles.copyAsk')).click();
  await dialog().getByText(t('troubles.copyKeep')).waitFor();
  await look('copied-question');
  await button(t('quit.copiedKeep'), dialog()).click();
  await dialog().waitFor({ state: 'detached' });
  await page.getByText(new RegExp(`^${t('todayPage.fresh.today', { time: '\\d\\d[:.]\\d\\d' })}$`)).waitFor();
  await button(t('todayPage.runNow')).waitFor();
}

async function waiting({ page, t, go, look, button }: Stage, { link }: Moment): Promise<void> {
  await go('/');
  await button(t('todayPage.pause')).click();
  const tomorrow = t('todayPage.pauseTomorrow', { time: '06' }).replace(/06.*/, '');
  await page.getByRole('menuitem', { name: tomorrow }).click();
  await button(t('todayPage.unpause')).waitFor();
  await look('today-paused');
  await button(t('todayPage.unpause')).click();
  await button(t('todayPage.pause')).waitFor();
  link.refuse();
  await button(t('todayPage.runNow')).click();
  await page.getByText(t('todayPage.trouble.resumesAlone')).waitFor();
  await look('today-waiting');
  // Half a minute later it asks again.
  const [waits = ''] = t('todayPage.state.waitingCentral', { time: '|' }).split('|');
  await page.getByText(waits.trim()).waitFor();
  await look('today-no-answer');
}

async function told(stage: Stage, { folder, stopAgent, startOnlooker }: Moment): Promise<void> {
  const { page, t, go, look } = stage;
  const file = join(folder, 'settings.json');
  const good = readFileSync(file, 'utf8');
  const settings = JSON.parse(good);
  const another = { ...settings.connections[0], id: 'pgsql_plm', label: 'Palembang' };
  writeFileSync(file, JSON.stringify({ ...settings, connections: [...settings.connections, another] }));
  await go('/');
  await page.getByText(t('todayPage.fresh.neverCopied', { count: 1, connections: 'Palembang' })).waitFor();
  await look('today-never-copied');
  writeFileSync(file, '{ "central": {}, "connections": [{ "id": "1" }] }');
  await page.getByRole('alert').first().waitFor();
  await look('settings-wrong-today');
  await go('/branches');
  await look('settings-wrong-connections');
  writeFileSync(file, good);
  await page.getByRole('alert').first().waitFor({ state: 'detached' });
  await go('/');
  await stopAgent();
  await page.getByText(t('window.link.unreachable')).waitFor();
  await look('link-lost');
  await page.context().clearCookies();
  await using onlooker = await startOnlooker();
  await page.getByText(t('window.link.signed_out')).waitFor();
  await look('signed-out');
  await page.reload();
  await page.getByText(t('agent.page.signedOutNext')).waitFor();
  await look('signed-out-page');
  await page.goto(onlooker.link());
  await page.getByText(t('window.viewOnly')).waitFor();
  await look('view-only');
}
