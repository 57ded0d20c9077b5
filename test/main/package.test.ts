import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runProgram } from '../cli/run.ts';
import { differencesOfFew, FEW } from '../faults/support/few.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { dataFolder, hasRuntime } from './support/app.ts';
import { waitFor } from './support/desktop/bus.ts';
import { startDesktop } from './support/desktop/desktop.ts';
import { writeSettings } from './support/history.ts';
import { makeAccount, processesOf, waitForNoProcess } from './support/installed.ts';
import { listArchive, type PackagedApp, packageApp, readFuses } from './support/package.ts';

/** Packaging copies an Electron, builds and packs. */
const PACKAGING_MS = 300_000;

describe.skipIf(!hasRuntime)('the packaged application', () => {
  let app: PackagedApp;
  beforeAll(async () => {
    app = await packageApp();
  }, PACKAGING_MS);
  afterAll(() => app?.remove());

  test('its fuses allow the command line, and running no other code', async () => {
    const fuses = await readFuses(app.program);
    expect(fuses).toMatchObject({
      runAsNode: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
    });
  });

  test('settings for a person’s own Node do not affect the command line', async () => {
    const folder = dataFolder();
    const strange = join(folder, 'strange.cjs');
    writeFileSync(strange, `require('node:fs').writeFileSync(__dirname + '/ran', '')`);
    const env = { NODE_OPTIONS: `--require=${strange}` };
    expect(await runProgram(app.launcher, ['--version'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('its archive has the bundles and the packages with native modules, and nothing else', () => {
    const files = listArchive(join(app.resources, 'app.asar')).map(({ file }) => file);
    expect(firstParts(files, '')).toEqual(['LICENSE', 'node_modules', 'out', 'package.json', 'resources']);
    expect(firstParts(files, 'out/')).toEqual(['cli', 'main', 'preload', 'renderer']);
    expect(files).toEqual(
      expect.arrayContaining([
        'out/main/main.cjs',
        'out/preload/preload.cjs',
        'out/renderer/index.html',
        'out/cli/branchline.cjs',
      ]),
    );
    expect(firstParts(files, 'node_modules/')).toEqual(['@napi-rs', 'better-sqlite3']);
  });

  test('its native modules are next to the archive, for this platform alone', () => {
    const native = listArchive(join(app.resources, 'app.asar')).filter(({ file }) => file.endsWith('.node'));
    expect(native.map(({ file }) => file).sort()).toEqual([
      'node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.linux-x64-gnu.node',
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]);
    for (const { file, packed } of native) {
      expect(packed, file).toBe(false);
      expect(existsSync(join(app.resources, 'app.asar.unpacked', file)), file).toBe(true);
    }
  });

  test('the keychain’s module loads from inside the archive', async () => {
    const script = `typeof require(${JSON.stringify(`${app.resources}/app.asar/node_modules/@napi-rs/keyring`)}).Entry`;
    const { stdout } = await runProgram(app.program, ['-p', script], { env: { ELECTRON_RUN_AS_NODE: '1' } });
    expect(stdout).toBe('function\n');
  });

  test('Run now shows progress in the menu, then up to when head office has everything; the command line shows the same', async () => {
    await using pair = await freshDatabases({ scale: 0.05 });
    await using slow = await startProxy(pair.central);
    using home = makeHome(pair, {
      connection: { tables: FEW },
      central: { port: slow.port },
      sync: { chunkRows: 50, parallelTables: 1 },
    });
    const account = makeAccount(app, home.folder);
    const desktop = await startDesktop();
    const running = account.startTray(desktop);
    const { tray } = desktop;
    await tray.waitForToolTip('Nothing has been copied yet');

    slow.latencyMs = 15;
    await tray.click('Run now');
    const line = await waitFor('progress in the menu', async () =>
      (await tray.menu()).find(({ label }) => /^Copying: \d+ of \d+ tables, [1-9]\d*%$/.test(label)),
    );
    expect(line.enabled).toBe(true);
    // So that it certainly does not end while the command line looks.
    slow.latencyMs = 200;
    const meanwhile = await account.branchline('sync-status', '--json');
    expect(meanwhile).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(meanwhile.stdout).batch).toMatchObject({ status: 'running', trigger: 'tray' });
    expect(await account.branchline('sync-all')).toMatchObject({ code: 75 });
    slow.latencyMs = 0;

    await tray.waitForToolTip('Head office has everything up to');
    expect((await tray.menu())[0]?.label).toMatch(/^Head office has everything up to \d\d:\d\d$/);
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
    const after = await account.branchline('sync-status');
    expect(after).toMatchObject({ code: 0, stderr: '' });
    expect(after.stdout).toContain('completed');

    await tray.click('Quit');
    expect(await running.ended).toBe(0);
    await waitFor('empty tray', () => (tray.count() === 0 ? true : undefined));
    await waitForNoProcess(app.folder);
  });

  test('it starts when a person signs in, if they want that', async () => {
    const account = makeAccount(app, dataFolder());
    const desktop = await startDesktop();
    account.startTray(desktop);
    await desktop.tray.click('Start when I sign in');
    const file = join(account.config, 'autostart/branchline.desktop');
    await waitFor('autostart file', () => (existsSync(file) ? true : undefined));
    expect(readFileSync(file, 'utf8')).toContain(`Exec="${app.program}" --hidden\n`);
    expect(processesOf(app.folder).length).toBeGreaterThan(0);
  });

  test('the command line gets its arguments unchanged, and its exit code is passed on', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const account = makeAccount(app, folder);
    expect(await account.branchline('--version')).toEqual({
      code: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    });
    const odd = `it's "no"  batch $HOME *`;
    const unknown = await account.branchline('sync-status', odd);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(`Batch ID [${odd}] not found.`);
  });

  test('the demo, whose servers are not in the package, says so in three sentences', async () => {
    const { branchline } = makeAccount(app, dataFolder());
    const english = await branchline('demo');
    expect(english).toMatchObject({ code: 2, stdout: '' });
    expect(english.stderr.split('\n')).toEqual([
      'The demo is not part of an installed Branchline.',
      expect.stringContaining('60 MB'),
      expect.stringContaining('npm ci && npm run demo'),
      '',
    ]);
    const indonesian = await branchline('--language', 'id', 'demo');
    expect(indonesian.stderr).toContain('Demo bukan bagian dari Branchline yang terpasang.');
  });
});

/** The names directly below a folder of the archive. */
function firstParts(files: readonly string[], folder: string): readonly string[] {
  const below = files.filter((file) => file.startsWith(folder) && file.length > folder.length);
  return [...new Set(below.map((file) => file.slice(folder.length).split('/')[0] ?? ''))].sort();
}
