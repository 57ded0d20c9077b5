import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { startProxy } from '../support/proxy.ts';
import { badPlace } from './support/place.ts';

const ROWS = 500;

test("rows behind the last key go, also where the source's end comes only while its last chunk is applied", async () => {
  await using pair = await freshDatabases();
  await using source = await startProxy(inject('servers').source);
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    `INSERT INTO item SELECT generate_series(1, ${ROWS})`,
  );
  // A chunk holds exactly the table: its limit is reached before the end is heard of.
  using home = badPlace(pair, { source, sync: { chunkRows: ROWS } });
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    "INSERT INTO item VALUES ('pgsql_lmp', 9000)",
    'CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$',
    'CREATE TRIGGER slowly AFTER INSERT ON item FOR EACH STATEMENT EXECUTE FUNCTION slowly()',
  );
  const held = source.trap({ from: 'server', type: 'c', during: /^COPY/ }, 'freeze');
  const running = sync(engine, { strategy: 'full' });
  await held;
  await applying(pair);
  source.thaw();

  const { table } = await running;

  expect(table('item')).toMatchObject({ status: 'completed', records_skipped: ROWS, records_deleted: 1 });
  expect(await fromCentral(pair, 'SELECT count(*), max(id) FROM item')).toEqual([[`${ROWS}`, `${ROWS}`]]);
});

/** Waits until the chunk is being applied: its statement sleeps in the trigger. */
async function applying(pair: DatabasePair): Promise<void> {
  const sleeping =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
  while ((await fromCentral(pair, sleeping))[0]?.[0] === '0') await sleep(10);
}
