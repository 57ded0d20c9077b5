import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDraft } from '../../../src/core/probe/connectionTest.ts';
import {
  acceptHostKey,
  lookAtHostKey,
  sshStates,
  storeSshSecret,
} from '../../../src/core/probe/sshEndpoint.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { knownHostsFile } from '../../../src/core/ssh/knownHosts.ts';
import type { Draft } from '../../../src/shared/settings.ts';
import { runCli } from '../../cli/run.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { noSshd, type SshServer, startSshServer } from '../../support/sshServer.ts';

const missing = noSshd();
if (missing !== null) process.stderr.write(`!! Tests of connections through SSH are left out: ${missing}\n`);

describe.skipIf(missing !== null)('a connection through SSH', () => {
  let pair: DatabasePair;
  let server: SshServer;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'branchline-ssh-draft-'));
    pair = await freshDatabases({ scale: 0.01 });
    server = await startSshServer();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server[Symbol.asyncDispose]();
    await pair.drop();
  });

  function draft(ssh: object = {}, over: object = {}): Draft {
    const { host, port, database, user } = pair.source;
    const way = { host: server.host, port: server.port, user: server.user, keyFile: server.keyFile, ...ssh };
    const place = { host, port, database, user, schema: 'adempiere', connectTimeoutSeconds: 3 };
    return { kind: 'source', connection: { id: CONNECTION, ...place, ...over, ssh: way } };
  }

  test('is tested step by step, and the fingerprint is shown', async () => {
    const steps = await testDraft(folder, draft(), pair.source.password);

    expect(steps.map(({ step, ok }) => [step, ok])).toEqual(
      ['name', 'port', 'ssh', 'forward', 'tls', 'sign_in', 'version', 'read'].map((step) => [step, true]),
    );
    expect(steps.find(({ step }) => step === 'ssh')?.facts).toEqual({
      user: server.user,
      hostKey: server.hostKey(),
      compressed: true,
      firstUse: true,
    });
    // The file is for its owner alone.
    expect(statSync(knownHostsFile(folder)).mode & 0o077).toBe(0);
  });

  test('stops at the step that fails', async () => {
    const failed = async (one: Draft, secret: string | null = null) => {
      const steps = await testDraft(folder, one, pair.source.password, 'en', undefined, secret);
      return [steps.at(-1)?.step, steps.at(-1)?.failure?.code];
    };
    const stranger = server.makeKey('unknown');
    const locked = server.makeKey('with_passphrase', { passphrase: 'sesame', admit: true });

    expect(await failed(draft({ host: 'no-such-host.invalid' }))).toEqual(['name', 'ssh_unreachable']);
    expect(await failed(draft({ port: 1 }))).toEqual(['port', 'ssh_unreachable']);
    expect(await failed(draft({ keyFile: stranger }))).toEqual(['ssh', 'ssh_sign_in']);
    expect(await failed(draft({ keyFile: locked }), 'wrong')).toEqual(['ssh', 'ssh_passphrase']);
    expect(await failed(draft({ keyFile: locked }), 'sesame')).toEqual(['read', undefined]);
    expect(await failed(draft({}, { port: 1 }))).toEqual(['forward', 'source_unreachable']);
  });

  test('keeps the secret of its SSH server apart from its password', async () => {
    using home = makeHome(pair, { connection: { ssh: { host: 'hq.example', user: 'b' } } });
    const { connections } = loadSettings(home.folder);
    const [endpoint] = connections;
    if (endpoint === undefined) throw new Error('no connection');

    const stored = await storeSshSecret(home.folder, CONNECTION, endpoint, 'not the database’s');
    const states = await sshStates(home.folder, loadSettings(home.folder));
    const forgotten = await storeSshSecret(home.folder, CONNECTION, endpoint, null);

    expect(states).toEqual({ [CONNECTION]: { hostKey: null, secret: stored.place } });
    expect(forgotten).toEqual({ place: 'none', removed: true });
  });
});

describe.skipIf(missing !== null)('a host key', () => {
  test('is accepted by the person who has seen it, and no other one', async () => {
    await using pair = await freshDatabases();
    await using server = await startSshServer();
    const way = { host: server.host, port: server.port, user: server.user, keyFile: server.keyFile };
    using home = makeHome(pair, { central: { ssh: { ...way, trustFirstUse: false } } });
    const { central } = loadSettings(home.folder);
    const { offered, pinned } = await lookAtHostKey(home.folder, 'central', central);
    expect([offered, pinned]).toEqual([server.hostKey(), null]);

    await expect(
      acceptHostKey(home.folder, 'central', central, `SHA256:${'A'.repeat(43)}`),
    ).rejects.toMatchObject({ detail: { code: 'ssh_host_key_changed' } });
    await acceptHostKey(home.folder, 'central', central, offered);

    expect(await lookAtHostKey(home.folder, 'central', central)).toMatchObject({ pinned: offered });
    expect(readFileSync(knownHostsFile(home.folder), 'utf8')).toMatch(/^\[127\.0\.0\.1\]:\d+ ssh-ed25519 /);
  });

  test('is shown and accepted on the command line', async () => {
    await using pair = await freshDatabases();
    await using server = await startSshServer();
    using home = makeHome(pair);
    const at = ['--data-dir', home.folder];
    const added = await runCli([
      ...['connection', 'add', '--id', 'far', '--host', '127.0.0.1', '--database', 'd', '--user', 'u'],
      ...['--ssh-host', server.host, '--ssh-port', String(server.port), '--ssh-user', server.user],
      ...['--ssh-key-file', server.keyFile, '--no-ssh-compress', ...at],
    ]);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(loadSettings(home.folder).connections.at(-1)?.ssh).toMatchObject({
      ...{ host: server.host, port: server.port, user: server.user, keyFile: server.keyFile },
      compress: false,
    });

    const unknown = await runCli(['connection', 'ssh-host-key', 'far', ...at]);
    const accepted = await runCli(['connection', 'ssh-host-key', 'far', '--accept', ...at]);
    const same = await runCli(['connection', 'ssh-host-key', 'far', '--json', ...at]);

    expect(unknown.code).not.toBe(0);
    expect(unknown.stdout).toContain(server.hostKey());
    expect(accepted).toMatchObject({ code: 0, stdout: expect.stringContaining('is pinned now') });
    expect(JSON.parse(same.stdout)).toMatchObject({ pinned: server.hostKey(), offered: server.hostKey() });
    const without = await runCli(['connection', 'ssh-host-key', 'central', ...at]);
    expect(without.stderr).toContain('No SSH server stands before central');
  });
});
