import { beforeAll, expect, test } from 'vitest';
import { differencesOfFew, FEW, LINES } from '../faults/support/few.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { slowHome } from './support/slowHome.ts';
import { button, FRESH, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

test('the agent is killed under the open window, which says so, and heals by itself as soon as it is back', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  await using slow = await startProxy(pair.central);
  using home = slowHome(pair, slow, FEW);
  const first = await serve(home.folder);
  const page = await openWindow(first);
  // Lost where anything loads the page anew.
  await page.evaluate('window.sameDocument = true');
  slow.latencyMs = 15;
  await button(page, t('todayPage.runNow')).click();
  const running = page.getByRole('link', { name: t('todayPage.running.toBatch') });
  const batch = await running.getAttribute('href');
  const bar = page.getByRole('progressbar', { name: t('todayPage.running.tableLabel', { table: LINES }) });
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 })
    .toBeGreaterThan(5);

  await first.kill();
  await reads(page, t('window.link.unreachable'));
  await reads(page, t('window.linkNext.unreachable'));
  expect(await button(page, t('todayPage.stop')).isDisabled()).toBe(true);
  expect(await button(page, t('todayPage.pause')).isDisabled()).toBe(true);

  await serve(home.folder, { port: first.port });
  await page.getByText(t('window.link.unreachable')).waitFor({ state: 'detached' });
  // The same batch goes on, and nobody has asked for it.
  await running.waitFor();
  expect(await running.getAttribute('href')).toBe(batch);
  slow.latencyMs = 0;
  await reads(page, FRESH);
  await button(page, t('todayPage.runNow')).waitFor();
  expect(await page.evaluate('window.sameDocument')).toBe(true);

  const latest = page.getByRole('region', { name: t('todayPage.latest.title') }).getByRole('listitem');
  expect(await latest.count()).toBe(1);
  await latest.getByRole('link').click();
  await reads(page, batch?.split('/').at(-1) ?? '');
  await button(page, t('batchPage.past.title')).click();
  await reads(page, t('batchPage.past.interrupted', { reason: t('words.reason.crash') }));
  await reads(page, t('batchPage.past.resumed'));
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
});
