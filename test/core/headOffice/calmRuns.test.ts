import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { type Home, listen, makeHome } from '../../support/home.ts';
import { giveRole, openBranch } from '../trust/support/branchRoles.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
];

const health = async (pair: DatabasePair, columns: string) =>
  (await fromCentral(pair, `SELECT ${columns} FROM branchline.branch_health`))[0];

/** Which version of its row an installation has, and what of it is of each report. */
const ROW = 'SELECT xmin, last_seen, up_to FROM branchline.installations';
const LATEST = 'SELECT ended_at, up_to FROM branchline.sync_batches ORDER BY ended_at DESC LIMIT 1';

test('a run in which nothing has changed leaves the row of its installation, and the overview is up to date', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  const before = await fromCentral(pair, ROW);

  await sync(engine);

  expect(await fromCentral(pair, ROW)).toEqual(before);
  expect([await health(pair, 'last_seen, up_to')]).toEqual(await fromCentral(pair, LATEST));
  expect(await health(pair, "reason_code, at_work, last_seen > up_to - interval '1 hour'")).toEqual([
    'up_to_date',
    'f',
    't',
  ]);

  const set = (what: string) => atCentral(pair, `UPDATE branchline.installations SET ${what}`);
  for (const what of ['retired_at = now()', "label = 'another'", "last_seen = now() - interval '2 days'"]) {
    await set(what);
    await sync(engine);
    expect(await health(pair, 'reason_code, label'), what).toEqual(['up_to_date', 'Lampung']);
    expect((await fromCentral(pair, ROW))[0]?.[1], what).toEqual((await fromCentral(pair, LATEST))[0]?.[0]);
  }
  await sync(engine);
  await atCentral(
    pair,
    `UPDATE branchline.sync_batches SET next_run = now() - interval '90 minutes' WHERE ended_at = (${LATEST.replace(', up_to', '')})`,
  );
  expect(await health(pair, 'reason_code, late')).toEqual(['overdue', 't']);
});

test('a report of an earlier version counts where it is the latest', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  await sync(engine);

  // Version 1 gave the values of its own columns, and wrote the installation's row each time.
  await atCentral(
    pair,
    `WITH b AS (INSERT INTO branchline.sync_batches SELECT connection, 'sync_of_version_1', installation, 'completed', NULL, 'cli', now(), now(), 1, 1, 0, 0, 0, 0, 0, 0, NULL
       FROM branchline.installations)
     UPDATE branchline.installations SET last_seen = now(), next_run = now() - interval '2 hours'`,
  );
  expect(await health(pair, 'reason_code, last_batch')).toEqual(['overdue', 'sync_of_version_1']);

  await sync(engine);
  expect(await health(pair, 'reason_code')).toEqual(['up_to_date']);
});

/** Makes the tables what version 1 of them was; the view goes with the columns. */
const AS_OF_VERSION_1 =
  'ALTER TABLE branchline.sync_batches DROP COLUMN next_run CASCADE, DROP COLUMN clock_skew_seconds CASCADE, DROP COLUMN up_to CASCADE';

test('tables of version 1 are upgraded by the next report of their owner', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, AS_OF_VERSION_1);

  await sync(engine);

  expect(await health(pair, 'reason_code')).toEqual(['up_to_date']);
  expect(await fromCentral(pair, 'SELECT count(up_to) FROM branchline.sync_batches')).toEqual([['1']]);
});

/** As if the last report were of another day. */
function yesterday(home: Home): void {
  const db = new Database(join(home.folder, 'journal.db'));
  db.prepare(
    "UPDATE service_notes SET value = json_set(value, '$.older', '2026-01-01') WHERE name LIKE 'reported/%'",
  ).run();
  db.close();
}

test('a branch with a role of its own reports to tables of version 1 as before, until an administrator upgrades them', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using branch = await openBranch(pair, 'pgsql_lmp', 'schema');
  const events = listen(branch.engine);
  await sync(branch.engine);
  await run(pair.central, AS_OF_VERSION_1);

  for (let batches = 2; batches <= 4; batches++) {
    await sync(branch.engine);
    expect(
      await fromCentral(
        pair,
        `SELECT count(*), max(ended_at) = (SELECT last_seen FROM branchline.installations) FROM branchline.sync_batches`,
      ),
    ).toEqual([[String(batches), 't']]);
  }
  expect(events.filter((one) => one.type === 'notice')).toEqual([]);

  await giveRole(pair, branch, 'schema');
  yesterday(branch.home);
  await sync(branch.engine);
  expect(await fromCentral(pair, 'SELECT count(up_to) FROM branchline.sync_batches')).toEqual([['1']]);
  expect(await health(pair, 'reason_code')).toEqual(['up_to_date']);
  await branch.engine[Symbol.asyncDispose]();
});
