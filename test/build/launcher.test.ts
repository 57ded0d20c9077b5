import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

/** Where the program and its resources are, below a folder with blanks in its name. */
const LAYOUTS = [
  { on: 'Linux', program: 'branchline-desktop', resources: 'resources' },
  {
    on: 'macOS',
    program: 'Branchline.app/Contents/MacOS/Branchline',
    resources: 'Branchline.app/Contents/Resources',
  },
] as const;

/** In place of Electron: tells how it was started, and ends with 75. */
const TELLS = `#!/bin/sh
printf '%s\\n' "$ELECTRON_RUN_AS_NODE" "$@"
exit 75
`;

describe.each(LAYOUTS)('the branchline command as it is installed on $on', (layout) => {
  test('runs the program as Node on the bundle, with the arguments as they are and its exit code', () => {
    const { launcher, bundle } = install(layout);
    expect(run(launcher, ['sync-table', 'a  b', '$HOME', '*', ''])).toEqual({
      code: 75,
      lines: ['1', bundle, 'sync-table', 'a  b', '$HOME', '*', ''],
    });
  });

  test('finds its installation through links, absolute and relative ones, from any folder', () => {
    const { root, launcher, bundle } = install(layout);
    const bin = join(root, 'usr bin');
    mkdirSync(bin);
    symlinkSync(launcher, join(bin, 'absolute'));
    symlinkSync('absolute', join(bin, 'branchline'));
    symlinkSync('../usr bin/branchline', join(bin, 'relative'));
    for (const name of ['absolute', 'branchline', 'relative'])
      expect(run(join(bin, name), ['prune']).lines, name).toEqual(['1', bundle, 'prune']);
  });

  test('finds it where it is called by a relative path', () => {
    const { launcher, bundle } = install(layout);
    expect(run('./branchline', ['x'], dirname(launcher)).lines).toEqual(['1', bundle, 'x']);
  });
});

function install({ program, resources }: (typeof LAYOUTS)[number]): {
  readonly root: string;
  readonly launcher: string;
  readonly bundle: string;
} {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'branchline launcher ')));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'My Programs');
  const launcher = join(folder, resources, 'bin/branchline');
  mkdirSync(dirname(launcher), { recursive: true });
  copyFileSync('resources/bin/branchline', launcher);
  mkdirSync(dirname(join(folder, program)), { recursive: true });
  writeFileSync(join(folder, program), TELLS, { mode: 0o755 });
  return { root, launcher, bundle: join(folder, resources, 'app.asar/out/cli/branchline.cjs') };
}

function run(
  command: string,
  args: readonly string[],
  folder = '/',
): { readonly code: number | null; readonly lines: readonly string[] } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (error !== undefined) throw error;
  expect(stderr).toBe('');
  return { code: status, lines: stdout.split('\n').slice(0, -1) };
}
