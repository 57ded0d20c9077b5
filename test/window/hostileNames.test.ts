import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { visible, visibleLines } from '../../src/shared/visible.ts';
import { atBranch } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, goTo, openBranch, t } from './support/words.ts';

/** Names that break a line in two, turn what follows around, hide, or are markup. */
const NAMES = [
  'a\u001b]0;owned\u0007',
  'b\nAll tables are up to date.',
  'c\u202etxt.exe',
  'd\u2066e\u2069',
  'f\u2028g\u0085h',
  'i\u{e0041}\u200b\ufeffj',
  '<img src=x onerror=alert(1)>',
];
const FAILING = NAMES[2] ?? '';
const LABEL = 'Lampung\u202e\u0007';
const SCHEMA = 'k\u202el';

beforeAll(buildWindow);
beforeAll(startBrowser);

/** A branch with hostile names: of tables, of another schema, of itself. One of its tables cannot be read. */
async function hostileBranch() {
  const pair = await freshDatabases();
  onTestFinished(() => pair.drop());
  await atBranch(
    pair,
    ...NAMES.flatMap((name) => [
      `CREATE TABLE ${pg.escapeIdentifier(name)} (id int PRIMARY KEY)`,
      `INSERT INTO ${pg.escapeIdentifier(name)} VALUES (1)`,
    ]),
    `REVOKE ALL ON ${pg.escapeIdentifier(FAILING)} FROM branchline_read`,
    `CREATE SCHEMA ${pg.escapeIdentifier(SCHEMA)}`,
    `CREATE TABLE ${pg.escapeIdentifier(SCHEMA)}.t (id int)`,
    `GRANT USAGE ON SCHEMA ${pg.escapeIdentifier(SCHEMA)} TO PUBLIC`,
  );
  const home = makeHome(pair, { connection: { tables: ['*'], label: LABEL } });
  onTestFinished(() => home[Symbol.dispose]());
  return home;
}

/**
 * What the page shows, and tells screen readers, that does more than to be read. In a text a line break is a space, or
 * stands in a block of its own; in an attribute it breaks the line of a tooltip.
 */
async function unseen(page: Page): Promise<readonly string[]> {
  const { texts, attributes }: Record<'texts' | 'attributes', string[]> = await page.evaluate(`(() => {
    const texts = [];
    const attributes = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node !== null; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
      else for (const name of ['title', 'aria-label', 'aria-description', 'placeholder', 'alt', 'label'])
        attributes.push(node.getAttribute(name) ?? '');
    }
    return { texts, attributes };
  })()`);
  return [
    ...texts.filter((text) => visibleLines(text) !== text),
    ...attributes.filter((text) => visible(text) !== text),
  ];
}

test('names and messages of a hostile branch stand on every page as their letters, in texts and titles', async () => {
  const home = await hostileBranch();
  const page = await openWindow(await serve(home.folder));
  const shows = async (where: string, name: string): Promise<void> => {
    await page.getByText(visible(name)).first().waitFor();
    expect(await unseen(page), where).toEqual([]);
  };
  const dialog = page.getByRole('dialog');
  const close = async (): Promise<void> => {
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  };

  await button(page, t('todayPage.runNow')).click();
  await page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: 1 }) }).waitFor();
  await shows('Today', FAILING);

  await page.locator('[aria-labelledby="latest"] li a').first().click();
  await shows('Batch', FAILING);
  await page.getByRole('button', { name: t('batchPage.details', { table: FAILING }) }).click();
  await shows('Batch, details', FAILING);
  await page.getByRole('tab', { name: t('batchPage.tabs.log') }).click();
  await shows('Batch, log', FAILING);

  await goTo(page, t('window.pages.tables'));
  await shows('Tables', FAILING);
  for (const name of NAMES) {
    await page.getByRole('link', { name: visible(name), exact: true }).click();
    await dialog.first().waitFor();
    await dialog.getByText(visible(LABEL)).first().waitFor();
    expect(await unseen(page), name).toEqual([]);
    await close();
  }

  await goTo(page, t('window.pages.history'));
  await page.getByRole('main').waitFor();
  expect(await unseen(page), 'History').toEqual([]);

  await openBranch(page, visible(LABEL));
  const card = page.getByRole('article', { name: visible(LABEL) });
  await button(card, t('branchesPage.test')).click();
  await card.getByText(t('branchesPage.step.read')).waitFor();
  await shows('Branch', LABEL);
  await card.getByRole('link', { name: t('branchesPage.chooseTables') }).click();
  await shows('Choice of tables', FAILING);
  await page.getByText(visible(SCHEMA)).first().waitFor({ state: 'attached' });
  await page.getByRole('tab', { name: t('branchesPage.tab.overview') }).click();
  const settings = join(home.folder, 'settings.json');
  const before: SettingsFile = JSON.parse(readFileSync(settings, 'utf8'));
  // A server that is not there, by a hostile name.
  const connections = before.connections.map((one) => ({ ...one, database: 'no\u202eDB\u0007' }));
  writeFileSync(settings, JSON.stringify({ ...before, connections }));
  await shows('Branch, another database', 'no\u202eDB\u0007');
  await button(card, t('branchesPage.test')).click();
  await card.getByText(t('branchesPage.stepState.failed'), { exact: true }).waitFor();
  expect(await unseen(page), 'A failed test').toEqual([]);

  await goTo(page, t('window.pages.schedules'));
  expect(await unseen(page), 'Schedules').toEqual([]);
  await goTo(page, t('window.pages.settings'));
  expect(await unseen(page), 'Settings').toEqual([]);
});
