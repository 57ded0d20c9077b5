import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

/** The parts of electron-builder's own that read and check its configuration. */
interface BuilderConfig {
  getConfig(folder: string, file: string | null, options: null): Promise<Readonly<Record<string, unknown>>>;
  validateConfiguration(config: unknown, log: { readonly isEnabled: boolean }): Promise<void>;
}

/** app-builder-lib is electron-builder's, not ours: it is found from there. */
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const builder: BuilderConfig = fromBuilder('app-builder-lib/out/util/config/config.js');

const read = () => builder.getConfig(resolve('.'), 'electron-builder.yml', null);
const check = (config: unknown) => builder.validateConfiguration(config, { isEnabled: false });

test('electron-builder accepts its configuration', async () => {
  await check(await read());
});

test('electron-builder would refuse a misspelt key, so the test above means something', async () => {
  await expect(check({ ...(await read()), asarUnpak: [] })).rejects.toThrow(/asarUnpak/);
});

test('the package can run the command line, and cannot be turned into something else from outside', async () => {
  expect((await read()).electronFuses).toEqual({
    runAsNode: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
  });
});

test('each platform gets the packages that its people expect', async () => {
  expect(await read()).toMatchObject({
    win: { target: ['nsis'] },
    nsis: {
      perMachine: true,
      createStartMenuShortcut: true,
      deleteAppDataOnUninstall: false,
      include: 'resources/installer/windows.nsh',
    },
    linux: { target: ['AppImage', 'deb'] },
    mac: { target: ['dmg'] },
  });
});

test('Windows and Linux know the running program by the name that its shortcut has', async () => {
  const { appId, linux } = await read();
  expect(readFileSync('src/main/main.ts', 'utf8')).toContain(`const APP_ID = '${appId}';`);
  expect(manifest.desktopName).toBe(`${Object(linux).executableName}.desktop`);
});

test('there is a homepage, without which electron-builder makes no deb', () => {
  expect(URL.canParse(manifest.homepage)).toBe(true);
});

test('each launcher starts the program of its platform', async () => {
  const { productName, linux } = await read();
  const shell = readFileSync('resources/bin/branchline', 'utf8');
  expect(shell).toContain(`program=$resources/../${Object(linux).executableName}\n`);
  expect(shell).toContain(`program=$resources/../MacOS/${productName}\n`);
  const windows = readFileSync('resources/bin/branchline.cmd', 'utf8');
  expect(windows).toContain(`"%~dp0..\\..\\${productName}.exe" "%~dp0..\\app.asar\\`);
});

test('the uninstaller asks in both languages before it deletes data, and keeps them where nobody answers', () => {
  const script = readFileSync('resources/installer/windows.nsh', 'utf8');
  for (const language of ['LANG_ENGLISH', 'LANG_INDONESIAN'])
    expect(script).toContain(`LangString askAboutData \${${language}} "`);
  expect(script).toMatch(/MB_DEFBUTTON2 "\$\(askAboutData\)" \/SD IDNO IDNO keepData\n/);
  // NSIS would show other letters wrongly.
  expect(script).toMatch(/^[\n\x20-\x7e]*$/);
});

test('the scripts of the deb are electron-builder’s own, and after them ours', () => {
  const templates = join(dirname(fromBuilder.resolve('app-builder-lib/package.json')), 'templates/linux');
  for (const name of ['after-install', 'after-remove']) {
    const own = readFileSync(join(templates, `${name}.tpl`), 'utf8');
    expect(readFileSync(`resources/installer/deb-${name}.sh`, 'utf8').startsWith(own), name).toBe(true);
  }
});

test('the deb links the branchline command, and takes away its own link alone', () => {
  const root = mkdtempSync(join(tmpdir(), 'branchline-deb-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  const link = join(root, 'usr/bin/branchline');
  const launcher = join(root, 'opt/Branchline/resources/bin/branchline');

  runOurs('after-install', root, 'configure');
  expect(readlinkSync(link)).toBe(launcher);
  runOurs('after-remove', root, 'upgrade');
  expect(readlinkSync(link)).toBe(launcher);
  runOurs('after-remove', root, 'remove');
  expect(readdirSync(dirname(link))).toEqual([]);

  symlinkSync('/somewhere/else', link);
  runOurs('after-remove', root, 'remove');
  expect(readlinkSync(link)).toBe('/somewhere/else');
});

/** Runs what we have added to a script of the deb, with everything below another root. */
function runOurs(name: string, root: string, action: string): void {
  const [, ours = ''] = readFileSync(`resources/installer/deb-${name}.sh`, 'utf8').split(
    'What follows is ours.',
  );
  const script = ours
    .replaceAll('${sanitizedProductName}', 'Branchline')
    .replaceAll(/'\/(opt|usr)\//g, `'${root}/$1/`);
  execFileSync('bash', ['-e', '-c', script, 'bash', action]);
}
