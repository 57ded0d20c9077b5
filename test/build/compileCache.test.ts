import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../cli/run.ts';

const HARMLESS = "console.log('harmless');";
const EVIL = "console.log('planted!');";

/** As Node's compile cache writes them: magic, code's length, cache's length, code's checksum, cache's checksum. */
const CODE_SUM = 12;

// Elsewhere the folders have other names, and on Windows there are no modes.
describe.skipIf(process.platform !== 'linux')('what Node has compiled for the command is kept', () => {
  test('not in the folder for everybody’s temporary files, where another user may have put code', async () => {
    const { root, entry, run } = checkout();
    // The attacker compiles a text as long as ours at the same path, and passes it off as ours.
    const planted = join(root, 'temporary', 'node-compile-cache');
    writeFileSync(join(root, 'checkout/out/cli/branchline.cjs'), EVIL);
    await runProgram(process.execPath, [entry], { env: { NODE_COMPILE_CACHE: planted } });
    writeFileSync(join(root, 'checkout/out/cli/branchline.cjs'), HARMLESS);
    const files = filesBelow(planted);
    const [evil, ours] = [EVIL, HARMLESS].map((text) => crc32(text));
    const forged = files.filter((file) => {
      const bytes = readFileSync(file);
      if (bytes.readUInt32LE(CODE_SUM) !== evil) return false;
      bytes.writeUInt32LE(ours ?? 0, CODE_SUM);
      writeFileSync(file, bytes);
      return true;
    });
    expect(forged).toHaveLength(1);
    // The forgery works: Node runs it where it is told to look there.
    const trusting = await runProgram(process.execPath, [entry], { env: { NODE_COMPILE_CACHE: planted } });
    expect(trusting.stdout).toBe('planted!\n');

    expect((await run()).stdout).toBe('harmless\n');
    expect(filesBelow(planted)).toEqual(files);
  });

  test('in the user’s own folder, which is made for nobody else', async () => {
    const { root, run } = checkout();

    await run();

    const folder = join(root, 'home/.cache/branchline/compiled');
    expect(filesBelow(folder).length).toBeGreaterThan(0);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  });

  test('where XDG_CACHE_HOME says, but not where a relative one would lead', async () => {
    const { root, run } = checkout();

    await run({ XDG_CACHE_HOME: join(root, 'caches') });
    await run({ XDG_CACHE_HOME: 'relative' });

    expect(filesBelow(join(root, 'caches/branchline/compiled')).length).toBeGreaterThan(0);
    expect(filesBelow(join(root, 'home/.cache/branchline/compiled')).length).toBeGreaterThan(0);
    expect(existsSync(join(root, 'checkout/relative'))).toBe(false);
  });

  test.each([
    ['is open to others', (folder: string) => chmodSync(folder, 0o755)],
    ['is in one that others may write', (folder: string) => chmodSync(dirname(folder), 0o777)],
    ['is in one that a group may write', (folder: string) => chmodSync(dirname(dirname(folder)), 0o770)],
    [
      'is a link to one that others may write',
      (folder: string) => {
        const elsewhere = join(dirname(dirname(folder)), 'elsewhere');
        mkdirSync(join(elsewhere, 'compiled'), { recursive: true, mode: 0o700 });
        chmodSync(elsewhere, 0o777);
        rmSync(folder, { recursive: true });
        symlinkSync(join(elsewhere, 'compiled'), folder);
      },
    ],
    [
      'is a file',
      (folder: string) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
    ],
    ['cannot be made', (folder: string) => rmSync(dirname(dirname(dirname(folder))), { recursive: true })],
  ])('nowhere where that folder %s', async (_how, change) => {
    const { root, run } = checkout();
    const folder = join(root, 'home/.cache/branchline/compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    change(folder);
    if (!existsSync(join(root, 'home'))) writeFileSync(join(root, 'home'), '');

    expect((await run()).stdout).toBe('harmless\n');

    expect([...filesBelow(join(root, 'home')), ...filesBelow(join(root, 'temporary'))]).toEqual(
      existsSync(folder) && lstatSync(folder).isFile() ? [folder] : [],
    );
  });

  test.skipIf(process.getuid?.() !== 0)(
    'nowhere in another user’s home, and nothing is made there',
    async () => {
      const { root, run } = checkout();
      chownSync(join(root, 'home'), 12_345, 12_345);

      expect((await run()).stdout).toBe('harmless\n');

      expect(readdirSync(join(root, 'home'))).toEqual([]);
    },
  );
});

/** A checkout that was built, and a home and a folder for temporary files beside it. */
function checkout() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'branchline-compiled-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['home', 'temporary', 'checkout/out/cli']) {
    mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, folder), 0o755);
  }
  cpSync('bin', join(root, 'checkout/bin'), { recursive: true });
  writeFileSync(join(root, 'checkout/package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'checkout/out/cli/branchline.cjs'), HARMLESS);
  const entry = join(root, 'checkout/bin/branchline.js');
  const run = (env: Readonly<Record<string, string>> = {}) =>
    runProgram(process.execPath, [entry], {
      cwd: join(root, 'checkout'),
      env: { HOME: join(root, 'home'), TMPDIR: join(root, 'temporary'), ...env },
    });
  return { root, entry, run };
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder) || !lstatSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .toSorted();
}
