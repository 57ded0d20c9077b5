import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { countClicks } from './support/clicks.ts';
import { livePast } from './support/past.ts';
import { button, goTo, openBranch, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

/** A branch that is set up, and the settings as they stand in its file. */
async function setUpBranch({ past = false, scale }: { past?: boolean; scale?: number } = {}) {
  const pair = await freshDatabases(scale === undefined ? {} : { scale });
  onTestFinished(() => pair.drop());
  const home = makeHome(pair);
  onTestFinished(() => home[Symbol.dispose]());
  if (past) livePast(home.folder, CONNECTION);
  const file = join(home.folder, 'settings.json');
  const settings = (): SettingsFile => JSON.parse(readFileSync(file, 'utf8'));
  const write = (next: SettingsFile): void => writeFileSync(file, JSON.stringify(next));
  const agent = await serve(home.folder);
  const page = await openWindow(agent);
  return { pair, page, settings, write };
}

test('what was typed outlives a change from elsewhere, and overwrites nothing of it', async () => {
  const { page, settings, write } = await setUpBranch();
  const form = await openBranch(page, 'Lampung', 'settings');
  await form.getByLabel(t('branchesPage.field.label')).fill('Lampung Raya');
  const before = settings();
  write({ ...before, connections: before.connections.map((one) => ({ ...one, exclude: ['t_*'] })) });
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('alert').getByText('The settings were changed meanwhile').waitFor();
  expect(settings().connections).toEqual([{ ...before.connections[0], exclude: ['t_*'] }]);
  await form.getByRole('button', { name: 'Load the new settings' }).click();
  await form.getByRole('button', { name: 'Load the new settings' }).waitFor({ state: 'detached' });
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Lampung Raya' }).waitFor();
  expect(settings().connections).toEqual([
    { ...before.connections[0], label: 'Lampung Raya', exclude: ['t_*'] },
  ]);
});

test('a port that cannot be is refused at its field, before anything is written', async () => {
  const { page, settings } = await setUpBranch();
  const before = settings();
  const form = await openBranch(page, 'Lampung', 'settings');
  await form.getByLabel('Port').fill('70000');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('must be at most 65535').waitFor();
  // What is to be corrected has the focus.
  await form.locator('input:focus').and(form.getByLabel('Port')).waitFor();
  expect(settings()).toEqual(before);
});

test('a database that does not answer is saved only when a person says so; then it is switched off and removed', async () => {
  const { pair, page, settings } = await setUpBranch();
  await goTo(page, t('window.pages.branches'));
  await button(page, t('branchesPage.add')).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('branchesPage.field.label')).fill('Bandung');
  await form.getByLabel('Server').fill(pair.source.host);
  await form.getByLabel('Database').fill('there_is_none');
  await form.getByLabel('User').fill(pair.source.user);
  await form.getByLabel('Port').fill(String(pair.source.port));
  await form.getByLabel('Password', { exact: true }).fill(pair.source.password);
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await form.getByRole('button', { name: 'Save it anyway' }).click();
  await page.getByRole('link', { name: 'Bandung', exact: true }).click();
  const card = page.getByRole('article', { name: 'Bandung' });
  await card.waitFor();
  const ids = (): string[] => settings().connections.map(({ id }) => id);
  expect(ids()).toEqual([CONNECTION, 'bandung']);

  await card.getByRole('switch', { name: 'Copy to head office: Bandung' }).click();
  await card.getByText('Switched off: nothing is copied from here.').waitFor();
  expect(settings().connections[1]).toMatchObject({ enabled: false });
  await card.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await card.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Lampung', exact: true }).waitFor();
  expect(ids()).toEqual([CONNECTION]);
});

test('what failed leads to its database: tried at once, or only shown', async () => {
  const { page } = await setUpBranch({ past: true });
  await page.getByRole('link', { name: t('troubles.testConnection') }).click();
  const card = page.getByRole('article', { name: 'Lampung' });
  await card.getByRole('list', { name: t('branchesPage.testResult') }).waitFor();
  await card.getByRole('heading').and(page.locator(':focus')).waitFor();
  // Loaded again, it is not tried again.
  await page.waitForURL(/#\/branches\/pgsql_lmp$/);
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Lampung' }).waitFor({ state: 'detached' });

  // As links were before.
  await page.evaluate("location.hash = '/connections?at=central'");
  await page.waitForURL(/#\/branches\/central$/);
  await page.getByRole('article', { name: t('branchesPage.central') }).waitFor();
  expect(await page.getByRole('list', { name: t('branchesPage.testResult') }).count()).toBe(0);
});

test('what a test found, and what can be done, is in sight without scrolling', async () => {
  const { page } = await setUpBranch();
  await page.setViewportSize({ width: 1024, height: 600 });
  await goTo(page, t('window.pages.branches'));
  await button(page, t('branchesPage.add')).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('branchesPage.field.label')).fill('Bandung');
  for (const [field, value] of [
    ['host', '127.0.0.1'],
    ['port', '1'],
    ['database', 'idempiere'],
    ['user', 'branchline'],
  ] as const)
    await form.getByLabel(t(`branchesPage.field.${field}`)).fill(value);
  await button(form, t('branchesPage.test')).click();
  const hint = form.getByText(t('branchesPage.hint.unreachable'));
  await hint.waitFor();
  // By the name that was typed, not by the id that was made of it.
  await form
    .locator('[data-verdict=failed]')
    .getByText(/Bandung/)
    .waitFor();
  // Nobody listens on that port.
  await form.locator('input:focus').and(form.getByLabel('Port')).waitFor();
  const again = button(form, t('branchesPage.saveAgain'));
  const place = await again.boundingBox();
  const said = await hint.boundingBox();
  expect(place?.y).toBeLessThan(600 - (place?.height ?? 0));
  expect((said?.y ?? 0) + (said?.height ?? 0)).toBeLessThan(place?.y ?? 0);
});

test('a form that is right itself says what keeps it from being saved', async () => {
  const { pair, page, settings, write } = await setUpBranch();
  const { central } = settings();
  write({ ...settings(), central: { ...central, database: '' }, connections: [] });
  await goTo(page, t('window.pages.branches'));
  await reads(page, t('branchesPage.noDatabase'));
  write({ ...settings(), schedules: [{ id: 'daily', cron: 'never' }] });
  await page.getByText(/schedules\[0\]/).waitFor();
  await page.getByRole('link', { name: t('branchesPage.openCentral') }).click();
  await page.getByRole('tab', { name: t('branchesPage.tab.settings') }).click();
  const form = page.getByRole('tabpanel');
  await form.getByLabel(t('branchesPage.field.database')).fill(pair.central.database);
  await button(form, t('window.save')).click();
  await form.getByText(t('branchesPage.wrongElsewhere')).waitFor();
  expect(settings().central).toMatchObject({ database: '' });
});

test('a second branch takes three clicks and what differs', async () => {
  const { pair, page, settings, write } = await setUpBranch({ scale: 0.01 });
  const [first] = settings().connections;
  write({ ...settings(), connections: [{ ...first, exclude: ['t_*'] } as never] });
  await goTo(page, t('window.pages.branches'));
  const clicks = await countClicks(page);
  await button(page, t('branchesPage.menuOf', { name: 'Lampung' })).click();
  await page.getByRole('menuitem', { name: t('branchesPage.duplicate') }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('branchesPage.field.label')).fill('Bandung');
  await form.getByLabel(t('branchesPage.field.host')).fill('localhost');
  await button(form, t('window.save')).click();
  await form.waitFor({ state: 'detached' });
  expect(await clicks()).toBe(3);
  expect(settings().connections[1]).toEqual({
    ...first,
    id: 'bandung',
    label: 'Bandung',
    host: 'localhost',
    exclude: ['t_*'],
  });
  await page.getByRole('link', { name: 'Bandung', exact: true }).waitFor();
  expect(pair.source.host).not.toBe('localhost');
});

test('a thousand branches are searched, and only those in sight are in the page', async () => {
  const { page, settings, write } = await setUpBranch();
  const [first] = settings().connections;
  const connections = Array.from({ length: 1000 }, (_, index) => ({
    ...first,
    id: `branch_${index + 1}`,
    label: `Cabang ${index + 1}`,
    enabled: index % 10 !== 9,
  }));
  write({ ...settings(), connections: connections as never });
  await goTo(page, t('window.pages.branches'));
  await reads(page, t('branchesPage.shown.all', { number: '1,000' }));
  await page.getByRole('link', { name: 'Cabang 2', exact: true }).waitFor();
  const links = page.getByRole('table').getByRole('link');
  expect(await links.count()).toBeLessThan(60);
  await page.getByLabel(t('branchesPage.searchBranch')).fill('cabang 99');
  // 99, 990 to 999, and 199 to 899, below the heads.
  await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe('20');
  await page.getByText(t('branchesPage.shown.off', { number: '100' })).click();
  await expect.poll(() => links.allInnerTexts()).toEqual(['Cabang 990']);
  await page.getByLabel(t('branchesPage.searchBranch')).fill('');
  // By the keyboard, the list is one stop, and its rows are reached by the arrow keys.
  await page.getByRole('link', { name: 'Cabang 10', exact: true }).focus();
  await page.keyboard.press('End');
  await page.getByRole('link', { name: 'Cabang 1000', exact: true }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Cabang 1000' }).waitFor();
});
