import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { installation, installationId } from '../../src/core/settings/installation.ts';
import { runCli } from '../cli/run.ts';
import { atCentral } from '../support/branch.ts';
import { copyTakesOver } from '../support/copyTakesOver.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { button, FRESH, openBranch, reads, t } from './support/words.ts';

const SCALE = 0.05;
const TABLES = ['ad_org', 'c_uom'];

beforeAll(buildWindow);
beforeAll(startBrowser);

test('of a copied data folder the window asks what this computer is, and goes on after the answer (D3)', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: TABLES } });
  const page = await openWindow(await serve(home.folder));
  const failed = page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: TABLES.length }) });
  const question = page.getByRole('dialog', { name: t('troubles.copyTitle') });
  await button(page, t('todayPage.runNow')).click();
  await reads(page, FRESH);
  await atRest(page);

  await copyTakesOver(home.folder, TABLES.slice(0, 1));
  await button(page, t('todayPage.runNow')).click();
  await failed.waitFor();
  await reads(page, t('troubles.copyNext'));
  await button(page, t('troubles.copyAsk')).click();
  await reads(question, t('troubles.copyKeep'));
  await reads(question, t('troubles.copyNew', { connections: 'Lampung' }));
  await button(question, t('quit.copiedKeep')).click();
  await question.waitFor({ state: 'detached' });
  await failed.waitFor({ state: 'detached' });
  await reads(page, FRESH);
  await atRest(page);

  await copyTakesOver(home.folder, TABLES.slice(0, 1));
  await button(page, t('todayPage.runNow')).click();
  await failed.waitFor();
  await button(page, t('troubles.copyAsk')).click();
  await button(question, t('quit.copiedNew')).click();
  await question.waitFor({ state: 'detached' });
  await failed.waitFor({ state: 'detached' });
  await openBranch(page, 'Lampung');
  await reads(page, t('branchesPage.offNote'));
  const admin = await pair.central.connectAdmin();
  const { rows } = await admin
    .query('SELECT connection, installation FROM branchline.sources')
    .finally(() => admin.end());
  const { id, previous } = installation(home.folder);
  expect(rows).toEqual([{ connection: CONNECTION, installation: previous }]);
  expect(id).not.toBe(previous);
});

test('a repair that meets a copy of the data folder leads to the question, too (D3)', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: TABLES } });
  const page = await openWindow(await serve(home.folder));
  const question = page.getByRole('dialog', { name: t('troubles.copyTitle') });
  await button(page, t('todayPage.runNow')).click();
  await reads(page, FRESH);
  await atRest(page);
  await atCentral(pair, 'DELETE FROM ad_org');
  const found = await runCli(['--data-dir', home.folder, 'verify', '--tables', 'ad_org']);
  expect(found.stdout).toContain('ad_org');
  await copyTakesOver(home.folder, TABLES.slice(1));

  await button(page, t('todayPage.differences.repair')).click();
  await reads(page, t('troubles.copyNext'));
  await button(page, t('troubles.copyAsk')).click();
  await button(question, t('quit.copiedKeep')).click();
  await question.waitFor({ state: 'detached' });
  await button(page, t('todayPage.differences.repair')).click();
  await reads(page, FRESH);
});

test('a folder of another computer is served, and its window asks before anything runs (D3)', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: TABLES } });
  const before = installationId(home.folder, { host: 'branch-pc', id: 'of-the-other-one' });
  const page = await openWindow(await serve(home.folder));
  const told = page.getByRole('alert').filter({ hasText: 'branch-pc' });
  const question = page.getByRole('dialog', { name: t('troubles.copyTitle') });

  await reads(told, t('troubles.copyNext'));
  await button(told, t('troubles.copyAsk')).click();
  await reads(question, t('troubles.copyNewAll'));
  await button(question, t('quit.copiedKeep')).click();
  await question.waitFor({ state: 'detached' });
  await told.waitFor({ state: 'detached' });
  await button(page, t('todayPage.runNow')).click();
  await reads(page, FRESH);
  expect(installationId(home.folder)).toBe(before);
});

/** Head office may be said to have everything of today while a batch is still at work. */
function atRest(page: Page): Promise<void> {
  return button(page, t('todayPage.runNow')).waitFor();
}
