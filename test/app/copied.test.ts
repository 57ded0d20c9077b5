import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryAcquireLease } from '../../src/core/journal/lease.ts';
import { installation, installationId } from '../../src/core/settings/installation.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { BatchStatus } from '../../src/shared/status.ts';
import { freshFolder } from '../core/journal/support/world.ts';
import { writeSettings } from '../main/support/history.ts';
import { watchService } from '../service/support.ts';
import { copyTakesOver } from '../support/copyTakesOver.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { windowAppOn } from './support.ts';

const TABLES = ['ad_org', 'c_uom'];

test('after "keep" the batch that found the copy continues automatically (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { connection: { tables: TABLES } });
  const { batchId, opened, next } = await asked(home);

  const ended = next('batch_ended');
  expect(await opened.value('answerCopy', 'keep', batchId)).toBeNull();
  expect((await ended).batch).toMatchObject({ batch_id: batchId, status: BatchStatus.Completed });
  expect((await opened.value('live')).status.attention).toEqual([]);
});

test('after "new" what both copies would sync is off, and the rest continues under the new id (D3)', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { connection: { tables: TABLES }, central: { layout: 'schema' } });
  const before = installationId(home.folder);
  const { batchId, opened, service, event } = await asked(home);
  addConnection(home.folder, 'only_here');

  expect(await opened.value('answerCopy', 'new', batchId)).toBeNull();
  const { id, previous } = installation(home.folder);
  expect(previous).toBe(before);
  expect(enabled(home.folder)).toEqual({ [CONNECTION]: false, only_here: true });
  await event('settings_changed');
  const { status } = await service.runNow();
  expect(status).toBe(BatchStatus.Completed);
  expect(await owners(pair)).toEqual({ [CONNECTION]: before, only_here: id });
  // What is off needs nobody any more.
  expect((await opened.value('live')).status.attention).toEqual([]);
});

test('a copy cannot be answered during a run (D3)', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const before = installationId(folder);
  const { service, quiet } = watchService(folder);
  await quiet();
  const { refusal } = windowAppOn(folder, { service });
  const lease = tryAcquireLease(folder);
  for (const answer of ['keep', 'new'] as const)
    expect(await refusal('answerCopy', answer, null)).toMatchObject({ code: 'installation_busy' });
  lease?.release();
  expect(installationId(folder)).toBe(before);
});

test('a service on the folder of another computer waits for the answer, and then continues (D3)', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const before = installationId(folder, { host: 'branch-pc', id: 'of-the-other-one' });
  const { service, events, event, quiet, status } = watchService(folder);
  expect(service.status().refusal).toMatchObject({
    code: 'installation_copied',
    params: { host: 'branch-pc' },
  });
  await event('refused', ({ refusal }) => refusal.code === 'installation_copied');
  await quiet();
  expect(service.engine).toBeNull();
  expect(events.filter(({ type }) => type === 'refused')).toHaveLength(1);
  const { value, refusal } = windowAppOn(folder, { service });
  expect(await refusal('runNow', {})).toMatchObject({ code: 'installation_copied' });

  expect(await value('answerCopy', 'keep', null)).toBeNull();
  await status((one) => one.refusal === null);
  await quiet();
  expect(service.engine).not.toBeNull();
  expect(installationId(folder)).toBe(before);
});

test('the folder of another computer that becomes a separate installation runs nothing from before (D3)', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const before = installationId(folder, { host: 'branch-pc', id: 'of-the-other-one' });
  const { service, quiet } = watchService(folder);
  const { value } = windowAppOn(folder, { service });
  await value('answerCopy', 'new', null);
  await quiet();
  expect(installation(folder).previous).toBe(before);
  expect(Object.values(enabled(folder))).not.toContain(true);
  expect(service.status()).toMatchObject({ refusal: null, connections: 0 });
});

/** A service whose latest batch has found that a copy of the folder syncs, too. */
async function asked({ folder }: Home) {
  const watched = watchService(folder);
  const opened = windowAppOn(folder, { service: watched.service });
  expect((await watched.service.runNow()).status).toBe(BatchStatus.Completed);
  await copyTakesOver(folder, TABLES.slice(0, 1));
  const { batch_id: batchId, status } = await watched.service.runNow();
  expect(status).toBe(BatchStatus.Failed);
  const { tables } = await opened.value('batch', batchId);
  expect(tables.map((row) => row.error_code)).toEqual(TABLES.map(() => 'folder_copied'));
  return { ...watched, opened, batchId };
}

function addConnection(folder: string, id: string): void {
  const file = join(folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  const connections = [...settings.connections, { ...settings.connections[0], id }];
  writeFileSync(file, JSON.stringify({ ...settings, connections }));
}

function enabled(folder: string): Readonly<Record<string, boolean>> {
  return Object.fromEntries(loadSettings(folder).connections.map((one) => [one.id, one.enabled]));
}

async function owners(pair: DatabasePair): Promise<Readonly<Record<string, string>>> {
  const admin = await pair.central.connectAdmin();
  const { rows } = await admin
    .query('SELECT connection, installation FROM branchline.sources')
    .finally(() => admin.end());
  return Object.fromEntries(rows.map((row) => [row.connection, row.installation]));
}
