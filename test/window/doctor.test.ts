import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { atBranch } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspectedStage, SMALLEST } from './support/inspectedStage.ts';
import { doctorSights } from './support/sights/doctor.ts';
import { t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

/** A branch with a table that may not be read, and a name that is markup. */
async function ailingBranch() {
  const pair = await freshDatabases();
  onTestFinished(() => pair.drop());
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    `CREATE TABLE "${HOSTILE}" (id int PRIMARY KEY)`,
    `REVOKE SELECT ON "${HOSTILE}" FROM PUBLIC, ${pair.source.user}`,
  );
  const home = makeHome(pair, { connection: { label: HOSTILE } });
  onTestFinished(() => home[Symbol.dispose]());
  return home;
}

test('a person finds the check-up in the settings, sees what to do, and copies it as text', async () => {
  const home = await ailingBranch();
  const page = await openWindow(await serve(home.folder));
  await page.getByRole('link', { name: t('window.pages.settings') }).click();
  await page.getByRole('link', { name: t('doctorPage.open') }).click();
  await page.getByRole('button', { name: t('doctorPage.run') }).click();
  await page.getByText(t('doctor.result.problem')).waitFor();

  const rights = page.locator('[data-check="rights"][data-state="problem"]');
  await rights.getByText('GRANT SELECT ON').waitFor();
  expect(await rights.locator('img').count()).toBe(0);
  expect(await page.locator('[data-check="service"]').getAttribute('data-state')).toBe('ok');
  expect(await page.locator('[data-check="link"][data-state="ok"]').count()).toBe(2);

  await page.getByRole('button', { name: t('doctorPage.copy') }).click();
  await page.getByText(t('doctorPage.copied'), { exact: true }).waitFor();
  // Pasted where a person would write to support.
  await page.evaluate(() => {
    const document = Reflect.get(globalThis, 'document');
    const field = document.createElement('textarea');
    field.id = 'mail';
    document.body.append(field);
  });
  await page.locator('#mail').focus();
  await page.keyboard.press('ControlOrMeta+V');
  const pasted = await page.locator('#mail').inputValue();
  expect(pasted).toContain(`[${t('doctor.state.problem')}] ${t('doctor.check.rights')}: `);
  expect(pasted).toContain('GRANT SELECT ON');
  expect(pasted).not.toContain('\u202e');
  await page.locator('#mail').evaluate((field) => Reflect.get(field, 'remove').call(field));

  // It is still there after a look at another page.
  await page.getByRole('link', { name: t('window.pages.tables') }).click();
  await page.goBack();
  await page.getByRole('button', { name: t('doctorPage.again') }).waitFor();
  await rights.waitFor();
});

test('where nothing is set up, the check-up leads to the set-up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const page = await openWindow(await serve(folder));
  await page.getByRole('link', { name: t('window.pages.settings') }).click();
  await page.getByRole('link', { name: t('doctorPage.open') }).click();
  await page.getByRole('button', { name: t('doctorPage.run') }).click();
  await page.getByRole('link', { name: t('doctorPage.toSetUp') }).click();
  await page.getByRole('button', { name: t('setupPage.begin') }).waitFor();
});

test.each(['en', 'id'] as const)(
  'nobody is kept out of the check-up, and nothing is cut off (%s)',
  async (language) => {
    const home = await ailingBranch();
    const page = await openWindow(await serve(home.folder, { language }), { viewport: SMALLEST });
    const { stage, problems } = await inspectedStage(page, language);
    await doctorSights(stage);
    expect(problems).toEqual([]);
  },
);
