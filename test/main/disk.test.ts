import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { carriedDisk, PASSPHRASE } from '../core/disk/support/carried.ts';
import { atBranch, fromCentral } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { buildApp, hasRuntime, startApp } from './support/app.ts';

/** Lets the next dialogs of the system end as if a person had chosen this; an empty path cancels them. */
async function choosing(app: ElectronApplication, path: string): Promise<() => Promise<unknown>> {
  const asked = await app.evaluateHandle(({ dialog }, chosen) => {
    const seen: unknown[] = [];
    dialog.showOpenDialog = async (...args: unknown[]) => {
      seen.push(args.at(-1));
      return { canceled: chosen === '', filePaths: chosen === '' ? [] : [chosen] };
    };
    return seen;
  }, path);
  return () => asked.jsonValue();
}

/**
 * The test runtime's Node is older than Electron's and lacks Zstandard; another compression takes its place there. Where
 * the function exists, it is left alone.
 */
async function lendZstd(app: ElectronApplication): Promise<void> {
  await app.evaluate(() => {
    const zlib: Record<string, unknown> = process.mainModule?.require('node:zlib') ?? {};
    zlib.zstdCompress ??= zlib.deflateRaw;
    zlib.zstdDecompress ??= zlib.inflateRaw;
  });
}

/** Calls through the preload's bridge, as something that got into the page would. */
function call(page: Page, name: string, args: unknown): Promise<unknown> {
  return page.evaluate(`branchline[${JSON.stringify(name)}](...${JSON.stringify(args)})`);
}

describe.skipIf(!hasRuntime)('exports and imports, on a real Electron', () => {
  beforeAll(buildApp);

  test('a folder and a file are chosen in the dialog of the system, and no other path is written or read', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
    using home = makeHome(pair);
    using disk = carriedDisk();
    const { app, page } = await startApp({ folder: home.folder });
    await lendZstd(app);
    const file = join(disk.folder, `${CONNECTION}.export`);
    await page.getByRole('link', { name: 'Branches' }).click();
    await page.getByRole('table').getByRole('link').first().click();

    const to = { folder: disk.folder, name: 'item.export' };
    const refused = { ok: false, refusal: { code: 'export_path_not_chosen' } };
    const unasked = [{ connection: CONNECTION, to, passphrase: PASSPHRASE }];
    expect(await call(page, 'exportToDisk', unasked)).toMatchObject(refused);
    const read = [{ from: { file: '/etc/passwd' }, passphrase: PASSPHRASE }];
    expect(await call(page, 'importFromDisk', read)).toMatchObject(refused);

    await page.getByRole('button', { name: 'Export to a disk…' }).click();
    const form = page.getByRole('dialog');
    await choosing(app, '');
    await form.getByRole('button', { name: 'Choose the folder…' }).click();
    await form.getByText('Not chosen yet').waitFor();
    const asked = await choosing(app, disk.folder);
    await form.getByRole('button', { name: 'Choose the folder…' }).click();
    await form.getByText(disk.folder).waitFor();
    expect(await asked()).toEqual([{ properties: ['openDirectory', 'createDirectory'] }]);
    await form.getByLabel('Passphrase of the export').fill(PASSPHRASE);
    await form.getByLabel('The passphrase again').fill(PASSPHRASE);
    await form.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByText('Bring it to head office.').waitFor();
    expect(existsSync(file)).toBe(true);
    expect(existsSync(join(disk.folder, 'item.export'))).toBe(false);

    await page.getByRole('link', { name: 'Branches', exact: true }).click();
    await page.getByRole('link', { name: 'Open head office' }).click();
    await page.getByRole('button', { name: 'Import from a disk…' }).click();
    await choosing(app, file);
    await form.getByRole('button', { name: 'Choose the file…' }).click();
    await form.getByText(file).waitFor();
    await form.getByLabel('Passphrase of the export').fill(PASSPHRASE);
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText(`The rows of ${file} are at head office.`).waitFor();
    expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);
    for (const name of ['journal.db', 'journal.db-wal']) {
      const kept = join(home.folder, name);
      if (existsSync(kept)) expect(readFileSync(kept, 'latin1')).not.toContain(PASSPHRASE);
    }
  });
});
