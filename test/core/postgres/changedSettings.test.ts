import { describe, expect, test } from 'vitest';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { images, typesOf } from '../fidelity/support/images.ts';
import { HOSTILE } from './hostileSettings.ts';

/** Those that a function may change for the rest of a session, and that do not end what is under way. */
const CHANGED = HOSTILE.filter(
  ([name]) =>
    !['client_encoding', 'transform_null_equals', 'default_transaction_isolation'].includes(name) &&
    !name.endsWith('_timeout'),
);
const CHANGES = CHANGED.map(
  ([name, value]) => `PERFORM pg_catalog.set_config('${name}', '${value}', false);`,
).join(' ');

const COLUMNS =
  'tags text[], at timestamptz, day date, spell interval, f float8, b bytea, price money, note text';
const TABLES = ['named', 'broad'];
const ITEMS = [
  'CREATE TABLE a_first (id int PRIMARY KEY, note text)',
  "INSERT INTO a_first VALUES (1, 'x')",
  ...TABLES.flatMap((name) => [
    `CREATE TABLE ${name} (id int PRIMARY KEY, ${COLUMNS})`,
    `INSERT INTO ${name} SELECT n, ARRAY['a', NULL, 'NULL', 'c\\d'], '2025-11-08 14:30:52+07'::timestamptz + n * interval '1 hour',
       '2025-02-03'::date + n, make_interval(months => n, secs => -n), n / 3.0, decode('00ff', 'hex'), n * 1.25, 'back\\slash'
     FROM generate_series(1, 30) n`,
  ]),
  'CREATE VIEW seen AS SELECT * FROM named',
];
/** A wider number at head office, so that values travel as text. */
const BROAD = [
  `CREATE SCHEMA ${CONNECTION}`,
  `CREATE TABLE ${CONNECTION}.broad (id bigint PRIMARY KEY, ${COLUMNS})`,
  `CREATE TABLE ${CONNECTION}.seen (id bigint, ${COLUMNS})`,
  `CREATE TABLE ${CONNECTION}.a_first (id int PRIMARY KEY, note text)`,
  `ALTER SCHEMA ${CONNECTION} OWNER TO branchline`,
  ...['broad', 'seen', 'a_first'].map((name) => `ALTER TABLE ${CONNECTION}.${name} OWNER TO branchline`),
];

async function isEqual(pair: DatabasePair, table: string): Promise<void> {
  const columns = Object.keys(await typesOf(pair.source, 'adempiere', table));
  const there = await images(pair.central, CONNECTION, table, columns);
  expect(there, table).toEqual(await images(pair.source, 'adempiere', table, columns));
}

/** A login event trigger, for everybody but the administrator. */
const AT_SIGN_IN = [
  `CREATE FUNCTION public.change() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
     IF session_user <> 'postgres' THEN ${CHANGES} END IF; END $$`,
  'CREATE EVENT TRIGGER changes ON login EXECUTE FUNCTION public.change()',
];

describe('settings that code of a database changes for the rest of a session change nothing in what is copied', () => {
  test.each([
    ['as it signs in to the branch', AT_SIGN_IN, []],
    ['as it signs in to head office', [], AT_SIGN_IN],
    [
      'in a view of the branch',
      [
        `CREATE FUNCTION change() RETURNS int LANGUAGE plpgsql AS $$ BEGIN ${CHANGES} RETURN 1; END $$`,
        'CREATE VIEW changing AS SELECT id, change() AS c FROM a_first',
      ],
      [],
    ],
    [
      'in a trigger of head office',
      [],
      [
        `CREATE FUNCTION public.change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${CHANGES} RETURN new; END $$`,
        `CREATE TRIGGER change BEFORE INSERT OR UPDATE ON ${CONNECTION}.a_first
           FOR EACH ROW EXECUTE FUNCTION public.change()`,
      ],
    ],
  ])('%s', async (_where, branch, central) => {
    await using pair = await freshDatabases();
    await atCentral(pair, ...BROAD, ...central);
    await atBranch(
      pair,
      ...ITEMS,
      ...branch,
      'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
    );
    const views = branch.some((one) => one.includes('CREATE VIEW')) ? ['changing', 'seen'] : ['seen'];
    using home = makeHome(pair, {
      connection: { tables: ['*', ...views] },
      central: { layout: 'schema' },
      sync: { parallelTables: 1, chunkRows: 10 },
    });
    await using engine = home.open();

    expect((await sync(engine)).batch.status).toBe('completed');
    for (const name of [...TABLES, 'seen']) await isEqual(pair, name);

    await atBranch(pair, ...['a_first', ...TABLES].map((name) => `UPDATE ${name} SET note = note || 'y\\'`));
    expect((await sync(engine)).batch.status).toBe('completed');
    for (const name of [...TABLES, 'seen']) await isEqual(pair, name);
    const { tables } = await engine.verify({ trigger: 'cli' });
    expect(new Set(tables.map((one) => one.result))).toEqual(new Set(['equal']));
  });
});
