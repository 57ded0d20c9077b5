import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openInBrowser } from '../../src/cli/commands/serve.ts';
import { runCli } from '../cli/run.ts';
import { startServe } from './serveProcess.ts';
import { ask, keyed, signIn, temporaryFolder } from './support.ts';

const posix = { skip: process.platform === 'win32' };

/** A system whose browser only notes what it is to open. */
function desktop(): { readonly PATH: string; readonly opened: string } {
  const folder = temporaryFolder();
  const opened = join(folder, 'opened');
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(folder, name), `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: `${folder}${delimiter}${process.env.PATH}`, opened };
}

test(
  'the browser gets the address of a page that only this user can read, because others can see command lines',
  posix,
  async () => {
    const folder = temporaryFolder();
    const { PATH, opened } = desktop();
    const { port } = await startServe(folder);
    const { code, stderr } = await runCli(['--data-dir', folder, 'serve', '--link', '--open'], {
      env: { PATH },
    });
    expect([code, stderr]).toEqual([0, '']);
    const address = readFileSync(opened, 'utf8');
    expect(address).toMatch(/^file:\/\/.*\/open\.html$/);
    const file = fileURLToPath(address);
    expect(statSync(file).mode & 0o077).toBe(0);
    const link = /url=(http:[^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    const signedIn = await signIn(link);
    expect((await ask({ port, headers: keyed(signedIn), path: '/api/session' })).status).toBe(204);
  },
);

test('without a browser that is reported, and the link can be opened by hand', posix, async () => {
  const folder = temporaryFolder();
  await startServe(folder);
  const { code, stdout, stderr } = await runCli(['--data-dir', folder, 'serve', '--link', '--open'], {
    env: { PATH: temporaryFolder() },
  });
  expect([code, stderr]).toEqual([0, 'No browser could be opened here. Open the link above yourself.\n']);
  expect(stdout).toContain('?token=');
});

test('a failure reported by the system is passed on', posix, async () => {
  const before = process.env.PATH;
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'xdg-open'), '#!/bin/sh\nexit 3\n');
  chmodSync(join(folder, 'xdg-open'), 0o755);
  process.env.PATH = `${folder}${delimiter}${before}`;
  try {
    expect(await openInBrowser('http://127.0.0.1/', 'linux')).toBe(false);
  } finally {
    process.env.PATH = before;
  }
});
