import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSettings, resolveEndpointFiles } from '../../../src/core/settings/load.ts';
import { UsageError } from '../../../src/shared/errors.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'branchline-ssh-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const place = { host: '127.0.0.1', database: 'dashboard', user: 'branchline' };

function central(ssh: object) {
  writeFileSync(
    join(folder, 'settings.json'),
    JSON.stringify({ central: { ...place, ssh }, connections: [] }),
  );
  return loadSettings(folder).central;
}

function problemOf(ssh: object): unknown {
  try {
    central(ssh);
    return null;
  } catch (error) {
    return error instanceof UsageError ? error.params.problems : error;
  }
}

test('an SSH server has the usual port, compresses, and trusts the first key', () => {
  expect(central({ host: 'hq.example', user: 'b', keyFile: 'key' }).ssh).toEqual({
    host: 'hq.example',
    port: 22,
    user: 'b',
    keyFile: 'key',
    trustFirstUse: true,
    compress: true,
    keepAliveSeconds: 15,
  });
});

test('the key file is looked for beside the settings', () => {
  const endpoint = central({ host: 'hq.example', user: 'b', keyFile: 'key' });
  expect(resolveEndpointFiles(endpoint, '/data').ssh?.keyFile).toBe('/data/key');
});

test.each([
  [{ host: 'a,b', user: 'b' }, 'central.ssh.host: must be one name or address of an SSH server'],
  [{ host: 'a', user: 'b', keyFile: 'k', agent: true }, 'central.ssh.agent: name one way to sign in'],
  [{ host: 'a', user: 'b', hostKey: 'MD5:00' }, 'central.ssh.hostKey: must be a fingerprint'],
  [{ host: 'a', user: 'b', password: 'secret' }, 'central.ssh.password: must be ${NAME}'],
  [{ host: 'a', user: 'b', keyfile: 'k' }, 'central.ssh.keyfile: is no setting'],
  [{ host: 'a' }, 'central.ssh.user: is missing'],
])('%j is refused at its place', (ssh, problem) => {
  expect(problemOf(ssh)).toContain(problem);
});
