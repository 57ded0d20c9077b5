import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { KeychainError } from '../../../src/core/secrets/keychain.ts';
import { PasswordStore } from '../../../src/core/secrets/passwordStore.ts';
import { SystemKeychain } from '../../../src/core/secrets/systemKeychain.ts';
import { keyringMissing, lock, type Session, startKeyring, startSession } from '../../support/keyring.ts';

const LAMPUNG = { host: '10.1.2.3', port: 5432, database: 'idempiere', user: 'reader' };
const ACCOUNT = 'reader@10.1.2.3:5432/idempiere';
const PASSWORD = 'geheim: pä$$\\"wörd';

const missing = keyringMissing();
const skipped = ({ skip }: TestContext): boolean => {
  if (missing !== null) skip(missing);
  return missing !== null;
};
const keychainIn = ({ env }: Session, over = {}): SystemKeychain => new SystemKeychain({ env, ...over });

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a password comes back as it was given, to another process too, until it is removed', async (context) => {
  if (skipped(context)) return;
  await using session = await startKeyring();
  const keychain = keychainIn(session);
  expect(await keychain.trouble()).toBeNull();
  expect(await keychain.get(ACCOUNT)).toBeNull();
  await keychain.set(ACCOUNT, PASSWORD);
  expect(await keychain.get(ACCOUNT)).toBe(PASSWORD);
  // What is remembered cannot be what answers here.
  expect(await keychainIn(session).get(ACCOUNT)).toBe(PASSWORD);
  expect(await keychainIn(session).get('reader@10.9.9.9:5432/idempiere')).toBeNull();
  expect(await keychainIn(session).remove(ACCOUNT)).toBe(true);
  expect(await keychainIn(session).remove(ACCOUNT)).toBe(false);
  expect(await keychainIn(session).get(ACCOUNT)).toBeNull();
});

test('what it said is remembered until a server refuses it', async (context) => {
  if (skipped(context)) return;
  await using session = await startKeyring();
  const first = keychainIn(session);
  await first.set(ACCOUNT, 'old');
  await keychainIn(session).set(ACCOUNT, 'new');
  expect(await first.get(ACCOUNT)).toBe('old');
  first.doubt(ACCOUNT);
  expect(await first.get(ACCOUNT)).toBe('new');
});

test('a locked keyring that nobody can unlock is told as such', async (context) => {
  if (skipped(context)) return;
  await using session = await startKeyring();
  await keychainIn(session).set(ACCOUNT, PASSWORD);
  lock(session);
  const error = await keychainIn(session)
    .get(ACCOUNT)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KeychainError);
  expect(error).toMatchObject({ reason: 'locked' });
});

test('one that never answers holds nothing up, and is given up in time', async (context) => {
  if (skipped(context)) return;
  await using session = await startSession();
  await takeNameAndSayNothing(session);
  // The module itself waits for 2 s, and holds up its process meanwhile.
  const keychain = keychainIn(session, { lookUpMs: 700 });
  using delay = watchEventLoop();
  const began = performance.now();
  const error = await keychain.get(ACCOUNT).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ reason: 'silent' });
  expect(performance.now() - began).toBeLessThan(1900);
  expect(delay.longestMs()).toBeLessThan(1500);
});

test('where there is no session bus nobody is asked', async () => {
  const keychain = new SystemKeychain({ env: {}, platform: 'linux' });
  expect(await keychain.trouble()).toMatchObject({ reason: 'absent' });
});

test('a person’s password goes to the keychain, and no longer stands in the file', async (context) => {
  if (skipped(context)) return;
  await using session = await startKeyring();
  const folder = dataFolder();
  const file = join(folder, 'branchline.pgpass');
  const without = new PasswordStore(folder, new SystemKeychain({ env: {}, platform: 'linux' }));
  expect(await without.set(LAMPUNG, 'first')).toMatchObject({ place: 'file', trouble: { reason: 'absent' } });
  const keychain = keychainIn(session);
  const store = new PasswordStore(folder, keychain);
  expect(await store.where(LAMPUNG)).toBe('file');
  expect(await store.set(LAMPUNG, PASSWORD)).toEqual({ place: 'keychain', trouble: null });
  expect(readFileSync(file, 'utf8')).toBe('');
  expect(await store.where(LAMPUNG)).toBe('keychain');
  expect(await store.where({ ...LAMPUNG, host: '10.9.9.9' })).toBeNull();
  expect(await store.remove(LAMPUNG)).toBe(true);
  expect(await store.remove(LAMPUNG)).toBe(false);
  expect(existsSync(file)).toBe(true);
});

async function takeNameAndSayNothing(session: Session): Promise<void> {
  const dbus = createRequire(import.meta.url).resolve('@jellybrick/dbus-next');
  const script = `const bus = require(${JSON.stringify(dbus)}).sessionBus();
    bus.addMethodHandler(() => true);
    bus.requestName('org.freedesktop.secrets').then(() => console.log('owned'));`;
  const child = session.start(process.execPath, ['-e', script]);
  if (child.stdout !== null) await once(child.stdout, 'data');
}

function watchEventLoop(): Disposable & { longestMs(): number } {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  return {
    longestMs: () => histogram.max / 1e6,
    [Symbol.dispose]: () => void histogram.disable(),
  };
}
