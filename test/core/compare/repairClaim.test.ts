import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { HEARTBEAT_MS } from '../../../src/core/target/ownership.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

afterEach(() => vi.useRealTimers());

/** The sign of life that central has. */
async function heartbeat(admin: pg.Client): Promise<string | null> {
  const { rows } = await admin.query<{ at: string | null }>(
    "SELECT heartbeat::text AS at FROM branchline.sources WHERE connection = 'pgsql_lmp'",
  );
  return rows[0]?.at ?? null;
}

/** Waits until a query gives another answer than this. */
async function changed<T>(ask: () => Promise<T>, from: T): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const now = await ask();
    if (now !== from) return now;
    if (Date.now() > deadline) throw new Error(`still ${String(now)}`);
    await sleep(20);
  }
}

test('a repair whose idle session at central was cut goes on giving signs of life, and mends (D4)', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT g, 'n' || g FROM generate_series(1, 1000) g",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, "UPDATE item SET note = 'wrong' WHERE id = 7");
  const [branch, watcher, admin] = await Promise.all([
    pair.source.connectAdmin(),
    pair.source.connectAdmin(),
    pair.central.connectAdmin(),
  ]);
  // The repair waits here, as if comparing took long.
  await branch.query('BEGIN; LOCK TABLE adempiere.item IN ACCESS EXCLUSIVE MODE');
  // Only the heartbeat's timer: half a minute passes when the test says so.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });

  const verified = engine.verify({ trigger: 'cli', repair: true });
  const first = await changed(() => heartbeat(admin), null);
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE 'branchline/%' AND wait_event_type = 'Lock'`;
  await changed(async () => (await watcher.query(waiting)).rowCount, 0);
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'branchline/%' AND state = 'idle'`;
  await changed(async () => (await admin.query(cut)).rowCount, 0);
  await sleep(100);
  vi.advanceTimersByTime(HEARTBEAT_MS);
  const second = await changed(() => heartbeat(admin), first);
  vi.advanceTimersByTime(HEARTBEAT_MS);
  await changed(() => heartbeat(admin), second);
  await branch.query('COMMIT');
  const { tables } = await verified;

  await Promise.all([branch.end(), watcher.end()]);
  expect(tables).toMatchObject([{ result: 'repaired', table_name: 'item' }]);
  expect(await fromCentral(pair, 'SELECT note FROM item WHERE id = 7')).toEqual([['n7']]);
  // Let go at the end, so that nobody has to wait.
  expect(await heartbeat(admin)).toBeNull();
  await admin.end();
});
