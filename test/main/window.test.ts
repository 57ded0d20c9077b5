import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { tryAcquireLease } from '../../src/core/journal/lease.ts';
import { journalIn } from '../core/journal/support/world.ts';
import { buildApp, commandLine, dataFolder, hasRuntime, startApp } from './support/app.ts';
import { beginBatch, completedBatch, completeTable, failedBatch, writeSettings } from './support/history.ts';

describe.skipIf(!hasRuntime)('the window, on a real Electron', () => {
  beforeAll(buildApp);

  test('the latest batch is shown with its tables, and why one failed', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const id = failedBatch(journalIn(folder));

    const { page } = await startApp({ folder });

    const text = await page.locator('#batch').textContent();
    expect(text).toContain(id);
    expect(text).toContain('1 table failed; 1 of 2 are done.');
    expect(text).toContain(`branchline sync-all --resume ${id}`);
    const product = await page.locator('tr', { hasText: 'm_product' }).locator('th, td').allTextContents();
    expect(product.slice(0, 6)).toEqual(['m_product', 'pgsql_lmp', 'completed', '412,000', '1,250', '3']);
    await page.getByText('What the server said').click();
    expect(await page.locator('.failure').textContent()).toContain('permission denied for table c_invoice');
  });

  test('an earlier batch is shown when a person chooses it with the keyboard', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const journal = journalIn(folder);
    const earlier = completedBatch(journal);
    failedBatch(journal);

    const { page } = await startApp({ folder });
    await page.locator(`#choose-${earlier}`).focus();
    await page.keyboard.press('Enter');

    await page.locator('#batch code', { hasText: earlier }).waitFor();
    expect(await page.locator('#batch').textContent()).toContain('All is well: its table is done.');
    expect(await page.locator('[aria-current]').getAttribute('id')).toBe(`choose-${earlier}`);
    expect(await page.locator(':focus').getAttribute('id')).toBe(`choose-${earlier}`);
  });

  test('what another process writes into the journal appears by itself', async () => {
    const folder = dataFolder();
    writeSettings(folder);

    const { page } = await startApp({ folder });
    expect(await page.locator('main').textContent()).toContain('No batch has run yet');
    const lease = tryAcquireLease(folder);
    const journal = journalIn(folder);
    const id = beginBatch(journal, ['ad_org', 'm_product']);

    await page.getByText('Running: 0 of 2 tables are done.').waitFor();
    completeTable(journal, id, 'ad_org');
    await page.getByText('Running: 1 of 2 tables are done.').waitFor();
    lease?.release();
  });

  test('a batch whose process has died is shown as interrupted', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    beginBatch(journalIn(folder), ['ad_org']);

    const { page } = await startApp({ folder });

    await page
      .getByText(
        'Stopped before its end: the program or the computer stopped suddenly. 0 of 1 tables are done.',
      )
      .waitFor();
  });

  test('where there are no settings it says so and what to do, in the language of the system', async () => {
    const english = await startApp({ folder: dataFolder() });
    expect(await english.page.locator('#notice').textContent()).toMatch(
      /There are no settings yet.*connection add/s,
    );
    expect(await english.page.locator('html').getAttribute('lang')).toBe('en');

    const indonesian = await startApp({ folder: dataFolder(), lang: 'id_ID.UTF-8' });
    expect(await indonesian.page.locator('#notice').textContent()).toMatch(
      /Belum ada pengaturan.*connection add/s,
    );
    expect(await indonesian.page.locator('html').getAttribute('lang')).toBe('id');
  });

  test('it speaks the language of the settings, whatever the system speaks', async () => {
    const folder = dataFolder();
    writeSettings(folder, 'id');
    failedBatch(journalIn(folder));

    const { page } = await startApp({ folder });

    expect(await page.locator('#batch').textContent()).toContain('1 tabel gagal; 1 dari 2 selesai.');
    expect(await page.locator('tr', { hasText: 'm_product' }).textContent()).toContain('412.000');
  });

  test('a second start on the same data folder ends at once', async () => {
    const folder = dataFolder();
    const { page } = await startApp({ folder });

    const { executablePath, args, env } = commandLine({ folder });
    const second = spawn(executablePath, args, { env, stdio: 'ignore' });
    const [code] = await once(second, 'exit');

    expect(code).toBe(0);
    expect(await page.title()).toBe('Branchline');
  });
});
