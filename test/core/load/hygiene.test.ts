import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';

const BATCHES = 30;
/** Rows that each batch changes. */
const CHANGED = 20;

test('after thirty batches the catalogue of head office is as large as before, and dead rows are few', async () => {
  // Of its own: vacuum clears what nobody can see any more, and on a shared server others look.
  await using centralServer = await startServer({ settings: { autovacuum: 'off' } });
  await using pair = await freshDatabases({ centralServer });
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    'CREATE TABLE log (line text)',
    'CREATE TABLE named (code text PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 1000) n",
    "INSERT INTO log SELECT 'line ' || n FROM generate_series(1, 20) n",
    "INSERT INTO named SELECT 'code ' || n, 'old' FROM generate_series(1, 100) n",
  );
  using home = makeHome(pair, { sync: { chunkRows: 7 } });
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  const before = await catalogue(pair);
  const own = await fromCentral(pair, OWN_RELATIONS);

  for (let batch = 1; batch <= BATCHES; batch++) {
    await atBranch(
      pair,
      `UPDATE item SET note = 'batch ${batch}' WHERE id <= ${CHANGED}`,
      `DELETE FROM item WHERE id = ${1000 - batch}`,
      `UPDATE named SET note = 'batch ${batch}' WHERE code = 'code ${batch}'`,
      "INSERT INTO log VALUES ('more')",
    );
    expect((await sync(engine)).batch.status).toBe('completed');
  }

  expect(await catalogue(pair)).toEqual(before);
  expect(await fromCentral(pair, OWN_RELATIONS)).toEqual(own);
  // The write of a row that changed leaves one dead row behind, and of one that did not, none.
  const dead = new Map((await deadRows(pair)).map(([name, rows]) => [name, Number(rows)]));
  expect(dead.get('item')).toBeLessThanOrEqual(BATCHES * (CHANGED + 1));
  expect(dead.get('named')).toBeLessThanOrEqual(BATCHES);
  const full = await sizes(pair, 'VACUUM FULL');
  for (let batch = 1; batch <= 10; batch++) {
    await atBranch(pair, `UPDATE item SET note = 'again ${batch}' WHERE id <= ${CHANGED}`);
    await sync(engine);
    // As autovacuum does in its time.
    await sizes(pair, 'VACUUM');
  }
  for (const [name, bytes] of await sizes(pair, 'VACUUM')) {
    expect([name, bytes <= (full.get(name) ?? 0) + 10 * 8192]).toEqual([name, true]);
  }
});

const OWN_RELATIONS =
  "SELECT relname FROM pg_class WHERE relnamespace = 'branchline'::regnamespace ORDER BY relname";

/** How many live rows the catalogues have that staging tables are written to. */
async function catalogue(pair: DatabasePair): Promise<unknown> {
  const names = [
    'pg_class',
    'pg_attribute',
    'pg_type',
    'pg_index',
    'pg_depend',
    'pg_attrdef',
    'pg_constraint',
  ];
  return fromCentral(
    pair,
    names.map((name) => `SELECT '${name}', count(*) FROM ${name}`).join(' UNION ALL '),
  );
}

async function deadRows(pair: DatabasePair) {
  await fromCentral(pair, 'SELECT pg_stat_force_next_flush()');
  return fromCentral(pair, "SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE schemaname = 'public'");
}

/** Bytes by table, catalogues and ours, after a kind of vacuum. */
async function sizes(pair: DatabasePair, vacuum: string): Promise<ReadonlyMap<string, number>> {
  const client = await pair.central.connectAdmin();
  try {
    await client.query(vacuum);
    const found = await client.query<{ name: string; bytes: string }>(
      `SELECT oid::regclass::text AS name, pg_table_size(oid) AS bytes FROM pg_class
       WHERE relkind = 'r' AND relname IN ('pg_class', 'pg_attribute', 'pg_type', 'pg_depend', 'item', 'checkpoints', 'sources')`,
    );
    return new Map(found.rows.map((row) => [row.name, Number(row.bytes)]));
  } finally {
    await client.end();
  }
}
