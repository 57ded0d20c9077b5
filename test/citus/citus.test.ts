import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/core/engineApi.ts';
import { atBranch, sync } from '../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { type Home, makeHome } from '../support/home.ts';
import { startRunner } from '../support/runner.ts';
import { type CitusHeadOffice, mayKill, openHeadOffice, rowsOf } from './support/headOffice.ts';

let headOffice: CitusHeadOffice;
beforeAll(async () => {
  headOffice = await openHeadOffice();
});
afterAll(() => headOffice[Symbol.asyncDispose]());

type Layout = 'stamp' | 'merge' | 'schema';

/** A branch of its own, which writes to a schema of its own on head office. */
interface Branch extends AsyncDisposable {
  readonly pair: DatabasePair;
  readonly home: Home;
  readonly id: string;
  readonly schema: string;
}

const TABLES = [
  `CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(10,2), at timestamptz, size smallint, i interval, j json)`,
  `INSERT INTO item SELECT n, 'item ' || n, n * 1.5, '2025-11-08'::timestamptz + n * interval '1 minute', n % 100, '30 days', '{"a": 1}'
   FROM generate_series(1, 6000) n`,
  'CREATE TABLE two (a text COLLATE "C", b numeric, v float8, PRIMARY KEY (a, b))',
  'INSERT INTO two SELECT chr(97 + n % 26), n, n / 3.0 FROM generate_series(1, 3000) n',
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  'CREATE TYPE place AS (street text, no int)',
  'CREATE TABLE kind (id int PRIMARY KEY, m mood, p place, b bytea, a text[])',
  `INSERT INTO kind SELECT n, 'ok', ROW('a', n)::place, '\\x00ff', ARRAY['a', NULL] FROM generate_series(1, 50) n`,
  'CREATE TABLE uniq (id int PRIMARY KEY, n int)',
  'INSERT INTO uniq SELECT n, n FROM generate_series(1, 20) n',
];
const KEYLESS = [
  'CREATE TABLE keyless (a text, b int)',
  "INSERT INTO keyless SELECT 'a', n % 20 FROM generate_series(1, 30) n",
];
const CHANGES = [
  "UPDATE item SET name = 'new' WHERE id % 50 = 0",
  "UPDATE item SET i = '1 month', price = 1.10 WHERE id = 7",
  "INSERT INTO item VALUES (90000, 'last', 1, now(), 1, '1 day', '{}')",
  'DELETE FROM two WHERE b BETWEEN 100 AND 140',
  "INSERT INTO two VALUES ('z', 0.50, 1)",
];
const WIDER = [
  'ALTER TABLE item ALTER size TYPE bigint, ALTER price TYPE numeric(14,2), ADD unit varchar(3)',
  "UPDATE item SET unit = 'kg', size = 5000000000 WHERE id < 30",
  "ALTER TYPE mood ADD VALUE 'glad'",
  'ALTER TYPE place ADD ATTRIBUTE town text',
];

async function openBranch(layout: Layout, sync = {}): Promise<Branch> {
  const pair = await freshDatabases();
  const id = `b_${randomBytes(4).toString('hex')}`;
  const schema = `citus_test_${id}`;
  const place = layout === 'schema' ? {} : { schema };
  const home = makeHome(
    { ...pair, central: headOffice.database },
    {
      central: { layout, ...place },
      connection: { id, ...(layout === 'schema' && { targetSchema: schema }) },
      sync: { chunkRows: 1000, ...sync },
    },
  );
  const close = async (): Promise<void> => {
    home[Symbol.dispose]();
    await pair.drop();
  };
  return { pair, home, id, schema, [Symbol.asyncDispose]: close };
}

async function change(branch: Branch, ...statements: readonly string[]): Promise<void> {
  await atBranch(branch.pair, ...statements);
  await settled(branch.pair.source);
}

/** Runs a batch whose tables all come to an end. */
async function completed(engine: Engine, request: Parameters<typeof sync>[1] = {}): Promise<void> {
  const { batch } = await sync(engine, request);
  const failed = engine.batch(batch.batch_id).tables.filter((one) => one.status !== 'completed');
  expect(failed.map((one) => [one.table_name, one.status, one.error_code, one.error_message])).toEqual([]);
}

/** Both sides have the same rows, to the last digit. @param extra whether head office keeps what the branch removes */
async function expectSame(
  { pair, id, schema }: Branch,
  layout: Layout,
  tables: readonly string[],
  extra = 0,
): Promise<void> {
  const client = await pair.source.connectAdmin();
  try {
    for (const table of tables) {
      const columns = await client.query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`,
        [`adempiere.${table}`],
      );
      const list = columns.rows.map(({ name }) => name).join(', ');
      const ours = await rowsOf(pair.source, `SELECT ${list} FROM adempiere.${table}`);
      const where = layout === 'stamp' ? ` WHERE source_connection = '${id}'` : '';
      const theirs = await headOffice.query(`SELECT ${list} FROM ${schema}.${table}${where}`);
      const texts = (rows: typeof theirs): readonly string[] => rows.map((one) => JSON.stringify(one));
      const missing = lacking(texts(ours), texts(theirs));
      expect({ table, missing, rows: theirs.length }).toEqual({
        table,
        missing: [],
        rows: ours.length + extra,
      });
    }
  } finally {
    await client.end();
  }
}

/** Texts of the first list that are not in the second, some of them. */
function lacking(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const one of there) counts.set(one, (counts.get(one) ?? 0) + 1);
  const missing = wanted.filter((one) => {
    const count = counts.get(one) ?? 0;
    counts.set(one, count - 1);
    return count <= 0;
  });
  return missing.slice(0, 5);
}

const EXPECTED = {
  stamp: ['distributed', 'source_connection'],
  merge: ['reference', null],
  schema: ['schema', null],
} as const;

describe.each(['stamp', 'merge', 'schema'] as const)('layout %s', (layout) => {
  const names = ['item', 'two', 'kind', 'uniq', ...(layout === 'merge' ? [] : ['keyless'])];

  test('is loaded, changed, widened, verified and repaired', async () => {
    await headOffice.distributeSchemas(layout === 'schema');
    await using branch = await openBranch(layout);
    await atBranch(branch.pair, ...TABLES, ...(layout === 'merge' ? [] : KEYLESS));
    await using engine = branch.home.open();

    await completed(engine);
    await expectSame(branch, layout, names);
    const [type, column] = EXPECTED[layout];
    const made = await headOffice.query(
      `SELECT citus_table_type::text, nullif(distribution_column::text, '<none>') FROM citus_tables
       WHERE table_name::oid IN (SELECT oid FROM pg_class WHERE relnamespace = '${branch.schema}'::regnamespace)`,
    );
    expect(made).toEqual(names.map(() => [type, column]));

    await change(
      branch,
      ...CHANGES,
      ...(layout === 'merge' ? [] : ['UPDATE keyless SET b = 77 WHERE b = 4']),
    );
    await completed(engine);
    // In layout merge 41 rows stay that the branch has removed.
    const others = names.filter((one) => one !== 'two');
    await expectSame(branch, layout, others);
    await expectSame(branch, layout, ['two'], layout === 'merge' ? 41 : 0);

    await change(branch, ...WIDER);
    await change(branch, "UPDATE kind SET m = 'glad', p = ROW('a', 1, 'b') WHERE id = 4");
    await completed(engine);
    await expectSame(branch, layout, others);

    await completed(engine, { strategy: 'compare' });
    await completed(engine, { strategy: 'full' });
    await expectSame(branch, layout, others);

    await headOffice.query(`UPDATE ${branch.schema}.item SET name = 'wrong' WHERE id = 100`);
    await headOffice.query(`DELETE FROM ${branch.schema}.kind WHERE id = 17`);
    const found = await engine.verify({ trigger: 'cli', tables: others });
    const differing = found.tables.filter((one) => one.result === 'differs').map((one) => one.table_name);
    expect(differing.sort()).toEqual(['item', 'kind']);
    await engine.verify({ trigger: 'cli', tables: others, repair: true });
    const after = await engine.verify({ trigger: 'cli', tables: others });
    expect(after.tables.map((one) => [one.table_name, one.result])).toEqual(
      after.tables.map((one) => [one.table_name, 'equal']),
    );
    await expectSame(branch, layout, others);
  });

  test('follows values of a unique key that rows swap', async () => {
    await headOffice.distributeSchemas(layout === 'schema');
    await using branch = await openBranch(layout);
    await atBranch(branch.pair, ...TABLES.slice(-2));
    await using engine = branch.home.open();
    await completed(engine);
    const stamp = layout === 'stamp' ? 'source_connection, ' : '';
    await headOffice.query(`ALTER TABLE ${branch.schema}.uniq ADD CONSTRAINT uniq_n UNIQUE (${stamp}n)`);
    await change(branch, 'UPDATE uniq SET n = 21 - n');

    await completed(engine);

    await expectSame(branch, layout, ['uniq']);
  });
});

test("Branchline's own tables stay on the coordinator", async () => {
  await headOffice.distributeSchemas(true);
  await using branch = await openBranch('stamp');
  await atBranch(branch.pair, ...TABLES.slice(-2));
  await using engine = branch.home.open();
  await completed(engine);

  const own = await headOffice.query(
    `SELECT table_name FROM citus_tables WHERE table_name::oid IN (SELECT oid FROM pg_class WHERE relnamespace = 'branchline'::regnamespace)`,
  );
  expect(own).toEqual([]);
  await headOffice.distributeSchemas(false);
});

test.skipIf(!mayKill)(
  'a node that is killed in the middle costs no row, and the next batch goes on',
  async () => {
    await headOffice.distributeSchemas(false);
    await using branch = await openBranch('stamp', { chunkRows: 200 });
    await atBranch(branch.pair, ...TABLES, ...KEYLESS);
    await using engine = branch.home.open();
    const killed = Promise.withResolvers<void>();
    let chunks = 0;
    engine.on((event) => {
      if (event.type !== 'table_progress') return;
      chunks++;
      if (chunks === 4) headOffice.killNode().then(killed.resolve, killed.reject);
    });

    const cut = sync(engine).catch(() => null);
    await killed.promise;
    await headOffice.startNode();
    await cut;
    await completed(engine);
    await expectSame(branch, 'stamp', ['item', 'two', 'kind', 'uniq', 'keyless']);

    await change(branch, ...CHANGES);
    await completed(engine);
    await expectSame(branch, 'stamp', ['item', 'two']);
    const { tables } = await engine.verify({ trigger: 'cli' });
    expect(tables.filter((one) => one.result !== 'equal').map((one) => one.table_name)).toEqual([]);
  },
);

test('Branchline that is killed with changed rows in flight goes on without losing or doubling any', async () => {
  await headOffice.distributeSchemas(false);
  await using branch = await openBranch('stamp', { chunkRows: 100 });
  await atBranch(branch.pair, ...TABLES, ...KEYLESS);
  {
    await using engine = branch.home.open();
    await completed(engine);
  }
  for (const round of [1, 2, 3]) {
    await change(
      branch,
      `UPDATE item SET name = 'round ${round} ' || id`,
      `DELETE FROM item WHERE id % 97 = ${round}`,
    );
    const runner = await startRunner(branch.home.folder);
    await runner.chunks(round * 3);
    await runner.kill();
    const rest = await startRunner(branch.home.folder);
    expect((await rest.ended()).status).toBe('completed');
    await expectSame(branch, 'stamp', ['item']);
  }
  await using engine = branch.home.open();
  const { tables } = await engine.verify({ trigger: 'cli' });
  expect(tables.filter((one) => one.result !== 'equal').map((one) => one.table_name)).toEqual([]);
});

test('twenty branches that start at once all arrive in the same tables', async () => {
  await headOffice.distributeSchemas(false);
  const pair = await freshDatabases();
  await atBranch(
    pair,
    ...Array.from({ length: 4 }, (_, table) => [
      `CREATE TABLE t${table} (id int PRIMARY KEY, name text)`,
      `INSERT INTO t${table} SELECT n, 'row ' || n FROM generate_series(1, 200) n`,
    ]).flat(),
  );
  const schema = `citus_test_${randomBytes(4).toString('hex')}`;
  const homes = Array.from({ length: 20 }, (_, place) =>
    makeHome(
      { ...pair, central: headOffice.database },
      {
        central: { layout: 'stamp', schema },
        connection: { id: `branch_${place}` },
        sync: { parallelTables: 1 },
      },
    ),
  );
  const engines = homes.map((home) => home.open());
  const count = `SELECT count(DISTINCT source_connection), count(*) FROM ${schema}.`;
  try {
    const first = await Promise.all(engines.map((engine) => sync(engine)));
    expect(first.map(({ batch }) => batch.status)).toEqual(homes.map(() => 'completed'));
    for (const table of ['t0', 't1', 't2', 't3'])
      expect(await headOffice.query(count + table)).toEqual([['20', '4000']]);

    await atBranch(pair, "UPDATE t1 SET name = 'new' WHERE id < 50", 'DELETE FROM t2 WHERE id > 190');
    await settled(pair.source);
    const second = await Promise.all(engines.map((engine) => sync(engine)));
    expect(second.map(({ batch }) => batch.status)).toEqual(homes.map(() => 'completed'));
    expect(await headOffice.query(`${count}t1 WHERE name = 'new'`)).toEqual([['20', '980']]);
    expect(await headOffice.query(`${count}t2`)).toEqual([['20', '3800']]);
  } finally {
    for (const engine of engines) await engine[Symbol.asyncDispose]();
    for (const home of homes) home[Symbol.dispose]();
    await pair.drop();
  }
});
