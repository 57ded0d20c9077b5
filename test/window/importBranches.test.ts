import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { countClicks } from './support/clicks.ts';
import { listenIn } from './support/listenIn.ts';
import { button, goTo, reads, t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

test('fifty branches are added from a table: seen, tested, corrected by a click, and imported', {
  timeout: 300_000,
}, async () => {
  await using pair = await freshDatabases({ scale: 0.01 });
  const home = makeHome(pair);
  onTestFinished(() => home[Symbol.dispose]());
  const settings = (): SettingsFile => JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  const { host, port, database, user, password } = pair.source;
  const rows = Array.from({ length: 50 }, (_, index) => {
    const number = index + 1;
    // Half of them name no schema, and one a wrong password.
    const schema = index % 2 === 0 ? 'adempiere' : '';
    return [
      `c${number}`,
      `Cabang ${number}`,
      host,
      port,
      database,
      user,
      number === 7 ? 'wrong' : password,
      schema,
    ].join('\t');
  });
  const text = [
    'Kode\tNama Cabang\tServer\tPort\tBasis Data\tPengguna\tKata Sandi\tSkema\tTelepon',
    ...rows,
    `c3\tTwice\t${host}\t${port}\t${database}\t${user}\t\t`,
    'c60\t=1+1\t\t\t\t\t\t',
  ].join('\r\n');

  const page = await openWindow(await serve(home.folder));
  await goTo(page, t('window.pages.branches'));
  const heard = await listenIn(page);
  const clicks = await countClicks(page);
  await page.getByRole('link', { name: t('importBranches.open') }).click();
  await page.getByLabel(t('importBranches.text')).fill(text);
  await reads(page, t('importBranches.found', { fresh: '50', there: '0', wrong: '2' }));
  await reads(page, t('importBranches.unused', { names: 'Telepon' }));
  await reads(page, /^line 53, label: begins like a formula/);
  // Nothing is added by looking or by testing.
  expect(settings().connections).toHaveLength(1);

  await button(page, t('importBranches.testAll')).click();
  await reads(page, t('importBranches.tested', { passed: '24', failed: '26' }));
  await button(
    page,
    t('importBranches.useSchemas', { count: 25, number: '25', schemas: 'adempiere' }),
  ).click();
  await reads(page, t('importBranches.tested', { passed: '49', failed: '1' }));
  await button(page, t('importBranches.leaveFailed', { count: 1, number: '1' })).click();
  expect(settings().connections).toHaveLength(1);
  await button(page, t('importBranches.import', { count: 49, number: '49' })).click();
  await reads(page, t('importBranches.done', { count: 49, number: '49' }));
  expect(await clicks()).toBe(5);

  const { connections } = settings();
  expect(connections).toHaveLength(50);
  expect(connections.every((one) => one.schema === 'adempiere')).toBe(true);
  expect(connections.some(({ id }) => id === 'c7')).toBe(false);
  expect(JSON.stringify(settings())).not.toContain(password);
  await page.getByRole('link', { name: t('importBranches.toBranches') }).click();
  await reads(page, t('branchesPage.shown.all', { number: '50' }));
  const answers = (await heard()).join('\n');
  expect(answers).toContain('Cabang 50');
  expect(answers).not.toContain(password);

  // The same table again: what is there stays as it is.
  await page.getByRole('link', { name: t('importBranches.open') }).click();
  await page.getByLabel(t('importBranches.text')).fill(text);
  await reads(page, t('importBranches.found', { fresh: '1', there: '49', wrong: '2' }));
});
