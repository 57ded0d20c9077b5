import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

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
    nsis: { perMachine: true },
    linux: { target: ['AppImage', 'deb'] },
    mac: { target: ['dmg'] },
  });
});
