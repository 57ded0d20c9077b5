import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { tryAcquireLease } from '../../src/core/journal/lease.ts';
import { journalIn } from '../core/journal/support/world.ts';
import { buildApp, commandLine, dataFolder, hasRuntime, startApp } from './support/app.ts';
import { beginBatch, completedBatch, completeTable, failedBatch, writeSettings } from './support/history.ts';

/** The row of a table in the list of a batch. */
const rowOf = (page: Page, table: string) => page.getByRole('row').filter({ hasText: table });

describe.skipIf(!hasRuntime)('the window, on a real Electron', () => {
  beforeAll(buildApp);

  test('the latest batch is shown with its tables, and why one failed', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    failedBatch(journalIn(folder));

    const { page } = await startApp({ folder });
    await page.getByText('1 table failed').first().waitFor();
    await page.getByRole('link', { name: /^Batch of/ }).click();

    await rowOf(page, 'm_product').waitFor();
    expect(await rowOf(page, 'm_product').textContent()).toMatch(
      /completed.*412,000.*413,250 checked.*3 deleted/s,
    );
    await page.getByRole('button', { name: 'Details of c_invoice' }).click();
    await page.getByText('permission denied for table c_invoice').first().waitFor();
  });

  test('an earlier batch is shown when a person selects it with the keyboard', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const journal = journalIn(folder);
    const earlier = completedBatch(journal);
    failedBatch(journal);

    const { page } = await startApp({ folder });
    const link = page.locator(`a[href="#/batch/${earlier}"]`).first();
    await link.focus();
    await page.keyboard.press('Enter');

    await page.getByText(earlier).first().waitFor();
    expect(page.url()).toContain(`#/batch/${earlier}`);
  });

  test('the check-up runs in the application, and its report can be copied although no page may ask for anything', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const { page } = await startApp({ folder });
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Check this computer' }).click();
    await page.getByRole('button', { name: 'Check now' }).click();
    // A session bus without a keyring is asked for each password.
    await page.getByText('Something keeps Branchline from working.').waitFor({ timeout: 120_000 });
    await page.getByText('A tray application or background service keeps').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Copy as text' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
  });

  test('what another process writes to the journal appears automatically', async () => {
    const folder = dataFolder();
    writeSettings(folder);

    const { page } = await startApp({ folder });
    await page.getByText('No batch has run yet.').waitFor();
    const lease = tryAcquireLease(folder);
    const journal = journalIn(folder);
    const id = beginBatch(journal, ['ad_org', 'm_product']);
    const since = new Date().toISOString();
    journal.setHolder({ pid: process.pid, host: 'here', face: 'cli', since, batchId: id });

    await page.getByText('0 of 2 tables').first().waitFor();
    completeTable(journal, id, 'ad_org');
    await page.getByText('1 of 2 tables').first().waitFor();
    lease?.release();
  });

  test('a batch whose process has died is shown as interrupted', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    beginBatch(journalIn(folder), ['ad_org']);

    const { page } = await startApp({ folder });

    await page.getByText('the program or the computer stopped suddenly').first().waitFor();
  });

  test('without settings it opens the set-up, in the language of the system', async () => {
    const english = await startApp({ folder: dataFolder() });
    expect(english.page.url()).toContain('#/setup');
    await english.page.getByRole('heading', { level: 1, name: 'Setting up Branchline' }).waitFor();
    expect(await english.page.locator('html').getAttribute('lang')).toBe('en');

    const indonesian = await startApp({ folder: dataFolder(), lang: 'id_ID.UTF-8' });
    await indonesian.page.getByRole('heading', { level: 1, name: 'Menyiapkan Branchline' }).waitFor();
    expect(await indonesian.page.locator('html').getAttribute('lang')).toBe('id');
  });

  test('it uses the language of the settings, whatever the system’s', async () => {
    const folder = dataFolder();
    writeSettings(folder, 'id');
    const id = failedBatch(journalIn(folder));

    const { page } = await startApp({ folder });
    await page.getByText('1 tabel gagal').first().waitFor();
    await page.evaluate(`location.hash = '/batch/${id}'`);

    await rowOf(page, 'm_product').waitFor();
    expect(await rowOf(page, 'm_product').textContent()).toContain('412.000');
  });

  test('a second start on the same data folder ends at once', async () => {
    const folder = dataFolder();
    const { page } = await startApp({ folder });

    const { executablePath, args, env } = commandLine({ folder });
    const second = spawn(executablePath, args, { env, stdio: 'ignore' });
    const [code] = await once(second, 'exit');

    expect(code).toBe(0);
    expect(await page.title()).toMatch(/Branchline$/);
  });
});
