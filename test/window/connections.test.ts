import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { livePast } from './support/past.ts';
import { button, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

/** A branch that is set up, and the settings as they stand in its file. */
async function setUpBranch({ past = false } = {}) {
  const pair = await freshDatabases();
  onTestFinished(() => pair.drop());
  const home = makeHome(pair);
  onTestFinished(() => home[Symbol.dispose]());
  if (past) livePast(home.folder, CONNECTION);
  const file = join(home.folder, 'settings.json');
  const settings = (): SettingsFile => JSON.parse(readFileSync(file, 'utf8'));
  const write = (next: SettingsFile): void => writeFileSync(file, JSON.stringify(next));
  const agent = await serve(home.folder);
  const page = await openWindow(agent);
  if (!past) await page.getByRole('link', { name: 'Connections' }).click();
  return { pair, page, settings, write };
}

test('what was typed outlives a change from elsewhere, and overwrites nothing of it', async () => {
  const { page, settings, write } = await setUpBranch();
  await page.getByRole('article', { name: 'Lampung' }).getByRole('button', { name: 'Change' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('connectionsPage.field.label')).fill('Lampung Raya');
  const before = settings();
  write({ ...before, connections: before.connections.map((one) => ({ ...one, exclude: ['t_*'] })) });
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('alert').getByText('The settings were changed meanwhile').waitFor();
  expect(settings().connections).toEqual([{ ...before.connections[0], exclude: ['t_*'] }]);
  await form.getByRole('button', { name: 'Load the new settings' }).click();
  await form.getByRole('button', { name: 'Load the new settings' }).waitFor({ state: 'detached' });
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('article', { name: 'Lampung Raya' }).waitFor();
  expect(settings().connections).toEqual([
    { ...before.connections[0], label: 'Lampung Raya', exclude: ['t_*'] },
  ]);
});

test('a port that cannot be is refused at its field, before anything is written', async () => {
  const { page, settings } = await setUpBranch();
  const before = settings();
  await page.getByRole('article', { name: 'Lampung' }).getByRole('button', { name: 'Change' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Port').fill('70000');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('must be at most 65535').waitFor();
  // What is to be corrected has the focus.
  await form.locator('input:focus').and(form.getByLabel('Port')).waitFor();
  expect(settings()).toEqual(before);
});

test('a database that does not answer is saved only when a person says so; then it is switched off and removed', async () => {
  const { pair, page, settings } = await setUpBranch();
  await page.getByRole('button', { name: 'Add a branch database' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('connectionsPage.field.label')).fill('Bandung');
  await form.getByLabel('Server').fill(pair.source.host);
  await form.getByLabel('Database').fill('there_is_none');
  await form.getByLabel('User').fill(pair.source.user);
  await form.getByLabel('Port').fill(String(pair.source.port));
  await form.getByLabel('Password', { exact: true }).fill(pair.source.password);
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await form.getByRole('button', { name: 'Save it anyway' }).click();
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
  expect(ids()).toEqual([CONNECTION]);
});

test('what failed leads to its database: tried at once, or only shown', async () => {
  const { page } = await setUpBranch({ past: true });
  await page.getByRole('link', { name: t('troubles.testConnection') }).click();
  const card = page.getByRole('article', { name: 'Lampung' });
  await card.getByRole('list', { name: t('connectionsPage.testResult') }).waitFor();
  await card.getByRole('heading').and(page.locator(':focus')).waitFor();
  // Loaded again, it is not tried again.
  await page.waitForURL(/#\/connections$/);
  await page.goBack();
  await page
    .getByRole('heading', { level: 1, name: t('window.pages.connections') })
    .waitFor({ state: 'detached' });

  await page.evaluate("location.hash = '/connections?at=central'");
  const central = page.getByRole('article').first();
  await central.getByRole('heading').and(page.locator(':focus')).waitFor();
  expect(await page.getByRole('list', { name: t('connectionsPage.testResult') }).count()).toBe(0);
});

test('what a test found, and what can be done, is in sight without scrolling', async () => {
  const { page } = await setUpBranch();
  await page.setViewportSize({ width: 1024, height: 600 });
  await button(page, t('connectionsPage.add')).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('connectionsPage.field.label')).fill('Bandung');
  for (const [field, value] of [
    ['host', '127.0.0.1'],
    ['port', '1'],
    ['database', 'idempiere'],
    ['user', 'branchline'],
  ] as const)
    await form.getByLabel(t(`connectionsPage.field.${field}`)).fill(value);
  await button(form, t('connectionsPage.test')).click();
  const hint = form.getByText(t('connectionsPage.hint.unreachable'));
  await hint.waitFor();
  // By the name that was typed, not by the id that was made of it.
  await form
    .locator('[data-verdict=failed]')
    .getByText(/Bandung/)
    .waitFor();
  // Nobody listens on that port.
  await form.locator('input:focus').and(form.getByLabel('Port')).waitFor();
  const again = button(form, t('connectionsPage.saveAgain'));
  const place = await again.boundingBox();
  const said = await hint.boundingBox();
  expect(place?.y).toBeLessThan(600 - (place?.height ?? 0));
  expect((said?.y ?? 0) + (said?.height ?? 0)).toBeLessThan(place?.y ?? 0);
});

test('a form that is right itself says what keeps it from being saved', async () => {
  const { pair, page, settings, write } = await setUpBranch();
  const { central } = settings();
  write({ ...settings(), central: { ...central, database: '' }, connections: [] });
  await page.getByRole('heading', { name: t('connectionsPage.noDatabase') }).waitFor();
  write({ ...settings(), schedules: [{ id: 'daily', cron: 'never' }] });
  await page.getByText(/schedules\[0\]/).waitFor();
  await button(page.getByRole('article').first(), t('connectionsPage.change')).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('connectionsPage.field.database')).fill(pair.central.database);
  await button(form, t('window.save')).click();
  await form.getByText(t('connectionsPage.wrongElsewhere')).waitFor();
  expect(settings().central).toMatchObject({ database: '' });
});
