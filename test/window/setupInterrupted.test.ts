import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { temporaryFolder } from '../agent/support.ts';
import { freshDatabases, type TestDatabase } from '../support/databases.ts';
import { serve } from './support/agent.ts';
import { openWindow, startBrowser } from './support/browser.ts';
import { buildWindow } from './support/build.ts';
import { tid } from './support/words.ts';

beforeAll(buildWindow);
beforeAll(startBrowser);

async function fillIn(page: Page, database: TestDatabase, password: string): Promise<void> {
  await page.getByLabel('Server').fill(database.host);
  await page.getByLabel('Port', { exact: true }).fill(String(database.port));
  await page.getByLabel('Basis data').fill(database.database);
  await page.getByLabel('Pengguna').fill(database.user);
  await page.getByLabel('Kata sandi', { exact: true }).fill(password);
  await page.getByLabel('Enkripsi').selectOption('prefer');
}

const goOn = (page: Page): Promise<void> => page.getByRole('button', { name: 'Uji lalu lanjut' }).click();

test('a branch is set up from nothing to its first sync, with a wrong password and a break on the way', async () => {
  await using pair = await freshDatabases({ scale: 0.02 });
  const folder = temporaryFolder();
  const agent = await serve(folder);
  const settings = (): SettingsFile => JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));
  const page = await openWindow(agent);
  await page.getByRole('link', { name: 'Set it up' }).click();

  await page.getByText('Bahasa Indonesia').click();
  await page.getByRole('button', { name: 'Mulai' }).click();
  await fillIn(page, pair.central, 'not-this-one');
  await goOn(page);
  const steps = page.getByRole('list', { name: 'Hasil pengujian' });
  await page.getByText('Basis data kantor pusat menolak nama pengguna atau kata sandi.').first().waitFor();
  expect(await steps.getByText('belum dicoba').count()).toBe(2);

  await fillIn(page, pair.central, pair.central.password);
  await goOn(page);
  await page.getByRole('heading', { name: 'Dari mana data berasal?' }).waitFor();
  expect(settings()).toEqual({
    central: {
      host: pair.central.host,
      port: pair.central.port,
      database: pair.central.database,
      user: pair.central.user,
    },
    connections: [],
    language: 'id',
  });

  // Closed in the middle: the next window goes on where this one was.
  await page.reload();
  await page.getByLabel(tid('branchesPage.field.label')).fill('Lampung Raya');
  await fillIn(page, pair.source, pair.source.password);
  await page.getByLabel('Skema').fill('adempiere');
  await goOn(page);

  await page.getByLabel('Cari tabel').fill('c_invoiceline');
  await page.getByRole('checkbox', { name: 'c_invoiceline' }).uncheck();
  await page.getByRole('button', { name: 'Lanjut' }).click();
  await page.getByLabel('Setiap beberapa jam').check();
  await page.getByRole('button', { name: 'Lanjut' }).click();
  await page.getByRole('button', { name: 'Mulai penyalinan pertama' }).click();
  await page.getByText(new RegExp(tid('todayPage.fresh.today', { time: '\\d\\d\\.\\d\\d' }))).waitFor();

  expect(settings()).toMatchObject({
    connections: [{ id: 'lampung_raya', label: 'Lampung Raya', exclude: ['c_invoiceline'] }],
    schedules: [{ id: 'main', cron: '0 */4 * * *' }],
  });
  for (const { password } of [pair.source, pair.central])
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).not.toContain(password);
  const central = await pair.central.connect();
  const { rows } = await central.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_name IN ('c_invoice', 'c_invoiceline')`,
  );
  await central.end();
  expect(rows).toEqual([{ name: 'c_invoice' }]);
});
