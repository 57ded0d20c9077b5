import { beforeAll, expect, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, FRESH, goTo, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a full copy that finds all rows equal says how many it checked, and that it wrote none', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { connection: { tables: [{ name: 'c_invoiceline', strategy: 'full' }] } });
  const page = await openWindow(await serve(home.folder));
  const latest = page.getByRole('region', { name: t('todayPage.latest.title') });
  await button(page, t('todayPage.runNow')).click();
  await reads(page, FRESH);
  await reads(latest, /^1 table, (\d,\d{3}) rows checked, \1 written$/);

  await button(page, t('todayPage.runNow')).click();
  await expect.poll(() => latest.getByRole('listitem').count()).toBe(2);
  await reads(latest, /^1 table, \d,\d{3} rows checked, 0 written$/);
  await goTo(page, t('window.pages.history'));
  await reads(page.getByRole('table'), t('counts.written', { count: 0, number: '0' }));
  await reads(page.getByRole('table'), /^\d,\d{3} rows checked$/);
});

test('before its first chunk a table says how long it has been copied and what has been sent, and guesses no end', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, {
    connection: { tables: ['c_invoiceline'] },
    // All rows are one chunk, which takes some seconds.
    sync: { bandwidthKbps: 300 },
  });
  const page = await openWindow(await serve(home.folder));
  await button(page, t('todayPage.runNow')).click();
  const running = page.getByRole('region', { name: t('todayPage.running.title') });
  const sent = async (): Promise<number> => {
    const text = await running.getByText(/^[\d,.]+\s[kM]?B sent$/).textContent();
    const [, size = '', unit = ''] = /([\d,.]+)\s([kM]?)B/.exec(text ?? '') ?? [];
    return Number(size.replaceAll(',', '')) * (unit === 'M' ? 1_000_000 : unit === 'k' ? 1000 : 1);
  };
  await reads(running, new RegExp(`${t('counts.estimating')} · \\d+\\ss so far$`));
  const first = await sent();
  await expect.poll(sent).toBeGreaterThan(first);
  await reads(running, /^0 rows checked$/);
  await reads(page, FRESH);
});
