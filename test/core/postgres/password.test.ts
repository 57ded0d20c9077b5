import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { classify } from '../../../src/core/postgres/classifyError.ts';
import { defaultPasswordFile, passwordOption, resolvePassword } from '../../../src/core/secrets/password.ts';
import { findPassword } from '../../../src/core/secrets/passwordFile.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';

const question = { host: 'hq.example', port: 5432, database: 'dash', user: 'branchline' };
const posix = { skip: process.platform === 'win32' };

const readText = (file: string): string => readFileSync(file, 'utf8');

function folderWith(text: string, mode = 0o600): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-password-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'pass.conf');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return { folder, file };
}

function failureOf(work: () => unknown): SyncFailure {
  try {
    work();
  } catch (error) {
    if (error instanceof SyncFailure) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('a line of a password file', () => {
  test.each([
    ['hq.example:5432:dash:branchline:secret', 'secret'],
    ['*:*:*:*:secret', 'secret'],
    ['hq.example:*:*:branchline:secret', 'secret'],
    ['other:5432:dash:branchline:secret', undefined],
    ['hq.example:5433:dash:branchline:secret', undefined],
    ['hq.example:5432:dash:Branchline:secret', undefined],
    ['hq.ex*:5432:dash:branchline:secret', undefined],
    ['hq.example:5432:dash:branchline:se\\:cr\\\\et', 'se:cr\\et'],
    ['hq.example:5432:dash:branchline:se:cret', 'se'],
    ['hq.example:5432:dash:branchline: se cret ', ' se cret '],
    ['hq.example:5432:dash:branchline:trailing\\', 'trailing\\'],
    ['hq.example:5432:dash:branchline', undefined],
    ['#q.example:5432:dash:branchline:secret', undefined],
    ['# *:*:*:*:secret', undefined],
    ['\\*:*:*:*:secret', undefined],
    ['', undefined],
    ['hq.example:5432:dash:branchline:one\n*:*:*:*:two', 'one'],
    ['*:*:*:*:one\nhq.example:5432:dash:branchline:two', 'one'],
    ['\ufeffhq.example:5432:dash:branchline:secret\r\n', 'secret'],
  ])('%j gives %j', (text, expected) => {
    expect(findPassword(text, question)).toBe(expected);
  });

  test('takes escaped colons and empty fields for what they are', () => {
    const odd = { ...question, host: 'fd00::1', database: 'a:b' };
    expect(findPassword('fd00\\:\\:1:5432:a\\:b:branchline:secret', odd)).toBe('secret');
    expect(findPassword('a\\::5432:dash:branchline:secret', { ...question, host: 'a:' })).toBe('secret');
    expect(findPassword('::dash:branchline:secret', question)).toBeUndefined();
    expect(findPassword('\\*:5432:dash:branchline:secret', { ...question, host: '*' })).toBe('secret');
  });

  test('means a socket in its default folder by localhost', () => {
    const line = 'localhost:5432:dash:branchline:secret';
    expect(findPassword(line, { ...question, host: '/var/run/postgresql' })).toBe('secret');
    expect(findPassword(line, { ...question, host: '/home/ani/sockets' })).toBeUndefined();
  });
});

describe('looking for a password', () => {
  test('takes the variable that the settings name', () => {
    const endpoint = { ...question, password: '${CENTRAL_PASSWORD}', passfile: 'nowhere' };
    expect(resolvePassword(endpoint, '/', { CENTRAL_PASSWORD: 'hunter2' }, readText)).toBe('hunter2');
  });

  test.each([{}, { CENTRAL_PASSWORD: '' }])('names a variable that is not set: %j', (env) => {
    const endpoint = { ...question, password: '${CENTRAL_PASSWORD}' };
    const { detail } = failureOf(() => resolvePassword(endpoint, '/', env, readText));
    expect(detail).toMatchObject({ code: 'password_missing', kind: 'permanent' });
    expect(detail.params).toMatchObject({ variable: 'CENTRAL_PASSWORD', host: 'hq.example' });
  });

  test('reads the passfile of the settings from their folder, before PGPASSFILE', () => {
    const { folder } = folderWith('hq.example:5432:dash:branchline:one');
    const { file } = folderWith('*:*:*:*:two');
    const endpoint = { ...question, passfile: 'pass.conf' };
    expect(resolvePassword(endpoint, folder, { PGPASSFILE: file }, readText)).toBe('one');
  });

  test('reads PGPASSFILE, or the file in the home folder', posix, () => {
    const { folder, file } = folderWith('*:*:*:*:two');
    expect(resolvePassword(question, '/', { PGPASSFILE: file }, readText)).toBe('two');
    writeFileSync(join(folder, '.pgpass'), '*:*:*:*:three', { mode: 0o600 });
    expect(resolvePassword(question, '/', { HOME: folder }, readText)).toBe('three');
  });

  test('does not take PGPASSWORD, which would go to every database alike', () => {
    const { folder } = folderWith('');
    expect(resolvePassword(question, '/', { PGPASSWORD: 'x', HOME: folder }, readText)).toBeUndefined();
  });

  test.each([
    ['not_found', 'missing.conf'],
    ['not_a_file', '.'],
  ])('fails where the settings name a file that cannot be used: %s', (reason, passfile) => {
    const { folder } = folderWith('');
    const { detail } = failureOf(() => resolvePassword({ ...question, passfile }, folder, {}, readText));
    expect(detail.code).toBe('password_missing');
    expect(detail.params).toMatchObject({ reason, file: join(folder, passfile) });
  });

  test.each([0o640, 0o604, 0o660])('refuses a file that others can read: %o', posix, (mode) => {
    const { folder, file } = folderWith('*:*:*:*:hunter2', mode);
    const endpoint = { ...question, passfile: 'pass.conf' };
    const { detail } = failureOf(() => resolvePassword(endpoint, folder, {}, readText));
    expect(detail.params).toMatchObject({ reason: 'unsafe', file });
    expect(detail.message).toContain('chmod 0600');
    // As libpq: nobody named this file, and the server may not ask for a password at all.
    expect(resolvePassword(question, '/', { PGPASSFILE: file }, readText)).toBeUndefined();
  });
});

describe('the password as node-pg gets it', () => {
  test('is the password itself where there is one', () => {
    const { file } = folderWith('*:*:*:*:two');
    expect(passwordOption(question, '/', { PGPASSFILE: file }, readText)).toBe('two');
  });

  test('says why there is none when the server asks', posix, () => {
    const ask = (text: string, mode: number) => {
      const { file } = folderWith(text, mode);
      const option = passwordOption(question, '/', { PGPASSFILE: file }, readText);
      if (typeof option === 'string') throw new Error('there is one');
      return failureOf(option).detail;
    };
    expect(ask('*:*:*:*:x', 0o644).params.reason).toBe('unsafe');
    expect(ask('other:*:*:*:x', 0o600).params.reason).toBe('no_line');
    expect(ask('other:*:*:*:hunter2', 0o600).message).not.toContain('hunter2');
  });
});

test('whoever connects learns why there is no password, and only if the server wants one', async () => {
  const { host, port } = inject('servers').central;
  const endpoint = { host, port, user: 'postgres', database: 'postgres' };
  const { file } = folderWith('elsewhere:*:*:*:x');
  const password = passwordOption(endpoint, '/', { PGPASSFILE: file }, readText);
  const client = new pg.Client({ ...endpoint, ssl: false, password });
  onTestFinished(() => client.end());
  const error = await client.connect().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SyncFailure);
  expect(classify(error, 'central', { connection: 'central' })).toMatchObject({
    code: 'password_missing',
    params: { reason: 'no_line', connection: 'central' },
  });
});

test('the default password file is where libpq looks', () => {
  expect(defaultPasswordFile({ HOME: '/home/ani' }, 'linux', '/')).toBe('/home/ani/.pgpass');
  expect(defaultPasswordFile({}, 'darwin', '/Users/ani')).toBe('/Users/ani/.pgpass');
  expect(defaultPasswordFile({ APPDATA: 'C:\\Roam' }, 'win32', 'C:\\')).toBe(
    'C:\\Roam\\postgresql\\pgpass.conf',
  );
  expect(defaultPasswordFile({ PGPASSFILE: '/p', HOME: '/h' }, 'linux', '/')).toBe('/p');
});
