import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { BatchStatus } from '../../src/shared/status.ts';
import { VerifyResult } from '../../src/shared/verify.ts';
import { atCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { jumpClock } from '../support/jumpClock.ts';
import { startProxy } from '../support/proxy.ts';
import { changeSettings, HOUR_MS, type Watched, watchService } from './support.ts';

const SCALE = 0.05;
const DAY_MS = 24 * HOUR_MS;
const TABLES = ['c_bpartner', 'c_order', 'c_invoiceline'];

const verified = ({ events }: Watched): readonly string[] =>
  events.flatMap((one) => (one.type === 'verify_ended' ? [one.row.table_name] : []));

/** Lets the tables differ: equal ones are compared together, so that nothing could come between them. */
function oneByOne(pair: DatabasePair): Promise<void> {
  const changes = TABLES.map((one) => `UPDATE ${one} SET created = created + interval '1 day'`);
  return atCentral(pair, ...changes);
}

test('a verify that is due follows a completed batch, gives way to a person, and continues', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: TABLES }, sync: { parallelTables: 1 } });
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await watched.quiet();
  expect(verified(watched)).toEqual([]);
  await oneByOne(pair);

  watched.clock.jump(8 * DAY_MS);
  const asked = Promise.withResolvers<unknown>();
  const off = watched.service.on((event) => {
    if (event.type !== 'verify_ended') return;
    off();
    watched.service.runNow().then(asked.resolve, asked.reject);
  });
  await watched.service.runNow();
  expect(await asked.promise).toMatchObject({ status: BatchStatus.Completed });
  const before = watched.events.findLastIndex((one) => one.type === 'batch_started');
  const doneBefore = watched.events.slice(0, before).filter((one) => one.type === 'verify_ended');
  expect(doneBefore.length).toBeLessThan(TABLES.length);
  await watched.quiet();
  expect([...verified(watched)].sort()).toEqual([...TABLES].sort());
});

test('a verify gives way to a due run, and one that a person stopped does not begin again', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: TABLES }, sync: { parallelTables: 1 } });
  changeSettings(home.folder, { schedules: [{ id: 'hourly', cron: '0 * * * *', jitterSeconds: 0 }] });
  const watched = watchService(home.folder, { clock: jumpClock(new Date('2026-03-02T08:10:00Z')) });
  await watched.service.runNow();
  await watched.quiet();
  await oneByOne(pair);

  const first = watched.next('verify_ended');
  const off = watched.service.on((event) => {
    if (event.type !== 'verify_ended') return;
    off();
    watched.wakeAt(new Date('2026-03-10T09:00:00Z'));
    watched.service.on((later) => {
      if (later.type === 'verify_ended') watched.service.stopRun();
    });
  });
  watched.wakeAt(new Date('2026-03-10T08:10:00Z'));
  await first;
  const due = await watched.next('batch_ended');
  expect(due.batch).toMatchObject({ trigger: 'schedule', status: BatchStatus.Completed });
  expect(verified(watched)).toHaveLength(1);

  await watched.next('verify_ended');
  await watched.quiet();
  await watched.quiet();
  expect(verified(watched)).toHaveLength(2);
});

test('a verify whose source is gone is not repeated endlessly, and comes after the next batch', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using source = await startProxy(pair.source);
  using home = makeHome(pair, {
    connection: { tables: TABLES, port: source.port, connectTimeoutSeconds: 1 },
  });
  const watched = watchService(home.folder, { retry: { unreachable: 0 } });
  await watched.service.runNow();
  watched.clock.jump(8 * DAY_MS);
  const off = watched.service.on((event) => {
    if (event.type !== 'batch_ended') return;
    off();
    source.freeze();
  });
  await watched.service.runNow();
  await watched.event('verify_ended', ({ row }) => row.result === VerifyResult.Failed);
  await watched.quiet();
  expect(verified(watched)).toHaveLength(1);

  source.thaw();
  await watched.service.runNow();
  await watched.quiet();
  expect([...verified(watched)].sort()).toEqual(['*', ...TABLES].sort());
});

test('a long time without success is reported once, even if nothing ever ran', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_order'] } });
  changeSettings(home.folder, { notifications: { noSuccessHours: 26 } });
  const watched = watchService(home.folder);
  await watched.quiet();
  watched.clock.jump(25.9 * HOUR_MS);
  await watched.quiet();
  expect(watched.count('no_success')).toBe(0);
  watched.clock.jump(HOUR_MS);
  await watched.quiet();
  await watched.quiet();
  expect(watched.events.filter((one) => one.type === 'no_success')).toMatchObject([{ hours: 26 }]);

  const { batch_id } = await watched.service.runNow();
  const ended = watched.service.engine?.batch(batch_id).tables[0]?.ended_at;
  await watched.quiet();
  expect(watched.count('no_success')).toBe(1);
  watched.clock.jump(27 * HOUR_MS);
  await watched.quiet();
  await watched.quiet();
  expect(watched.events.filter((one) => one.type === 'no_success').slice(1)).toMatchObject([
    { connections: ['pgsql_lmp'], since: ended, hours: 27 },
  ]);
});

test('a journal that cannot be written is reported once, and not tried again and again', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_order'] } });
  changeSettings(home.folder, { schedules: [{ id: 'hourly', cron: '0 * * * *', jitterSeconds: 0 }] });
  const watched = watchService(home.folder, { clock: jumpClock(new Date('2026-03-02T08:30:00Z')) });
  await watched.quiet();
  // As a backup program does that holds the file.
  const held = new Database(join(home.folder, 'journal.db'));
  held.exec('BEGIN IMMEDIATE');
  const refused = watched.event('refused');
  watched.wakeAt(new Date('2026-03-02T09:00:00Z'));
  expect(await refused).toMatchObject({ refusal: { code: 'data_folder_unusable' } });
  for (const _ of [1, 2, 3]) await watched.quiet();
  expect(watched.errors).toHaveLength(1);
  expect(watched.service.status().refusal).toMatchObject({ code: 'data_folder_unusable' });

  held.close();
  // A person does not wait for the next look.
  expect(await watched.service.runNow()).toMatchObject({ status: BatchStatus.Completed });
  await watched.quiet();
  expect(watched.service.status().refusal).toBeNull();
  expect(watched.count('refused')).toBe(1);
});

test('a journal that is damaged while the service runs is set aside, reported, and replaced', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_order'] } });
  const watched = watchService(home.folder);
  await watched.service.runNow();
  await watched.quiet();
  // Whatever is still in the write-ahead file goes into the one that is damaged.
  const file = join(home.folder, 'journal.db');
  const other = new Database(file);
  other.pragma('wal_checkpoint(TRUNCATE)');
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(statSync(file).size - 4096, 0x5a), 0, undefined, 4096);
  closeSync(handle);
  // Another process's write tells the service's connection to read the file again.
  other.close();

  const { service } = watched;
  const aside = watched.event('journal_set_aside');
  for (let tries = 0; tries < 3 && watched.count('journal_set_aside') === 0; tries++)
    await service.runNow().catch(() => {});
  expect(readdirSync(home.folder)).toContain((await aside).file);
  expect(await service.runNow()).toMatchObject({ status: BatchStatus.Completed });
});
