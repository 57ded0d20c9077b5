import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../agent/support.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases, type TestDatabase } from '../support/databases.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { countClicks } from './support/clicks.ts';
import { listenIn } from './support/listenIn.ts';
import { button, FRESH, goTo, reads, t } from './support/words.ts';

const SCALE = 0.05;
const TABLES = 38;

beforeAll(buildWindow);
beforeAll(startBrowser);

test('a person sets a branch up from nothing to a first sync, and the window never has a password', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  const folder = temporaryFolder();
  const page = await openWindow(await serve(folder));
  const heard = await listenIn(page);

  await reads(page, t('window.notSetUp'));
  await page.getByRole('link', { name: t('window.setUp') }).click();
  await step(page, 'welcome');
  await button(page, t('setupPage.begin')).click();

  await step(page, 'central');
  await typeEndpoint(page, pair.central);
  await button(page, t('setupPage.testAndGoOn')).click();

  await step(page, 'branch');
  await page.getByLabel(t('branchesPage.field.label')).fill('Lampung');
  expect(await page.getByLabel(t('branchesPage.field.id')).inputValue()).toBe('lampung');
  await typeEndpoint(page, pair.source);
  await page.getByLabel(t('branchesPage.field.schema'), { exact: true }).fill('adempiere');
  await button(page, t('setupPage.testAndGoOn')).click();

  await step(page, 'tables');
  await reads(page, new RegExp(`^${TABLES} of ${TABLES} tables, about [\\d,]+ rows`));
  await button(page, t('setupPage.goOn')).click();

  await step(page, 'schedule');
  await page.getByRole('textbox', { name: t('setupPage.time'), exact: true }).fill(farFromNow());
  await button(page, t('setupPage.goOn')).click();

  await step(page, 'first');
  await reads(page, 'Lampung');
  await button(page, t('setupPage.start')).click();
  await reads(page, FRESH);
  await reads(page, new RegExp(`^${TABLES} tables, [\\d,]+ rows`));
  expect(await differences(pair, { connection: 'lampung' })).toEqual([]);

  await page.getByRole('link', { name: t('setupPage.toToday') }).click();
  await reads(page, FRESH);

  for (const name of ['history', 'tables', 'branches', 'schedules', 'settings', 'today'] as const)
    await goTo(page, t(`window.pages.${name}`));
  // Of a page that was left the answers can no longer be read.
  await heard();
  await page.reload();
  await reads(page, /^Head office has everything up to/);
  const known = [...(await heard()), ...logsIn(folder), settingsIn(folder)].join('\n');
  // It was listened to at all.
  expect(known).toContain(pair.central.database);
  expect(known).not.toContain(pair.central.password);
  expect(known).not.toContain(pair.source.password);
});

test('a wrong server and a wrong password show the step that fails and its remedy, and it goes on once corrected', async () => {
  await using pair = await freshDatabases();
  const page = await openWindow(await serve(temporaryFolder()));
  await page.getByRole('link', { name: t('window.setUp') }).click();
  await button(page, t('setupPage.begin')).click();
  await step(page, 'central');

  await button(page, t('setupPage.testAndGoOn')).click();
  expect(await page.getByText(t('branchesPage.required')).count()).toBe(3);

  const found = page.getByRole('list', { name: t('branchesPage.testResult') }).getByRole('listitem');
  const failed = found.filter({ hasText: t('branchesPage.stepState.failed') });
  const wrong = { ...pair.central, host: 'no-such-server.invalid', password: 'wrong' };
  await typeEndpoint(page, wrong);
  await button(page, t('setupPage.testAndGoOn')).click();
  await failed.filter({ hasText: t('branchesPage.step.name') }).waitFor();
  expect(await failed.count()).toBe(1);
  await reads(page, t('branchesPage.hint.unreachable'));

  await page.getByLabel(t('branchesPage.field.host')).fill(pair.central.host);
  await reads(page, t('branchesPage.testStale'));
  await button(page, t('setupPage.testAndGoOn')).click();
  await failed.filter({ hasText: t('branchesPage.step.sign_in') }).waitFor();
  await reads(page, t('branchesPage.hint.signIn'));
  await passwordField(page).and(page.locator(':focus')).waitFor();
  expect(await found.filter({ hasText: t('branchesPage.step.port') }).innerText()).toContain(
    t('branchesPage.stepState.ok'),
  );

  await passwordField(page).fill(pair.central.password);
  await button(page, t('setupPage.testAndGoOn')).click();
  await step(page, 'branch');
});

type Step = 'welcome' | 'central' | 'branch' | 'tables' | 'schedule' | 'first';

async function step(page: Page, name: Step): Promise<void> {
  await page.getByRole('heading', { name: t(`setupPage.step.${name}.title`) }).waitFor();
}

async function typeEndpoint(page: Page, database: Omit<TestDatabase, 'url'>): Promise<void> {
  for (const field of ['host', 'port', 'database', 'user'] as const)
    await page.getByLabel(t(`branchesPage.field.${field}`)).fill(String(database[field]));
  await passwordField(page).fill(database.password);
  await page.getByLabel(t('branchesPage.field.sslmode')).selectOption('disable');
}

function passwordField(page: Page) {
  return page.getByRole('textbox', { name: t('branchesPage.field.password') });
}

/** A time of the day at which nothing begins by itself while the test lasts. */
function farFromNow(): string {
  return `${String((new Date().getHours() + 12) % 24).padStart(2, '0')}:00`;
}

function settingsIn(folder: string): string {
  return readFileSync(join(folder, 'settings.json'), 'utf8');
}

function logsIn(folder: string): readonly string[] {
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.log'),
  );
  return logs.map((name) => readFileSync(join(folder, name), 'utf8'));
}

test('from nothing to the first sync there are six decisions', async () => {
  await using pair = await freshDatabases({ scale: 0.01 });
  const page = await openWindow(await serve(temporaryFolder()));
  await page.getByRole('link', { name: t('window.setUp') }).click();
  await step(page, 'welcome');
  const clicks = await countClicks(page);
  await button(page, t('setupPage.begin')).click();

  const typeAddress = async (
    { host, port, database, user, password }: TestDatabase,
    mode = '',
  ): Promise<void> => {
    const server = page.getByLabel(t('branchesPage.field.host'));
    // As somebody who has an address from head office: typed or pasted, it fills the form.
    await server.fill(
      `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}${mode}`,
    );
    await server.press('Tab');
    await reads(page, t('branchesPage.pastedAll'));
  };
  await step(page, 'central');
  await typeAddress(pair.central, '?sslmode=prefer');
  await button(page, t('setupPage.testAndGoOn')).click();

  await step(page, 'branch');
  await page.getByLabel(t('branchesPage.field.label')).fill('Lampung');
  await typeAddress(pair.source);
  // The schema is not known: the test chooses it.
  await button(page, t('setupPage.testAndGoOn')).click();

  await step(page, 'tables');
  await reads(page, new RegExp(`^${TABLES} of ${TABLES} tables, about [\\d,]+ rows`));
  await button(page, t('setupPage.goOn')).click();
  await step(page, 'schedule');
  await button(page, t('setupPage.goOn')).click();
  await step(page, 'first');
  await button(page, t('setupPage.start')).click();
  await reads(page, new RegExp(`^${TABLES} tables, [\\d,]+ rows`));
  expect(await clicks()).toBe(6);
  expect(await differences(pair, { connection: 'lampung' })).toEqual([]);
});
