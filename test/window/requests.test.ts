import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { visible } from '../../src/shared/visible.ts';
import { atBranch } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { goTo, t, tid } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

/** Nobody's name: only a journal that somebody has edited has one with such characters. */
const HOSTILE = 'Sari <b>W</b>\u202e\u001b[31m';

test.each([
  ['en', t, 'light'],
  ['id', tid, 'dark'],
] as const)('history and batch say who at head office asked, in %s', async (language, words, colorScheme) => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  const home = makeHome(pair);
  onTestFinished(() => home[Symbol.dispose]());
  {
    await using engine = home.open();
    await engine.syncAll({ trigger: 'agent', askedBy: { by: 'Sari Wulandari', request: 'r' } });
    await engine.syncAll({ trigger: 'agent', askedBy: { by: HOSTILE, request: 's' } });
  }
  const page = await openWindow(await serve(home.folder, { language }), { colorScheme });
  await goTo(page, words('window.pages.history'));
  await page.getByText(words('requests.askedBy', { by: 'Sari Wulandari' })).waitFor();
  await page.getByText(`Sari <b>W</b>${visible('\u202e\u001b')}[31m`).waitFor();
  await page.locator('[role=row] a').last().click();
  await page.getByText(words('requests.askedBy', { by: 'Sari Wulandari' })).waitFor();
  expect(await page.getByText(words('batchPage.facts.trigger')).count()).toBe(1);
});
