import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEngine } from '../../src/core/engine.ts';
import type { Engine } from '../../src/core/engineApi.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { keepInstallation, renewInstallation } from '../../src/core/settings/installation.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../src/shared/status.ts';
import { runCli } from '../cli/run.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault } from '../support/proxyTraps.ts';
import { startRunner } from '../support/runner.ts';
import { changeEveryLine, differencesOfFew, FEW, LINES } from './support/few.ts';
import { badPlace } from './support/place.ts';

// The copies here have the machine id and the host name of the original, as a cloned VM image has (D3).

const SMALL = { connection: { tables: FEW } };

test('of two copies of a data folder the one that comes second stops and asks, each time anew (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await synced(home.folder);
  const claimed = await claimOf(pair);

  const asked = await runCli(['--data-dir', copy.folder, 'sync-all']);
  expect(asked.code).toBe(1);
  expect(asked.stdout + asked.stderr).toContain('A copy of this data folder');
  expect(asked.stdout + asked.stderr).toContain('"branchline installation keep"');
  expect(await asks(copy.folder)).toMatchObject({ connection: CONNECTION, host: hostname() });
  expect(await claimOf(pair)).toBe(claimed);

  expect((await runCli(['--data-dir', copy.folder, 'installation', 'keep'])).code).toBe(0);
  await synced(copy.folder);
  await synced(copy.folder);

  await asks(home.folder);
  keepInstallation(home.folder);
  await synced(home.folder);
  // An answer counts for one claim.
  await asks(copy.folder);
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
});

test('where the copy comes first, the original stops and asks (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await synced(copy.folder);
  await asks(home.folder);
});

test('a table alone and a repair ask too, and a verify that only reads does not (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await synced(home.folder);
  await using engine = openCopy(copy.folder);

  const alone = await engine.syncTable({ connection: CONNECTION, table: LINES, trigger: 'cli' });
  expect(alone).toMatchObject({ status: TableStatus.Failed, failure: { code: 'folder_copied' } });
  const repaired = await engine.verify({ trigger: 'cli', repair: true });
  expect(repaired.tables.map((one) => one.failure?.code)).toEqual(FEW.map(() => 'folder_copied'));
  const read = await engine.verify({ trigger: 'cli' });
  expect(read.tables.map((one) => one.result)).toEqual(FEW.map(() => 'equal'));
});

test('the answer is seen by a program that was running when it was given (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await synced(home.folder);
  await using engine = openCopy(copy.folder);
  expect((await engine.syncAll({ trigger: 'tray' })).status).toBe(BatchStatus.Failed);
  keepInstallation(copy.folder);
  expect((await engine.syncAll({ trigger: 'tray' })).status).toBe(BatchStatus.Completed);
  const before = await ownerOf(pair);
  const { id } = renewInstallation(copy.folder);
  expect((await engine.syncAll({ trigger: 'tray' })).status).toBe(BatchStatus.Failed);
  expect(await ownerOf(pair)).toBe(before);
  keepInstallation(copy.folder);
  expect((await engine.syncAll({ trigger: 'tray' })).status).toBe(BatchStatus.Completed);
  expect(await ownerOf(pair)).toBe(id);
});

test('an installation of its own takes no connection of the one that it was copied from, unless asked to (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);
  const owner = await ownerOf(pair);
  const claimed = await claimOf(pair);

  // However often it is said to be another one.
  for (const _ of [1, 2]) {
    renewInstallation(copy.folder);
    expect(await asks(copy.folder, 'folder_previous')).toMatchObject({
      connection: CONNECTION,
      host: hostname(),
    });
    await using engine = openCopy(copy.folder);
    const repaired = await engine.verify({ trigger: 'cli', repair: true });
    expect(repaired.tables.map((one) => one.failure?.code)).toEqual(FEW.map(() => 'folder_previous'));
  }
  expect(await ownerOf(pair)).toBe(owner);
  expect(await claimOf(pair)).toBe(claimed);
  await synced(home.folder);

  const { id } = keepInstallation(copy.folder);
  await synced(copy.folder);
  await synced(copy.folder);
  expect(await ownerOf(pair)).toBe(id);
});

test('"installation new" switches off here what both computers would sync, and says so (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);

  const answered = await runCli(['--data-dir', copy.folder, 'installation', 'new']);
  expect(answered.code).toBe(0);
  expect(answered.stdout).toContain('All connections are switched off here');
  expect(loadSettings(copy.folder).connections.map((one) => one.enabled)).toEqual([false]);
  expect(loadSettings(home.folder).connections.map((one) => one.enabled)).toEqual([true]);
});

test('an answer counts for each connection, once each (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { ...SMALL, central: { layout: 'schema' } });
  const { central, connections } = loadSettings(home.folder);
  const both = connections.flatMap((one) => [one, { ...one, id: 'second' }]);
  writeFileSync(join(home.folder, 'settings.json'), JSON.stringify({ central, connections: both }));
  const codes = async (engine: Engine, ...only: readonly string[]): Promise<readonly (string | null)[]> => {
    const { batch_id } = await engine.syncAll({ trigger: 'cli', connections: only });
    const { tables } = engine.batch(batch_id);
    return [CONNECTION, 'second'].flatMap(
      (id) => tables.find((row) => row.connection === id)?.error_code ?? (only.includes(id) ? null : []),
    );
  };
  const all = [CONNECTION, 'second'] as const;
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await using original = openCopy(home.folder);
  expect(await codes(original, 'second')).toEqual([null]);
  await using other = openCopy(copy.folder);
  // Each connection is told by itself.
  expect(await codes(other, ...all)).toEqual([null, 'folder_copied']);
  expect(await codes(original, ...all)).toEqual(['folder_copied', null]);
  keepInstallation(home.folder);
  expect(await codes(original, CONNECTION)).toEqual([null]);
  expect(await codes(other, ...all)).toEqual(['folder_copied', 'folder_copied']);
  keepInstallation(copy.folder);
  expect(await codes(other, ...all)).toEqual([null, null]);
  // Its answer for the first connection is used up, that for the second is not.
  expect(await codes(original, ...all)).toEqual(['folder_copied', null]);
});

test('head office by another address, and by the old one again, is no copy (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
  const file = join(home.folder, 'settings.json');
  const byProxy = readFileSync(file, 'utf8');
  const direct = byProxy.replace(`${proxy.port}`, `${pair.central.port}`);
  for (const settings of [byProxy, direct, direct, byProxy]) {
    writeFileSync(file, settings);
    await synced(home.folder);
  }
});

const UPDATE = /^UPDATE branchline\.sources SET claim/;

test.each<[string, RegExp, Fault]>([
  ['before it looks at who owns the connection', /FROM branchline\.sources .* FOR UPDATE/, 'freeze'],
  ['when the claim is on its way', UPDATE, 'freeze'],
  ['when the claim is lost on its way', UPDATE, 'cut'],
  ['when the claim is committed and nobody knows', UPDATE, 'cut_after_answer'],
])('a run that is killed %s goes on at once (D3)', async (_moment, text, fault) => {
  await using pair = await freshDatabases({ scale: 0.05 });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
  await synced(home.folder);
  const retry = { firstDelayMs: 60_000, longestDelayMs: 60_000 };
  const reached = proxy.trap({ from: 'client', type: 'P', text }, fault);
  const runner = await startRunner(home.folder, null, { retry });
  const { batch } = await runner.event('batch_started');
  await reached;
  await runner.kill();
  proxy.cutAll();

  await using engine = openCopy(home.folder);
  const { batch: ended } = await engine.resume(batch.batch_id, { trigger: 'cli' });
  expect(ended.status).toBe(BatchStatus.Completed);
  await synced(home.folder);
});

test('a claim that central commits without an answer is made again in the same run (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
  await synced(home.folder);
  const cut = proxy.trap({ from: 'client', type: 'P', text: UPDATE }, 'cut_after_answer');
  await synced(home.folder);
  await cut;
});

test('a lost journal remembers no claim: it is taken as before, and remembered from then on (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await synced(copy.folder);
  removeJournal(home.folder);
  await synced(home.folder);
  await synced(home.folder);
  keepInstallation(copy.folder);
  await synced(copy.folder);
  await asks(home.folder);
});

test('of two machines from one image that was never synced, the one that comes second asks (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  // The first start makes the installation; the image is taken then.
  {
    await using engine = openCopy(home.folder);
    expect(engine.schedules()).toEqual([]);
  }
  using copy = copyOf(home.folder);
  await synced(home.folder);
  const claimed = await claimOf(pair);

  expect(await asks(copy.folder)).toMatchObject({ connection: CONNECTION, host: hostname() });
  await asks(copy.folder);
  expect(await claimOf(pair)).toBe(claimed);
  await synced(home.folder);

  keepInstallation(copy.folder);
  await synced(copy.folder);
  await asks(home.folder);
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
});

test('a journal out of a backup asks once (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, SMALL);
  await synced(home.folder);
  using backup = copyOf(home.folder);
  await synced(home.folder);
  removeJournal(home.folder);
  for (const name of journalFiles(backup.folder)) cpSync(join(backup.folder, name), join(home.folder, name));
  await asks(home.folder);
  await asks(home.folder);
  keepInstallation(home.folder);
  await synced(home.folder);
  await synced(home.folder);
});

test('a copy that is at work is named, and no answer overrules it (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  await using slow = await startProxy(pair.central);
  slow.latencyMs = 10;
  using home = badPlace(pair, { central: slow, connection: { tables: FEW }, sync: { chunkRows: 100 } });
  await synced(home.folder);
  using copy = copyOf(home.folder);
  await changeEveryLine(pair);
  const runner = await startRunner(home.folder);
  await runner.event('table_progress', (event) => event.table === LINES);
  runner.freeze();

  for (const answered of [false, true]) {
    if (answered) keepInstallation(copy.folder);
    expect(await asks(copy.folder, 'folder_copy_at_work')).toMatchObject({
      connection: CONNECTION,
      host: hostname(),
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/),
    });
  }
  const claimed = await claimOf(pair);
  await letHeartbeatGrowOld(pair);
  await synced(copy.folder);
  expect(await claimOf(pair)).toBe(claimed + 1);
  runner.thaw();
  expect(await runner.ended()).toMatchObject({ interruption_reason: InterruptionReason.LostLease });
  await asks(home.folder);
});

interface Copy extends Disposable {
  readonly folder: string;
}

function copyOf(folder: string): Copy {
  const copy = mkdtempSync(join(tmpdir(), 'branchline-copy-'));
  cpSync(folder, copy, { recursive: true });
  return {
    folder: copy,
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** As if in a program of its own: the ways of the settings, and retries that come fast. */
function openCopy(folder: string): Engine {
  const retry = { firstDelayMs: 20, longestDelayMs: 200 };
  return openEngine(systemPorts({ log: () => {} }), { folder, settings: loadSettings(folder), retry });
}

async function synced(folder: string): Promise<void> {
  await using engine = openCopy(folder);
  const { batch_id, status } = await engine.syncAll({ trigger: 'cli' });
  expect(engine.batch(batch_id).tables.flatMap((row) => row.error_code ?? [])).toEqual([]);
  expect(status).toBe(BatchStatus.Completed);
}

/** @returns what the sentence of the refusal names */
async function asks(folder: string, code = 'folder_copied'): Promise<unknown> {
  await using engine = openCopy(folder);
  const { batch_id, status } = await engine.syncAll({ trigger: 'cli' });
  expect(status).toBe(BatchStatus.Failed);
  const { tables } = engine.batch(batch_id);
  expect(tables.map((row) => row.error_code)).toEqual(FEW.map(() => code));
  return tables[0]?.error_detail?.params;
}

async function claimOf(pair: DatabasePair): Promise<number> {
  return Number((await sourcesRow(pair)).claim);
}

async function ownerOf(pair: DatabasePair): Promise<string | undefined> {
  return (await sourcesRow(pair)).installation;
}

async function sourcesRow(pair: DatabasePair): Promise<{ claim?: string; installation?: string }> {
  const admin = await pair.central.connectAdmin();
  const { rows } = await admin.query('SELECT claim, installation FROM branchline.sources');
  await admin.end();
  return rows[0] ?? {};
}

async function letHeartbeatGrowOld(pair: DatabasePair): Promise<void> {
  const admin = await pair.central.connectAdmin();
  await admin.query("UPDATE branchline.sources SET heartbeat = now() - interval '10 minutes'");
  await admin.end();
}

function journalFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('journal.db'));
}

function removeJournal(folder: string): void {
  for (const name of journalFiles(folder)) rmSync(join(folder, name));
}
