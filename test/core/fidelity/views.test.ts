import { expect, test } from 'vitest';
import { atBranch, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

/** Rows of a query as the role has them that Branchline signs in with, as with psql. */
async function asRole(pair: DatabasePair, query: string): Promise<readonly (readonly (string | null)[])[]> {
  const client = await pair.source.connect();
  try {
    const types = { getTypeParser: () => (value: string | Buffer) => String(value) };
    const result = await client.query<(string | null)[]>({ text: query, rowMode: 'array', types });
    return result.rows;
  } finally {
    await client.end();
  }
}

const INVOICES = [
  'CREATE TABLE c_invoice (c_invoice_id int PRIMARY KEY, grandtotal numeric(12,2) NOT NULL)',
  'INSERT INTO c_invoice SELECT n, n * 10 FROM generate_series(1, 20) n',
  `CREATE FUNCTION openamt(id int) RETURNS numeric LANGUAGE plpgsql AS $$
     BEGIN RETURN (SELECT grandtotal FROM c_invoice WHERE c_invoice_id = id);
     EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$`,
  `CREATE FUNCTION openamt_plain(id int) RETURNS numeric LANGUAGE plpgsql AS $$
     BEGIN RETURN (SELECT grandtotal FROM c_invoice WHERE c_invoice_id = id); END $$`,
  'CREATE VIEW rv_open AS SELECT c_invoice_id, openamt(c_invoice_id) o FROM c_invoice',
  'CREATE VIEW rv_open2 AS SELECT c_invoice_id, openamt(c_invoice_id) o FROM c_invoice WHERE openamt(c_invoice_id) <> 0',
  'CREATE VIEW rv_open3 AS SELECT c_invoice_id, openamt_plain(c_invoice_id) o FROM c_invoice',
  'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
];
const VIEWS = ['rv_open', 'rv_open2', 'rv_open3'];

const ROLE = 'branchline_read';
const PATHS: readonly { readonly how: string; readonly set: (database: string) => string }[] = [
  { how: 'of the database', set: (name) => `ALTER DATABASE ${name} SET search_path = adempiere` },
  {
    how: 'of the role in the database',
    set: (name) => `ALTER ROLE ${ROLE} IN DATABASE ${name} SET search_path = "$user", adempiere, public`,
  },
];

test.each(PATHS)('a view is read under the search path $how, as psql reads it (A3)', async ({ set }) => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...INVOICES, set(pair.source.database));
  using home = makeHome(pair, { connection: { tables: [...VIEWS, 'c_invoice'] } });
  await using engine = home.open();

  const { table } = await sync(engine);
  const verified = await engine.verify({ trigger: 'cli' });

  for (const name of VIEWS) {
    expect(table(name)).toMatchObject({ error_message: null, status: 'completed', records_processed: 20 });
    expect(await fromCentral(pair, `SELECT c_invoice_id, o FROM ${name} ORDER BY 1`)).toEqual(
      await asRole(pair, `SELECT c_invoice_id, o FROM adempiere.${name} ORDER BY 1`),
    );
  }
  expect(await fromCentral(pair, 'SELECT count(o) FROM rv_open')).toEqual([['20']]);
  expect(verified.tables.map((one) => [one.table_name, one.result]).sort()).toEqual(
    ['c_invoice', ...VIEWS].map((one) => [one, 'equal']),
  );
});

test('a view that looks at the day is read in the time zone of the role', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE sold (id int PRIMARY KEY, at timestamptz NOT NULL)',
    `INSERT INTO sold SELECT n, '2025-11-08 00:00:00+00'::timestamptz + n * interval '1 hour' FROM generate_series(1, 24) n`,
    'CREATE DOMAIN moment AS timestamptz',
    'CREATE VIEW sold_by_day AS SELECT id, at, at::date AS day, ARRAY[at::moment] AS moments FROM sold',
    'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
    `ALTER DATABASE ${pair.source.database} SET TimeZone = 'Asia/Jakarta'`,
  );
  using home = makeHome(pair, { connection: { tables: ['sold_by_day'] } });
  await using engine = home.open();

  expect((await sync(engine)).table('sold_by_day')).toMatchObject({
    error_message: null,
    status: 'completed',
  });
  const days = 'SELECT id, day, extract(epoch FROM at)::int8 FROM';
  expect(await fromCentral(pair, `${days} sold_by_day ORDER BY 1`)).toEqual(
    await asRole(pair, `${days} adempiere.sold_by_day ORDER BY 1`),
  );
  expect((await engine.verify({ trigger: 'cli' })).tables).toMatchObject([{ result: 'equal' }]);
});

/**
 * Twins of what our own statements use, better matches than PostgreSQL's own for some arguments. Each of them tells
 * that it was called.
 */
const TWINS = [
  'CREATE TABLE public.called (who text)',
  'GRANT ALL ON public.called TO PUBLIC',
  ...[
    ['count(integer)', 'bigint'],
    ['concat(text)', 'text'],
    ['concat(numeric)', 'text'],
    ['hashint4extended(integer, bigint)', 'bigint'],
    ['hash_numeric_extended(numeric, bigint)', 'bigint'],
    ['hashtextextended(text, integer)', 'bigint'],
    ['hashtextextended(text, bigint)', 'bigint'],
    ['scale(numeric)', 'integer'],
    ['floor(numeric)', 'numeric'],
    ['json_build_array(text)', 'json'],
    ['format_type(oid, integer)', 'text'],
    ['current_setting(text)', 'text'],
    ['now()', 'timestamptz'],
    ['to_char(timestamp, text)', 'text'],
    ['max(integer)', 'integer'],
    ['min(integer)', 'integer'],
    ['sum(bigint)', 'numeric'],
  ].map(
    ([
      signature = '',
      result,
    ]) => `CREATE FUNCTION public.${signature} RETURNS ${result} LANGUAGE plpgsql AS $f$
       BEGIN RAISE EXCEPTION 'public.${signature} was called'; END $f$`,
  ),
  ...[
    ['=', 'integer', 'integer', 'boolean'],
    ['=', 'bigint', 'bigint', 'boolean'],
    ['=', 'name', 'text', 'boolean'],
    ['<', 'numeric', 'integer', 'boolean'],
    ['#', 'bigint', 'bigint', 'bigint'],
    ['&', 'bigint', 'integer', 'bigint'],
    ['+', 'bigint', 'integer', 'bigint'],
    ['||', 'text', 'text', 'text'],
  ].flatMap(([name, left, right, result], index) => [
    `CREATE FUNCTION public.twin_${index}(${left}, ${right}) RETURNS ${result} LANGUAGE plpgsql AS $f$
       BEGIN RAISE EXCEPTION 'public.${name} was called'; END $f$`,
    `CREATE OPERATOR public.${name} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = public.twin_${index})`,
  ]),
  'CREATE DOMAIN public.text AS pg_catalog.text CHECK (false)',
  'CREATE DOMAIN public.tid AS pg_catalog.tid CHECK (false)',
];

test('no function, operator or type that lies in the search path of the role stands in for ours', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, amount numeric(10,2), free numeric, note text, code varchar(8), doc xml)',
    `INSERT INTO item SELECT n, n, n / 3.0, 'note ' || n, n::text, '<a/>' FROM generate_series(1, 5000) n`,
    'CREATE VIEW item_view AS SELECT * FROM item',
    'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
  );
  await run(
    pair.source,
    ...TWINS,
    `ALTER ROLE ${ROLE} IN DATABASE ${pair.source.database} SET search_path = public, pg_catalog`,
  );
  using home = makeHome(pair, {
    connection: { tables: ['item', 'item_view'] },
    central: { layout: 'schema' },
  });
  await using engine = home.open();

  for (const strategy of [undefined, 'compare', 'full'] as const) {
    const { table } = await sync(engine, strategy === undefined ? {} : { strategy });
    for (const name of ['item', 'item_view'])
      expect(table(name)).toMatchObject({ error_message: null, status: 'completed' });
    const verified = await engine.verify({ trigger: 'cli' });
    expect(verified.tables.map((one) => [one.table_name, one.result, one.failure]).sort()).toEqual([
      ['item', 'equal', null],
      ['item_view', 'equal', null],
    ]);
  }
  expect(await fromCentral(pair, `SELECT count(*), sum(amount) FROM ${CONNECTION}.item_view`)).toEqual([
    ['5000', '12502500.00'],
  ]);
});
