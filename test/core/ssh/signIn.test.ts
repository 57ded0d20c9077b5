import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Session } from '../../../src/core/postgres/session.ts';
import { noPasswords, startSshServer } from '../../support/sshServer.ts';

import { failureOf, missing, through, useDataFolders } from './support/tunnelSession.ts';

useDataFolders();

describe.skipIf(missing !== null)('signing in', () => {
  test('with a key that is not let in fails, and is not tried again', async () => {
    await using server = await startSshServer();
    const keyFile = server.makeKey('stranger');

    expect(await failureOf(Session.open(through({ ...server, keyFile })))).toMatchObject({
      code: 'ssh_sign_in',
      kind: 'permanent',
      params: { sshUser: server.user, ways: 'publickey' },
    });
  });

  test('with a key that only a passphrase opens', async () => {
    await using server = await startSshServer();
    const keyFile = server.makeKey('locked', { passphrase: 'open sesame', admit: true });
    const locked = { ...server, keyFile };

    expect(await failureOf(Session.open(through(locked)))).toMatchObject({
      code: 'ssh_passphrase',
      params: { file: keyFile, reason: 'missing' },
    });
    const wrong = await failureOf(Session.open(through(locked, {}, { sshSecret: 'close sesame' })));
    expect(wrong).toMatchObject({ code: 'ssh_passphrase', params: { reason: 'wrong' } });
    expect(JSON.stringify(wrong)).not.toContain('sesame');
    await using session = await Session.open(through(locked, {}, { sshSecret: 'open sesame' }));
    expect(session.lost).toBe(false);
  });

  test('with a passphrase out of the environment', async () => {
    await using server = await startSshServer();
    const keyFile = server.makeKey('locked', { passphrase: 'open sesame', admit: true });
    const ssh = { passphrase: '${BRANCHLINE_TEST_PASSPHRASE}' };

    expect(await failureOf(Session.open(through({ ...server, keyFile }, ssh)))).toMatchObject({
      code: 'ssh_passphrase',
      params: { reason: 'unset' },
    });
    vi.stubEnv('BRANCHLINE_TEST_PASSPHRASE', 'open sesame');
    await using session = await Session.open(through({ ...server, keyFile }, ssh));
    expect(session.lost).toBe(false);
    vi.unstubAllEnvs();
  });

  test('with a key file that is missing, open to others, or no key', async () => {
    await using server = await startSshServer();
    const reasonOf = async (keyFile: string) =>
      (await failureOf(Session.open(through({ ...server, keyFile })))).params.reason;

    expect(await reasonOf('/nowhere/key')).toBe('not_found');
    expect(await reasonOf(`${server.keyFile}.pub`)).toBe('unsafe');
    chmodSync(`${server.keyFile}.pub`, 0o600);
    expect(await reasonOf(`${server.keyFile}.pub`)).toBe('invalid');
    expect(await reasonOf(server.folder)).not.toBe('not_found');
  });

  test('with a password, which is kept apart and shown to nobody', async ({ skip }) => {
    const cannot = noPasswords();
    if (cannot !== null) return skip(cannot);
    await using server = await startSshServer({ password: 'open sesame' });
    const ssh = { keyFile: undefined };

    expect(await failureOf(Session.open(through(server, ssh)))).toMatchObject({
      code: 'ssh_password_missing',
    });
    const wrong = await failureOf(Session.open(through(server, ssh, { sshSecret: 'close sesame' })));
    expect(wrong).toMatchObject({ code: 'ssh_sign_in', params: { ways: 'password' } });
    expect(JSON.stringify(wrong)).not.toContain('sesame');
    vi.stubEnv('BRANCHLINE_TEST_SSH_PASSWORD', 'open sesame');
    await using session = await Session.open(
      through(server, { ...ssh, password: '${BRANCHLINE_TEST_SSH_PASSWORD}' }),
    );
    expect(session.lost).toBe(false);
    vi.unstubAllEnvs();
  });

  test('with a key of the agent', async () => {
    await using server = await startSshServer();
    await using agent = await startAgent(server.folder);
    const ssh = { agent: true, keyFile: undefined };

    vi.stubEnv('SSH_AUTH_SOCK', '');
    expect(await failureOf(Session.open(through(server, ssh)))).toMatchObject({ code: 'ssh_agent' });
    vi.stubEnv('SSH_AUTH_SOCK', join(server.folder, 'no-agent'));
    expect(await failureOf(Session.open(through(server, ssh)))).toMatchObject({ code: 'ssh_agent' });
    vi.stubEnv('SSH_AUTH_SOCK', agent.socket);
    expect(await failureOf(Session.open(through(server, ssh)))).toMatchObject({ code: 'ssh_sign_in' });
    execFileSync('ssh-add', ['-q', server.keyFile]);
    await using session = await Session.open(through(server, ssh));
    expect(session.lost).toBe(false);
    vi.unstubAllEnvs();
  });
});

/** An SSH agent of a test's own, without keys. */
async function startAgent(place: string): Promise<{ readonly socket: string } & AsyncDisposable> {
  const socket = join(place, 'agent');
  const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (agent.stdout !== null) await once(agent.stdout, 'data');
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      agent.kill();
      await once(agent, 'exit');
    },
  };
}
