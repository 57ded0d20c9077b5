import { describe, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { asOfVersion4, claimAsVersion4 } from '../../support/olderCentral.ts';

const TABLES = 120;

async function manyTables(pair: DatabasePair, tables = TABLES): Promise<void> {
  await atBranch(
    pair,
    `DO $$ BEGIN FOR n IN 1..${tables} LOOP
       EXECUTE format('CREATE TABLE t_%s (id int PRIMARY KEY, note text)', n);
       EXECUTE format('INSERT INTO t_%s SELECT i, ''a'' FROM generate_series(1, 3) i', n);
     END LOOP; END $$`,
  );
  await settled(pair.source);
}

/** Rows written so far at head office, once all sessions have reported theirs: of Branchline's own tables and of the branch's. */
async function rowsWritten(pair: DatabasePair): Promise<number> {
  for (;;) {
    const [row] = await fromCentral(
      pair,
      `SELECT (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables),
         (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'branchline/%' AND datname = current_database())`,
    );
    if (row?.[1] === '0') return Number(row[0]);
  }
}

const STATE = `SELECT table_name, follows IS NOT DISTINCT FROM seq FROM branchline.checkpoints ORDER BY table_name COLLATE "C"`;

async function following(pair: DatabasePair): Promise<readonly (string | null)[]> {
  return (await fromCentral(pair, STATE)).flatMap(([name = null, follows]) =>
    follows === 't' ? [name] : [],
  );
}

async function expectEqual(pair: DatabasePair): Promise<void> {
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
}

test('a run in which none of 120 tables has changed writes at most three rows at head office', async () => {
  await using pair = await freshDatabases();
  await manyTables(pair);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  expect((await sync(engine)).batch).toMatchObject({ status: 'completed', completed_tables: TABLES });
  const before = await rowsWritten(pair);
  const { batch } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', completed_tables: TABLES });
  expect((await rowsWritten(pair)) - before).toBeLessThanOrEqual(3);
  expect(await following(pair)).toHaveLength(TABLES);
});

describe('tables that were found unchanged together', () => {
  test('are told apart again where some of them have changed, lost rows or are not part of a run', async () => {
    await using pair = await freshDatabases();
    await manyTables(pair, 9);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await sync(engine);
    expect(await following(pair)).toHaveLength(9);

    await atBranch(pair, "UPDATE t_1 SET note = 'b'", 'DELETE FROM t_2 WHERE id = 1');
    await atBranch(pair, "INSERT INTO t_3 VALUES (4, 'b')");
    const changed = await sync(engine);
    for (const name of ['t_1', 't_2', 't_3']) expect(changed.table(name).strategy).toBe('changes');
    expect(changed.table('t_2').records_deleted).toBe(1);
    expect(await following(pair)).toEqual(['t_4', 't_5', 't_6', 't_7', 't_8', 't_9']);
    await expectEqual(pair);

    // A run of a few tables writes those, and leaves the others as they are.
    const few = await engine.syncAll({ trigger: 'cli', tables: ['t_4'] });
    expect(few.status).toBe('completed');
    expect(await following(pair)).toEqual(['t_5', 't_6', 't_7', 't_8', 't_9']);

    await atBranch(pair, "UPDATE t_5 SET note = 'c'", "UPDATE t_4 SET note = 'c'");
    const last = await sync(engine);
    expect([last.table('t_4'), last.table('t_5')].map((row) => row.records_processed)).toEqual([3, 3]);
    await expectEqual(pair);
    await sync(engine);
    expect(await following(pair)).toHaveLength(9);
  });

  test('keep the mark that they had when one of them is left behind', async () => {
    await using pair = await freshDatabases();
    await manyTables(pair, 4);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await sync(engine);
    const [known] = await fromCentral(
      pair,
      `SELECT unchanged ->> 'at', unchanged -> 'mark' ->> 'xmin' FROM branchline.sources`,
    );
    // Head office's note that it has changed rows: such a table is not looked at with the others.
    await atCentral(
      pair,
      `UPDATE branchline.checkpoints SET rewritten = '{"t_2": 1}' WHERE table_name = 't_1'`,
    );
    const admin = await pair.central.connectAdmin();
    await admin.query('BEGIN; LOCK TABLE public.t_1 IN ACCESS EXCLUSIVE MODE');
    const stop = new AbortController();
    engine.on((event) => {
      if (event.type === 'table_started' && event.table === 't_1') stop.abort();
    });
    const ended = engine.syncAll({ trigger: 'cli' }, { stop: stop.signal, halt: stop.signal });
    await ended.catch(() => {});
    await admin.query('ROLLBACK');
    await admin.end();
    const left = await fromCentral(
      pair,
      `SELECT to_char(source_snapshot_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), mark ->> 'xmin', follows IS NULL
       FROM branchline.checkpoints WHERE table_name = 't_1'`,
    );
    expect(left).toEqual([[...(known ?? []), 't']]);
    expect((await sync(engine)).batch.status).toBe('completed');
    await expectEqual(pair);
  });

  test('are written by a program of version 4 as before, and found changed by both in turn', async () => {
    await using pair = await freshDatabases();
    await manyTables(pair, 4);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await asOfVersion4(pair);
    const epochs = 'SELECT table_name, epoch FROM branchline.checkpoints ORDER BY 1';
    const before = await fromCentral(pair, epochs);

    await sync(engine);
    // A claim of version 4 did not look at the claim's number, so its epochs are raised once.
    const raised = await fromCentral(pair, epochs);
    expect(raised).toEqual(before.map(([name, epoch]) => [name, String(Number(epoch) + 1)]));
    await sync(engine);
    expect(await fromCentral(pair, epochs)).toEqual(raised);
    expect(await following(pair)).toHaveLength(4);

    await claimAsVersion4(pair);
    // What version 4 commits raises `seq`, and so ends that the table follows.
    await atCentral(pair, `UPDATE branchline.checkpoints SET seq = seq + 1 WHERE table_name = 't_1'`);
    expect(await following(pair)).toEqual(['t_2', 't_3', 't_4']);
    await atBranch(pair, "UPDATE t_1 SET note = 'd'", "UPDATE t_2 SET note = 'd'");
    const { table } = await sync(engine);
    expect([table('t_1'), table('t_2'), table('t_3')].map((row) => row.records_processed)).toEqual([3, 3, 0]);
    await expectEqual(pair);
  });
});

test('updates of checkpoints and claims are HOT: they write no index', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...['a', 'b'].flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
      `INSERT INTO ${name} SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n`,
    ]),
  );
  await settled(pair.source);
  using home = makeHome(pair, { sync: { chunkRows: 200 } });
  await using engine = home.open();
  await sync(engine);
  await sync(engine, { strategy: 'full' });
  await rowsWritten(pair);

  const updates = await fromCentral(
    pair,
    `SELECT relname, n_tup_upd > CASE relname WHEN 'checkpoints' THEN 300 ELSE 3 END, n_tup_hot_upd >= n_tup_upd * 0.95
     FROM pg_stat_user_tables WHERE schemaname = 'branchline' AND relname IN ('checkpoints', 'sources') ORDER BY 1`,
  );
  expect(updates).toEqual([
    ['checkpoints', 't', 't'],
    ['sources', 't', 't'],
  ]);
});

const LONG = (name: string): string => name.padEnd(63, '_');
/** Does not compress. */
const NOISE = `(SELECT string_agg(md5(n::text || i::text), '') FROM generate_series(1, 80) i)`;

test.for([
  ['five wide columns', ['a', 'b', 'c', 'd', 'e'].map((one) => `${LONG(one)} text`), 'substr(NOISE, 1, 40)'],
  ['texts of some hundred characters', ['a text', 'b text'], 'substr(NOISE, 1, 400)'],
  ['the longest key that an index takes', ['a text'], 'substr(NOISE, 1, 2500)'],
] as const)('a checkpoint stays below 1 kB in the midst of a load: %s', async ([, columns, value]) => {
  await using pair = await freshDatabases();
  const names = columns.map((one) => one.split(' ')[0]);
  const table = LONG('wide');
  await atBranch(
    pair,
    `CREATE TABLE ${table} (${columns.join(', ')}, note text, PRIMARY KEY (${names.join(', ')}))`,
    `INSERT INTO ${table} SELECT ${names.map(() => value.replace('NOISE', NOISE)).join(', ')}, 'x' FROM generate_series(1, 300) n`,
  );
  await settled(pair.source);
  using home = makeHome(pair, { sync: { chunkRows: 50 } });
  await using engine = home.open();
  // The size of the row's tuple, and how much of it is kept elsewhere, after each chunk.
  await atCentral(
    pair,
    'CREATE TABLE sizes (state text, bytes int)',
    'GRANT INSERT ON sizes TO public',
    'CREATE EXTENSION IF NOT EXISTS pageinspect',
  ).catch(() => {});
  const sizes: number[] = [];
  engine.on((event) => {
    if (event.type === 'table_progress') looks.push(size());
  });
  const looks: Promise<void>[] = [];
  const size = async (): Promise<void> => {
    const rows = await fromCentral(
      pair,
      `SELECT max(lp_len) FROM generate_series(0, pg_relation_size('branchline.checkpoints')::int / 8192 - 1) p,
         heap_page_items(get_raw_page('branchline.checkpoints', p)) WHERE lp_len > 0`,
    );
    sizes.push(Number(rows[0]?.[0]));
  };
  await sync(engine);
  await atBranch(pair, `UPDATE ${table} SET note = 'y'`);
  await sync(engine, { strategy: 'full' });
  await Promise.all(looks);
  expect(sizes.length).toBeGreaterThan(5);
  expect(Math.max(...sizes)).toBeLessThan(1024);
  await expectEqual(pair);
});
