import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { carriedDisk, PASSPHRASE } from '../core/disk/support/carried.ts';
import { atBranch, sync } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { inspectedStage, SMALLEST } from './support/inspectedStage.ts';
import type { Stage } from './support/sights/stage.ts';
import { t } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

/** Where pictures of the sights go, for whoever wants to look at them. */
const PICTURES = process.env.BRANCHLINE_TEST_PICTURES;

async function picture(page: Page, language: string, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await page.emulateMedia({ colorScheme: language === 'en' ? 'light' : 'dark' });
  await page.screenshot({ path: join(PICTURES, `${name}-${language}.png`) });
  await page.emulateMedia({ colorScheme: 'light' });
}

const speaking = (home: Home, language: string): void => {
  const file = join(home.folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...settings, language }));
};

async function fillExport({ page, t: say }: Stage, folder: string, again = PASSPHRASE): Promise<void> {
  await page.getByLabel(say('disk.folder')).fill(folder);
  await page.getByLabel(say('disk.passphrase')).fill(PASSPHRASE);
  await page.getByLabel(say('disk.again')).fill(again);
}

test.each(['en', 'id'] as const)(
  'a first load is exported, stopped, continued and imported in the window, and the next sync sends the rest (%s)',
  { timeout: 600_000 },
  async (language) => {
    await using pair = await freshDatabases({ scale: 0.01 });
    await using link = await startProxy(pair.source);
    using branch = makeHome(pair, { connection: { port: link.port } });
    using office = makeHome(pair, { connection: { id: 'another', label: 'Another', enabled: false } });
    for (const home of [branch, office]) speaking(home, language);
    using disk = carriedDisk();
    const page = await openWindow(await serve(branch.folder, { language }), { viewport: SMALLEST });
    const { stage, problems } = await inspectedStage(page, language);
    const { t: say, go, button, dialog, look } = stage;
    const sight = async (name: string): Promise<void> => {
      await picture(page, language, name);
      await look(name);
    };

    await go(`/branches/${CONNECTION}`);
    await button(say('disk.export')).click();
    await dialog().getByText(say('disk.exportNote')).waitFor();
    await button(say('disk.exportNow'), dialog()).click();
    await dialog().getByText(say('disk.pathWrong'), { exact: true }).waitFor();
    await fillExport(stage, 'stick', 'another one');
    await dialog().getByText(say('disk.differ')).waitFor();
    await sight('export-form');
    await fillExport(stage, 'stick');
    await button(say('disk.exportNow'), dialog()).click();
    await dialog()
      .getByRole('alert')
      .getByText(say.usage('export_path_relative', { file: 'stick' }).what)
      .waitFor();
    await sight('export-refused');
    await fillExport(stage, disk.folder);
    link.latencyMs = 50;
    await button(say('disk.exportNow'), dialog()).click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('progressbar', { name: say('disk.exportingLabel') }).waitFor();
    await page
      .getByText(/^[2-9]\s?%|^\d\d\s?%/)
      .first()
      .waitFor();
    link.latencyMs = 800;
    await sight('exporting-connections');
    await go('/');
    await page.getByRole('heading', { name: say('disk.exporting') }).waitFor();
    await sight('exporting-today');
    await go(`/branches/${CONNECTION}`);
    await button(say('todayPage.stop')).click();
    link.latencyMs = 0;
    await page.getByText(say('disk.openTitle')).waitFor();
    await sight('export-stopped');
    await page.reload();
    await button(say('disk.goOn')).click();
    await dialog().getByLabel(say('disk.passphrase')).fill('not the right one');
    await button(say('disk.goOn'), dialog()).click();
    const file = join(disk.folder, `${CONNECTION}.export`);
    await dialog().getByText(say.usage('export_passphrase_wrong', { file }).what).waitFor();
    await sight('export-go-on');
    await dialog().getByLabel(say('disk.passphrase')).fill(PASSPHRASE);
    await button(say('disk.goOn'), dialog()).click();
    await page.getByText(say('disk.next', { import: say('disk.import') })).waitFor();
    await sight('exported');
    expect(readdirSync(disk.folder)).toEqual([`${CONNECTION}.export`]);
    await atBranch(pair, "UPDATE ad_org SET name = 'changed since'");

    const atOffice = await openWindow(await serve(office.folder, { language }), { viewport: SMALLEST });
    const other = await inspectedStage(atOffice, language);
    const see = async (name: string): Promise<void> => {
      await picture(atOffice, language, name);
      await other.stage.look(name);
    };
    await other.stage.go('/branches/central');
    await other.stage.button(say('disk.import')).click();
    const form = other.stage.dialog();
    await form.getByLabel(say('disk.file')).fill(file);
    await form.getByLabel(say('disk.passphrase')).fill('not the right one');
    await see('import-form');
    await other.stage.button(say('disk.importNow'), form).click();
    await form.getByText(say.usage('export_passphrase_wrong', { file }).what).waitFor();
    await form.getByLabel(say('disk.passphrase')).fill(PASSPHRASE);
    await other.stage.button(say('disk.importNow'), form).click();
    const [before = ''] = say('disk.imported', { file, time: '|' }).split('|');
    await atOffice.getByText(before.trim()).waitFor();
    await see('imported');
    expect([...problems, ...other.problems]).toEqual([]);

    await using engine = branch.open();
    const { batch } = await sync(engine);
    expect(batch.status).toBe('completed');
    const sent = engine.batch(batch.batch_id).tables.filter((one) => one.records_processed > 0);
    expect(sent.map((one) => one.table_name)).toEqual(['ad_org']);
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  },
);

test('an import that was stopped is continued from its page, with its file', async () => {
  await using pair = await freshDatabases({ scale: 0.01 });
  await using link = await startProxy(pair.central);
  using branch = makeHome(pair);
  using office = makeHome(pair, {
    central: { port: link.port },
    connection: { id: 'another', enabled: false },
  });
  using disk = carriedDisk();
  {
    await using engine = branch.open();
    const request = { trigger: 'cli', connection: CONNECTION, passphrase: PASSPHRASE } as const;
    await engine.exportConnection({ ...request, file: disk.file });
  }
  const page = await openWindow(await serve(office.folder));
  await page.getByRole('link', { name: t('window.pages.branches') }).click();
  await page.getByRole('link', { name: t('branchesPage.openCentral') }).click();
  await page.getByRole('button', { name: t('disk.import') }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(t('disk.file')).fill(disk.file);
  await form.getByLabel(t('disk.passphrase')).fill(PASSPHRASE);
  link.latencyMs = 60;
  await form.getByRole('button', { name: t('disk.importNow') }).click();
  await page.getByRole('button', { name: t('todayPage.stop') }).click();
  await page.getByText(t('disk.importOpen', { file: disk.file })).waitFor();
  link.latencyMs = 0;

  await page.getByRole('link', { name: t('disk.importAgain') }).click();
  const again = page.getByRole('dialog');
  await again.getByText(disk.file).waitFor();
  await again.getByLabel(t('disk.passphrase')).fill(PASSPHRASE);
  await again.getByRole('button', { name: t('disk.importNow') }).click();

  await page.getByText('The next sync of the branch sends only what has changed there since').waitFor();
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('whoever has no key of the window, or comes from another page, can have no file written or read', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair);
  using disk = carriedDisk();
  const agent = await serve(home.folder);
  const page = await openWindow(agent);
  const origin = `http://127.0.0.1:${agent.port}`;
  const cookies = await page.context().cookies(origin);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const to = { folder: disk.folder, name: 'item.export' };
  const calls = {
    exportToDisk: { connection: CONNECTION, to, passphrase: PASSPHRASE },
    importFromDisk: { from: { file: disk.file }, passphrase: PASSPHRASE },
  };
  const statuses: number[] = [];
  for (const [call, asked] of Object.entries(calls))
    for (const headers of [{}, { cookie }, { cookie, origin: 'http://127.0.0.1:1' }] satisfies object[]) {
      const answer = await fetch(`${origin}/api/call/${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...headers },
        body: JSON.stringify([asked]),
      });
      statuses.push(answer.status);
    }
  expect(statuses).toEqual([401, 401, 403, 401, 401, 403]);
  expect(readdirSync(disk.folder)).toEqual([]);
});
