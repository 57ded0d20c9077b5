import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

const LOG = 'CREATE TABLE log (what text, amount numeric)';
const ROWS = "INSERT INTO log SELECT 'line ' || n, n FROM generate_series(1, 200) n";

async function work(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  await atBranch(pair, ...statements);
  await settled(pair.source);
}

/** What tells whether the rows at head office were written anew. */
function versions(pair: DatabasePair, table = 'log'): Promise<readonly (readonly (string | null)[])[]> {
  return fromCentral(pair, `SELECT min(xmin::text), max(xmin::text), count(*) FROM ${table}`);
}

test('an unchanged batch sends no row of a table without a key (E5)', async () => {
  await using pair = await freshDatabases();
  await work(pair, LOG, ROWS, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const before = await versions(pair);

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('log')).toMatchObject({ status: 'completed', records_processed: 0, records_deleted: 0 });
  expect(await versions(pair)).toEqual(before);
  const events = engine.log({ batchId: batch.batch_id, limit: 1000 });
  const chosen = events.filter((row) => row.event === 'strategy_chosen').map((row) => row.detail.strategy);
  expect(chosen).toEqual(['changes', 'changes']);
});

test('a table without a key that is alone in its own run is left alone too where it is unchanged (E5)', async () => {
  await using pair = await freshDatabases();
  await work(pair, LOG, ROWS);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const before = await versions(pair);

  const { table } = await sync(engine, { strategy: 'compare' });
  expect(table('log')).toMatchObject({ status: 'completed', records_processed: 0 });
  expect(await versions(pair)).toEqual(before);

  const full = await sync(engine, { strategy: 'full' });
  expect(full.table('log')).toMatchObject({ status: 'completed', records_processed: 200 });
  expect(await versions(pair)).not.toEqual(before);
});

for (const [what, ...statements] of [
  ['a row changes', "UPDATE log SET amount = 0 WHERE what = 'line 7'"],
  ['a row goes', "DELETE FROM log WHERE what = 'line 7'"],
  ['a row comes', "INSERT INTO log VALUES ('line 7', 7)"],
  [
    'one goes and another comes',
    "DELETE FROM log WHERE what = 'line 7'",
    "INSERT INTO log VALUES ('new', 1)",
  ],
  [
    'one of two equal rows goes and one of two others comes',
    "DELETE FROM log WHERE ctid = (SELECT max(ctid) FROM log WHERE what = 'twice')",
    "INSERT INTO log VALUES ('line 9', 9)",
  ],
  ['a column is added with a default', 'ALTER TABLE log ADD COLUMN note text DEFAULT 5'],
] as const) {
  test(`a table without a key is replaced where ${what} (E5)`, async () => {
    await using pair = await freshDatabases();
    await work(pair, LOG, ROWS, "INSERT INTO log VALUES ('twice', 2), ('twice', 2)");
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await work(pair, ...statements);

    const { table } = await sync(engine);

    expect(table('log').status).toBe('completed');
    const client = await pair.source.connectAdmin();
    await client.query('SET search_path = adempiere');
    const source = await client.query<{ l: string }>({ text: 'SELECT l::text FROM log l ORDER BY 1' });
    await client.end();
    const central = await fromCentral(
      pair,
      `SELECT ROW(what, amount${what.includes('column') ? ', note' : ''})::text FROM log ORDER BY 1`,
    );
    expect(central.map(([row]) => row)).toEqual(source.rows.map((row) => row.l));
  });
}

test('a table without a key that was emptied at the branch is not taken for unchanged', async () => {
  await using pair = await freshDatabases();
  await work(pair, LOG, ROWS);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'TRUNCATE log');

  const emptied = await sync(engine);

  expect(emptied.table('log').status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT count(*) FROM log')).toEqual([['0']]);
});

test('in layout merge a table without a key is refused as before, not taken for unchanged', async () => {
  await using pair = await freshDatabases();
  await work(pair, LOG, ROWS);
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();
  await sync(engine);

  const { table } = await sync(engine);

  expect(table('log')).toMatchObject({ status: 'failed', error_code: 'replace_unsafe' });
});
