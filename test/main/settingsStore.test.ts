import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsText } from '../../src/core/settings/change.ts';
import { readSettingsDocument } from '../../src/core/settings/document.ts';
import type { SettingsFile } from '../../src/shared/settings.ts';
import { hasRuntime } from './support/app.ts';

const RUNTIME = process.env.BRANCHLINE_TEST_ELECTRON ?? '';
const DOCUMENT: SettingsFile = {
  connections: [{ id: 'b1', url: 'postgres://reader@127.0.0.1/erp', tables: ['c_*', 'odd.name'] }],
  central: { user: 'branchline', host: 'hq.example', database: 'dash' },
};

/** On a real Electron: its store cannot be loaded without one. */
describe.skipIf(!hasRuntime)('the tray’s settings store', () => {
  let folder = '';
  const script = (): string => join(folder, 'main.cjs');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'branchline-store-'));
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      ssr: { noExternal: true, external: ['electron'] },
      build: {
        ssr: resolve('test/main/support/settingsStoreMain.ts'),
        outDir: folder,
        target: 'node18',
        rolldownOptions: { output: { format: 'cjs', entryFileNames: 'main.cjs' } },
      },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function save(data: string, document: SettingsFile, revision: string | null): Promise<string> {
    const job = join(folder, 'job.json');
    writeFileSync(job, JSON.stringify({ folder: data, document, revision }));
    const args = ['-r', join(RUNTIME, 'compat.cjs'), '--no-sandbox', '--disable-gpu', script(), job];
    const { NODE_OPTIONS: _, ...env } = process.env;
    const bus = { DBUS_SESSION_BUS_ADDRESS: 'disabled:', DBUS_SYSTEM_BUS_ADDRESS: 'disabled:' };
    const electron = join(RUNTIME, 'electron/electron');
    const { stdout } = await promisify(execFile)(electron, args, {
      env: { ...env, ...bus },
      timeout: 60_000,
    });
    return /^(?:REVISION|REFUSED) .*$/m.exec(stdout)?.[0] ?? stdout;
  }

  test('writes the same file as the command line, and never overwrites another change', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    const file = join(data, 'settings.json');
    const said = await save(data, DOCUMENT, null);
    expect(readFileSync(file, 'utf8')).toBe(settingsText(DOCUMENT));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { revision, problem } = readSettingsDocument(data);
    expect([said, problem]).toEqual([`REVISION ${revision}`, null]);
    // With a byte order mark, as an editor saves it.
    writeFileSync(file, `\ufeff${settingsText({ ...DOCUMENT, language: 'id' })}`);
    expect(await save(data, DOCUMENT, revision)).toMatch(/^REFUSED .*settings_changed/);
    expect(readSettingsDocument(data).document?.language).toBe('id');
    const changed = { ...DOCUMENT, language: 'en' as const };
    await save(data, { language: 'en', ...DOCUMENT }, readSettingsDocument(data).revision);
    expect(readFileSync(file, 'utf8')).toBe(settingsText(changed));
    const hooks = { afterBatch: [{ sql: 'VACUUM' }] };
    const now = readSettingsDocument(data).revision;
    expect(await save(data, { ...changed, hooks }, now)).toMatch(/^REFUSED .*hooks_by_hand/);
  });
});
