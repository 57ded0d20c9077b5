import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { temporaryFolder } from '../agent/support.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases, type TestDatabase } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { type Keyboard, keyboardOf } from './support/keyboard.ts';
import { livePast } from './support/past.ts';
import { addSchedules } from './support/sights/schedules.ts';

const t = createTranslator('en');

beforeAll(buildWindow);
beforeAll(startBrowser);

/** Everything is done with `keys`; `page` is only looked at. */
async function opened(): Promise<{ readonly page: Page; readonly keys: Keyboard } & AsyncDisposable> {
  const pair = await freshDatabases({ scale: 0.005 });
  const home = makeHome(pair);
  addSchedules(home.folder, 'en');
  livePast(home.folder, CONNECTION);
  const agent = await serve(home.folder);
  const page = await openWindow(agent, { viewport: { width: 1024, height: 700 } });
  const dispose = async (): Promise<void> => {
    await agent.stop();
    home[Symbol.dispose]();
    await pair.drop();
  };
  return { page, keys: await keyboardOf(page), [Symbol.asyncDispose]: dispose };
}

async function goTo({ page, keys }: { page: Page; keys: Keyboard }, name: string): Promise<void> {
  await keys.tabTo('link', name, 'back');
  await keys.press('Enter');
  await page
    .getByRole('navigation')
    .getByRole('link', { name, exact: true })
    .and(page.locator('[aria-current]'))
    .waitFor();
}

describe('by keyboard alone', () => {
  test('every page is reached, and each stop on it has a name and is seen', {
    timeout: 600_000,
  }, async () => {
    await using window = await opened();
    const { page, keys } = window;
    await page.getByRole('heading', { name: t('todayPage.trouble.failed', { count: 2 }) }).waitFor();
    const faults: string[] = [];
    for (const name of ['today', 'history', 'tables', 'branches', 'schedules', 'settings'] as const) {
      await goTo(window, t(`window.pages.${name}`));
      await page
        .getByRole('status', { name: t('window.loading') })
        .first()
        .waitFor({ state: 'detached' });
      // From the page's own top, where following a link leads.
      const found = await keys.round();
      expect(found.stops.length, name).toBeGreaterThan(7);
      // One stop each, however many rows they have.
      expect(found.stops.filter((stop) => /^\w{3} \d+ \w{3}, |^[cm]_/.test(stop.name)).length).toBeLessThan(
        2,
      );
      expect(found.stops.map((stop) => stop.name)).toContain(t('window.skip'));
      faults.push(...found.faults.map((fault) => `${name}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  test('the way past the navigation, the days, the filters, a batch and its details', {
    timeout: 600_000,
  }, async () => {
    await using window = await opened();
    const { page, keys } = window;
    await button(page, t('todayPage.runNow')).waitFor();
    await keys.tabTo('button', t('window.skip'));
    await keys.press('Enter', 'Tab');
    expect((await keys.focused()).name).toBe(t('todayPage.runNow'));

    await goTo(window, t('window.pages.history'));
    await page.getByRole('table', { name: t('historyPage.list') }).waitFor();
    await keys.tabTo('button', /batch/);
    await keys.press('ArrowLeft', 'Enter');
    await page.getByRole('button', { name: t('historyPage.clear') }).waitFor();
    await keys.tabTo('button', t('historyPage.clear'));
    await keys.press('Enter');
    await page.getByRole('button', { name: t('historyPage.clear') }).waitFor({ state: 'detached' });
    await keys.tabTo('combobox', t('historyPage.filter.status'), 'back');
    await keys.type('failed');
    await page.getByText(/^\d+ batches$/).waitFor();
    await page.waitForURL(/status=failed/);
    await keys.tabTo('link', /Nov/);
    await keys.press('ArrowDown', 'ArrowUp', 'Enter');

    await page.getByRole('tab', { name: t('batchPage.tabs.log') }).waitFor();
    await keys.tabTo('button', t('batchPage.export.button'));
    await keys.press('Enter');
    await page.getByRole('menuitem').and(page.locator(':focus')).waitFor();
    await keys.press('ArrowDown', 'Escape');
    await button(page, t('batchPage.export.button')).and(page.locator(':focus')).waitFor();
    await keys.tabTo('button', t('batchPage.details', { table: 'c_invoice' }));
    await keys.press('Space');
    await page.getByText('42501').waitFor();
    await keys.tabTo('tab', t('batchPage.tabs.tables'), 'back');
    await keys.press('ArrowRight', 'ArrowRight');
    await page.getByLabel(t('batchPage.log.search')).waitFor();
  });

  test('keys that come faster than rows are drawn lead to the row where slow ones would', {
    timeout: 600_000,
  }, async () => {
    await using window = await opened();
    const { page, keys } = window;
    await goTo(window, t('window.pages.tables'));
    const list = page.getByRole('table');
    await list.getByRole('link').first().waitFor();
    await keys.tabTo('link', (await list.getByRole('link').first().textContent()) ?? '');
    const row = page.locator('[role="row"]:focus-within');
    await pressAtOnce(page, ['End', 'ArrowUp', 'ArrowUp']);
    const last = Number(await list.getAttribute('aria-rowcount'));
    await expect.poll(() => row.getAttribute('aria-rowindex')).toBe(String(last - 2));
    await pressAtOnce(page, ['End', 'Home', 'ArrowDown']);
    // Below the head.
    await expect.poll(() => row.getAttribute('aria-rowindex')).toBe('3');
  });

  test('dialogs hold the focus and give it back', { timeout: 600_000 }, async () => {
    await using window = await opened();
    const { page, keys } = window;
    await goTo(window, t('window.pages.tables'));
    // What needs somebody stands first.
    await keys.tabTo('link', 'c_invoice');
    await keys.press('ArrowDown', 'End', 'ArrowUp', 'Home', 'ArrowDown', 'ArrowDown');
    await page.getByRole('link', { name: 'c_bpartner', exact: true }).and(page.locator(':focus')).waitFor();
    await keys.press('Enter');
    await keys.tabTo('button', t('tablesPage.action.full'));
    await keys.press('Enter');
    await page.getByText(t('tablesPage.full.body')).waitFor();
    await holds(page, keys, 6);
    await keys.press('Escape');
    await page.getByText(t('tablesPage.full.body')).waitFor({ state: 'detached' });
    await holds(page, keys, 30);
    await keys.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'c_bpartner', exact: true }).and(page.locator(':focus')).waitFor();

    await goTo(window, t('window.pages.branches'));
    await keys.tabTo('button', t('branchesPage.add'));
    await keys.press('Enter');
    await page.getByRole('dialog').waitFor();
    await holds(page, keys, 30);
    await keys.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button(page, t('branchesPage.add')).and(page.locator(':focus')).waitFor();
  });

  test('forms are filled in, tried and saved', { timeout: 600_000 }, async () => {
    await using window = await opened();
    const { page, keys } = window;
    await goTo(window, t('window.pages.schedules'));
    await keys.tabTo('button', t('schedulesPage.add'));
    await keys.press('Enter');
    // A dialog takes the focus when it has come in.
    await page.getByRole('dialog').locator(':focus').waitFor({ state: 'attached' });
    await keys.tabTo('radio', t('schedulesPage.kind.times'));
    await keys.press('ArrowRight');
    const chosen = page.getByRole('radio', { name: t('schedulesPage.kind.hours'), checked: true });
    // The round button itself is not drawn; its label is.
    await chosen.waitFor({ state: 'attached' });
    await keys.tabTo('button', t('schedulesPage.advanced'));
    await keys.press('Enter');
    await keys.tabTo('switch', new RegExp(`^${t('schedulesPage.useCron')}`));
    await keys.press('Space');
    await keys.tabTo('textbox', t('schedulesPage.cron'));
    await keys.press('Control+A');
    await keys.type('45 3 * * 0');
    // What was typed stays.
    await keys.press('Escape');
    await keys.tabTo('button', t('window.save'));
    await keys.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The simple form can say it, so the list says it in words.
    await page.getByRole('heading', { name: 'At 03:45, only on Sunday' }).waitFor();
    await button(page, t('schedulesPage.add')).and(page.locator(':focus')).waitFor();

    await goTo(window, t('window.pages.settings'));
    await keys.tabTo('radio', t('settingsPage.asSystem'));
    await keys.press('ArrowRight', 'ArrowRight');
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
    await keys.tabTo('combobox', t('settingsPage.language'), 'back');
    await keys.type('Bahasa');
    await page.locator('html[lang="id"]').waitFor({ state: 'attached' });
  });
});

test('a branch is set up by keyboard alone, from nothing to its first copy', {
  timeout: 600_000,
}, async () => {
  await using pair = await freshDatabases({ scale: 0.005 });
  const page = await openWindow(await serve(temporaryFolder()), {
    viewport: { width: 1024, height: 700 },
  });
  const keys = await keyboardOf(page);
  const faults: string[] = [];
  const arrive = async (step: 'welcome' | 'central' | 'branch' | 'tables' | 'schedule' | 'first') => {
    await page.getByRole('heading', { name: t(`setupPage.step.${step}.title`) }).waitFor();
    const { stops, faults: found } = await keys.round();
    expect(stops.length).toBeGreaterThan(5);
    faults.push(...found.map((fault) => `${step}: ${fault}`));
  };
  const go = async (name: string) => {
    await keys.tabTo('button', name);
    await keys.press('Enter');
  };
  const fill = async (field: string, value: string) => {
    await keys.tabTo('textbox', new RegExp(`^${field}`));
    await keys.press('Control+A');
    await keys.type(value);
  };
  const endpoint = async ({ host, port, database, user, password }: TestDatabase) => {
    await fill(t('branchesPage.field.host'), host);
    await fill(t('branchesPage.field.port'), String(port));
    await fill(t('branchesPage.field.database'), database);
    await fill(t('branchesPage.field.user'), user);
    await fill(t('branchesPage.field.password'), password);
    await keys.tabTo('combobox', t('branchesPage.field.sslmode'));
    await keys.type(t('branchesPage.encryption.disable'));
  };

  await keys.tabTo('link', t('window.setUp'));
  await keys.press('Enter');
  await arrive('welcome');
  await go(t('setupPage.begin'));
  await arrive('central');
  await endpoint(pair.central);
  await go(t('setupPage.testAndGoOn'));
  await arrive('branch');
  await fill(t('branchesPage.field.label'), 'Lampung');
  await endpoint(pair.source);
  await fill(t('branchesPage.field.schema'), 'adempiere');
  await go(t('setupPage.testAndGoOn'));
  await arrive('tables');
  await go(t('setupPage.goOn'));
  await arrive('schedule');
  await go(t('setupPage.goOn'));
  await arrive('first');
  await go(t('setupPage.start'));
  await page.getByRole('link', { name: t('setupPage.toToday') }).waitFor();
  expect(await differences(pair, { connection: 'lampung' })).toEqual([]);
  expect(faults).toEqual([]);
});

function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** However often Tab is pressed, the focus stays in the dialog. */
async function holds(page: Page, keys: Keyboard, presses: number): Promise<void> {
  const dialog = page.getByRole('dialog').last();
  await dialog.locator(':focus').waitFor({ state: 'attached' });
  for (let press = 0; press < presses; press++) {
    await keys.press('Tab');
    await dialog.locator(':focus').waitFor({ state: 'attached' });
  }
}

/** Without giving the page the time to draw in between. */
async function pressAtOnce(page: Page, keys: readonly string[]): Promise<void> {
  await page.evaluate(`for (const key of ${JSON.stringify(keys)})
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`);
}
