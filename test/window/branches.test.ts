import { beforeAll, expect, test } from 'vitest';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { manyBranches } from './support/branchesPast.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspect } from './support/look.ts';
import { reads, t } from './support/words.ts';

/** The smallest window, a usual one, and the smallest at 200 % zoom. */
const SIZES = [
  { width: 1024, height: 700 },
  { width: 1440, height: 900 },
  { width: 512, height: 350 },
];

beforeAll(buildWindow);
beforeAll(startBrowser);

test.each([3, 15])('of %d branches those with trouble come first, in any window', async (count) => {
  await using pair = await freshDatabases({ scale: 0.005 });
  using home = makeHome(pair);
  manyBranches(home.folder, count);
  const page = await openWindow(await serve(home.folder));
  const board = page.getByRole('region', { name: t('todayPage.branches.title') });
  await board.waitFor();
  const items = board.getByRole('listitem');
  expect(await items.count()).toBe(count);
  await reads(items.nth(0), 'Palembang');
  await reads(items.nth(0), t('fleet.state.failed'));
  await reads(items.nth(1), 'Bandung');
  await reads(items.nth(1), t('fleet.state.late'));
  await reads(items.nth(2), t('fleet.state.ok'));

  const inside = await inspect(page);
  const problems: string[] = [];
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    await inside.drawn();
    problems.push(...(await inside.violations()), ...(await inside.layoutFaults()));
  }
  expect(problems).toEqual([]);

  await items.nth(1).getByRole('button').click();
  await page.getByRole('menuitem', { name: t('todayPage.branches.tables') }).click();
  await page.getByRole('heading', { level: 1, name: t('window.pages.tables') }).waitFor();
});
