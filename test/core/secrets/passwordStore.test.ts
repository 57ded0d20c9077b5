import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { ownPasswordFile, passwordOption, resolvePassword } from '../../../src/core/secrets/password.ts';
import { passwordPlaces } from '../../../src/core/secrets/passwordPlaces.ts';
import { PasswordStore } from '../../../src/core/secrets/passwordStore.ts';
import { SystemKeychain } from '../../../src/core/secrets/systemKeychain.ts';
import { UsageError } from '../../../src/shared/errors.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';
import { freshDatabases } from '../../support/databases.ts';

const LAMPUNG = { host: '10.1.2.3', port: 5432, database: 'idempiere', user: 'reader' };
const readText = (file: string): string => readFileSync(file, 'utf8');
const NONE = new SystemKeychain({ env: {}, platform: 'linux' });

function place(): { folder: string; store: PasswordStore; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { folder, store: new PasswordStore(folder, NONE), file: ownPasswordFile(folder) };
}

describe('the file of a machine without a keychain', () => {
  test('is nobody else’s, and keeps every password apart', async () => {
    const { folder, store, file } = place();
    const odd = { host: 'fd00::1', port: 5433, database: 'a:b\\', user: '*' };
    await store.set(LAMPUNG, 'one');
    await store.set(odd, 'two: \\ ü');
    await store.set(LAMPUNG, 'three');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(resolvePassword(LAMPUNG, folder, {}, readText)).toBe('three');
    expect(resolvePassword(odd, folder, {}, readText)).toBe('two: \\ ü');
    expect(resolvePassword({ ...odd, user: 'somebody' }, folder, {}, readText)).toBeUndefined();
    expect(readText(file)).not.toContain('one');
    expect(await store.remove(LAMPUNG)).toBe(true);
    expect(await store.remove(LAMPUNG)).toBe(false);
    expect(resolvePassword(odd, folder, {}, readText)).toBe('two: \\ ü');
  });

  test('never sends the password to another host, port, database or user', async () => {
    const { folder, store } = place();
    await store.set(LAMPUNG, 'one');
    for (const other of [{ host: '10.9.9.9' }, { port: 5433 }, { database: 'x' }, { user: 'x' }])
      expect(resolvePassword({ ...LAMPUNG, ...other }, folder, { HOME: folder }, readText)).toBeUndefined();
  });

  test('keeps what people wrote in it, and comes before their wildcards', async () => {
    const { folder, store, file } = place();
    writeFileSync(file, '# mine\n*:*:*:*:theirs\n', { mode: 0o600 });
    await store.set(LAMPUNG, 'one');
    expect(resolvePassword(LAMPUNG, folder, {}, readText)).toBe('one');
    expect(await store.remove(LAMPUNG)).toBe(true);
    expect(await store.remove(LAMPUNG)).toBe(false);
    expect(readText(file)).toBe('# mine\n*:*:*:*:theirs\n');
  });

  test('that cannot be read is told as what it is', async () => {
    const { store, file } = place();
    // A folder in its place: no right to read can be taken from root.
    mkdirSync(file);
    expect(await store.where(LAMPUNG)).toBeNull();
    await expect(store.set(LAMPUNG, 'one')).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });

  test.each(['', 'two\nlines', 'a\rb', 'a\0b'])(
    'takes no password that cannot be one: %j',
    async (password) => {
      const { store } = place();
      await expect(store.set(LAMPUNG, password)).rejects.toThrow(UsageError);
      expect(await store.where(LAMPUNG)).toBeNull();
    },
  );
});

describe('the order', () => {
  test('is settings, keychain, own file, PGPASSFILE', async () => {
    const { folder, store } = place();
    const usual = join(folder, 'usual');
    writeFileSync(usual, '*:*:*:*:usual\n', { mode: 0o600 });
    const env = { PGPASSFILE: usual, LMP: 'variable' };
    const kept = { password: 'keychain', trouble: null };
    expect(resolvePassword(LAMPUNG, folder, env, readText)).toBe('usual');
    await store.set(LAMPUNG, 'file');
    expect(resolvePassword(LAMPUNG, folder, env, readText)).toBe('file');
    expect(resolvePassword(LAMPUNG, folder, env, readText, kept)).toBe('keychain');
    const named = { ...LAMPUNG, password: '${LMP}' };
    expect(resolvePassword(named, folder, env, readText, kept)).toBe('variable');
  });

  test('says what kept our own places from being asked', async () => {
    const { folder, store, file } = place();
    await store.set(LAMPUNG, 'hunter2');
    chmodSync(file, 0o644);
    const trouble = 'the prompt was dismissed';
    const option = passwordOption(LAMPUNG, folder, { HOME: folder }, readText, { password: null, trouble });
    expect(option).toThrow(/prompt was dismissed.*branchline\.pgpass" can be read by others/);
    expect(option).not.toThrow(/hunter2/);
  });
});

test('a session signs in with what a person stored', async () => {
  await using pair = await freshDatabases();
  const { folder, store } = place();
  const { host, port, database, user, password } = pair.central;
  const endpoint = settingsSchema.parse({ central: { host, port, database, user }, connections: [] }).central;
  const open = () =>
    Session.open({
      side: 'central',
      endpoint,
      connection: 'central',
      folder,
      applicationName: 'test',
      timeouts: DEFAULT_TIMEOUTS,
    });
  await expect(open()).rejects.toMatchObject({ detail: { code: 'password_missing' } });
  await store.set(endpoint, password);
  await using session = await open();
  expect((await session.query('SELECT current_user AS name')).rows).toEqual([{ name: user }]);
});

test('the window learns where each password is, and no more', async () => {
  const { folder, store } = place();
  const central = { ...LAMPUNG, password: '${HQ}' };
  const connections = [
    { ...LAMPUNG, id: 'named', passfile: 'x' },
    { ...LAMPUNG, id: 'kept' },
    { ...LAMPUNG, id: 'unknown', host: 'elsewhere.invalid' },
  ];
  const settings = settingsSchema.parse({ central, connections });
  await store.set(LAMPUNG, 'hunter2');
  expect(await passwordPlaces(folder, settings, NONE)).toEqual({
    central: 'environment',
    named: 'passfile',
    kept: 'file',
    unknown: 'none',
  });
});
