import { expect, test } from 'vitest';
import { atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { MIRROR, mirrorHome, work } from '../constraints/support/both.ts';

const PARENTS = [
  'CREATE TABLE owner (id int PRIMARY KEY, name text)',
  "INSERT INTO owner SELECT n, 'o' || n FROM generate_series(1, 3000) n",
];
const GONE = 'DELETE FROM owner WHERE id <= 5';
const FILL = 'INSERT INTO notes (n, p) SELECT n, 1 + n % 5 FROM generate_series(1, 10000) n';
const READ = [
  'GRANT USAGE ON SCHEMA desk TO branchline',
  'GRANT SELECT ON ALL TABLES IN SCHEMA desk TO branchline',
];

/** Head office's own tables, in a schema of their own. */
function atDesk(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  return atCentral(pair, 'CREATE SCHEMA IF NOT EXISTS desk', 'SET search_path = desk', ...statements);
}

function notes(action = 'ON DELETE CASCADE', more = ''): string {
  return `CREATE TABLE notes (n int, p int REFERENCES ${MIRROR}.owner ${action}) ${more}`;
}

async function rowsOf(pair: DatabasePair, table: string): Promise<number> {
  return Number((await fromCentral(pair, `SELECT count(*) FROM ${table}`))[0]?.[0]);
}

const CASES: readonly (readonly [string, string, ...string[]])[] = [
  ['in another schema', 'desk.notes', notes(), FILL],
  [
    'that is partitioned',
    'desk.notes',
    notes(undefined, 'PARTITION BY RANGE (n)'),
    'CREATE TABLE notes_1 PARTITION OF notes FOR VALUES FROM (1) TO (6000)',
    'CREATE TABLE notes_2 PARTITION OF notes FOR VALUES FROM (6000) TO (20000)',
    FILL,
  ],
  [
    'of a table in another schema',
    'desk.notes',
    `CREATE TABLE file (id int PRIMARY KEY REFERENCES ${MIRROR}.owner ON DELETE CASCADE)`,
    'INSERT INTO file SELECT generate_series(1, 5)',
    'CREATE TABLE notes (n int, p int REFERENCES file ON DELETE CASCADE)',
    FILL,
  ],
];

for (const [which, table, ...statements] of CASES) {
  test(`the brake counts what a cascade takes of a table ${which}`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...PARENTS);
    using home = mirrorHome(pair);
    await using engine = home.open();
    await sync(engine);
    await atDesk(pair, ...statements, ...READ);
    await work(pair, GONE);

    for (let run = 0; run < 2; run++) {
      const braked = await sync(engine);
      expect(braked.table('owner')).toMatchObject({ error_code: 'too_many_deletes', records_deleted: 0 });
      expect(braked.table('owner').error_detail?.params).toMatchObject({
        table,
        rows: 10_000,
        deletes: 10_000,
      });
    }
    expect(await verifyTable(engine, 'owner', true)).toMatchObject({
      result: 'failed',
      failure: { code: 'too_many_deletes', params: { table } },
    });
    expect(await rowsOf(pair, 'desk.notes')).toBe(10_000);

    const allowed = await sync(engine, { allowDeletes: true });
    expect(allowed.table('owner')).toMatchObject({ status: 'completed', records_deleted: 5 });
    expect(await rowsOf(pair, 'desk.notes')).toBe(0);
  });
}

test('in layout stamp, too, a cascade into another schema is braked', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...PARENTS);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atDesk(
    pair,
    `CREATE TABLE notes (n int, p int, source_connection text DEFAULT 'pgsql_lmp',
       FOREIGN KEY (source_connection, p) REFERENCES public.owner (source_connection, id) ON DELETE CASCADE)`,
    FILL,
    ...READ,
  );
  await work(pair, GONE);
  expect((await sync(engine)).table('owner').error_detail).toMatchObject({
    code: 'too_many_deletes',
    params: { table: 'desk.notes', deletes: 10_000 },
  });
  expect(await rowsOf(pair, 'desk.notes')).toBe(10_000);
});

test('a table goes on that takes along few rows of another schema, and one with SET NULL there', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...PARENTS);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atDesk(
    pair,
    notes(),
    'INSERT INTO notes SELECT n, n FROM generate_series(1, 3000) n',
    `CREATE TABLE memo (n int, p int REFERENCES ${MIRROR}.owner ON DELETE SET NULL)`,
    'INSERT INTO memo SELECT n, 1 + n % 5 FROM generate_series(1, 10000) n',
    ...READ,
  );
  await work(pair, GONE);
  expect((await sync(engine)).table('owner')).toMatchObject({ status: 'completed', records_deleted: 5 });
  expect(await rowsOf(pair, 'desk.notes')).toBe(2995);
  expect(await rowsOf(pair, 'desk.memo WHERE p IS NULL')).toBe(10_000);
});

for (const [why, ...statements] of [
  ['rights are missing'],
  ['policies hide its rows', ...READ, 'ALTER TABLE desk.notes ENABLE ROW LEVEL SECURITY'],
] as const) {
  test(`nothing is removed where a cascade would take rows that nobody can count: ${why}`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...PARENTS);
    using home = mirrorHome(pair);
    await using engine = home.open();
    await sync(engine);
    await atDesk(pair, notes(), 'INSERT INTO notes VALUES (1, 1)', ...statements);
    await work(pair, "UPDATE owner SET name = 'new' WHERE id = 9");
    // Nothing is to go yet.
    expect((await sync(engine)).table('owner').status).toBe('completed');
    await work(pair, GONE);

    const refused = await sync(engine, { allowDeletes: true });
    expect(refused.table('owner')).toMatchObject({ error_code: 'cascade_hidden', records_deleted: 0 });
    expect(await rowsOf(pair, 'desk.notes')).toBe(1);

    // The SQL that is offered is true.
    await atCentral(pair, String(refused.table('owner').error_detail?.params.sql));
    expect((await sync(engine)).table('owner')).toMatchObject({ status: 'completed', records_deleted: 5 });
    expect(await rowsOf(pair, 'desk.notes')).toBe(0);
  });
}

test('a table that is replaced as a whole takes nothing of other tables along', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE owner (id int NOT NULL, name text)',
    "INSERT INTO owner SELECT n, 'o' || n FROM generate_series(1, 300) n",
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, `ALTER TABLE ${MIRROR}.owner ADD UNIQUE (id)`);
  await atDesk(
    pair,
    `CREATE TABLE notes (n int, p int REFERENCES ${MIRROR}.owner (id) ON DELETE CASCADE)`,
    'INSERT INTO notes SELECT n, n FROM generate_series(1, 30) n',
    ...READ,
  );
  await work(pair, "UPDATE owner SET name = 'new' WHERE id = 7");

  for (const request of [{}, { strategy: 'replace' }, { allowDeletes: true }] as const) {
    const { table } = await sync(engine, request);
    expect(table('owner').error_detail).toMatchObject({
      code: 'replace_cascades',
      params: { table: 'owner', child: 'desk.notes', deletes: 30, rows: 30 },
    });
  }
  expect(await verifyTable(engine, 'owner', true)).toMatchObject({ failure: { code: 'replace_cascades' } });
  expect(await rowsOf(pair, 'desk.notes')).toBe(30);

  await atDesk(pair, 'DELETE FROM notes');
  expect((await sync(engine)).table('owner').status).toBe('completed');
});
