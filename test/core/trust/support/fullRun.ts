import { expect } from 'vitest';
import type { Engine } from '../../../../src/core/engineApi.ts';
import { testDraft } from '../../../../src/core/probe/connectionTest.ts';
import { discoverTables } from '../../../../src/core/probe/discovery.ts';
import type { Draft } from '../../../../src/shared/settings.ts';
import { atBranch, atCentral, sync } from '../../../support/branch.ts';
import { type DatabasePair, settled } from '../../../support/databases.ts';
import { CONNECTION, type Home, type HomeOptions, makeHome } from '../../../support/home.ts';

/** Where the extensions are whose types are keys. */
export const EXTENSIONS = 'ext';

export interface FullRunOptions {
  readonly layout: 'schema' | 'stamp' | 'merge';
  readonly central?: HomeOptions['central'];
  readonly connection?: HomeOptions['connection'];
}

/** The schema at central that the tables are in. */
export function placeOf({ layout }: FullRunOptions): string {
  return layout === 'schema' ? CONNECTION : 'public';
}

/** Tables of every kind that is read, written or compared in a way of its own. */
export async function makeTables(pair: DatabasePair): Promise<void> {
  const extensions = [
    `CREATE SCHEMA ${EXTENSIONS}`,
    `CREATE EXTENSION citext SCHEMA ${EXTENSIONS}`,
    `CREATE EXTENSION ltree SCHEMA ${EXTENSIONS}`,
    `GRANT USAGE ON SCHEMA ${EXTENSIONS} TO PUBLIC`,
  ];
  await atCentral(pair, ...extensions);
  // What a user of the ERP has, by which its views find their functions.
  const path = `ALTER DATABASE ${pair.source.database} SET search_path = adempiere`;
  await atBranch(pair, path, ...extensions, ...TABLES);
  await settled(pair.source);
}

const TABLES = [
  'CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(10,2), at timestamptz DEFAULT now(), c char(4))',
  `INSERT INTO item SELECT n, 'item ' || n, n * 1.5, '2025-11-08'::timestamptz + n * interval '1 minute', 'ab'
   FROM generate_series(1, 4000) n`,
  'CREATE TABLE code (k ext.citext PRIMARY KEY, v int)',
  "INSERT INTO code SELECT 'Code ' || n, n FROM generate_series(1, 60) n",
  'CREATE TABLE path (k ext.ltree PRIMARY KEY, v int)',
  "INSERT INTO path SELECT ('a.b' || n)::ext.ltree, n FROM generate_series(1, 60) n",
  'CREATE TABLE two (a text COLLATE "C", b numeric, v float8, PRIMARY KEY (a, b))',
  'INSERT INTO two SELECT chr(97 + n % 26), n, n / 3.0 FROM generate_series(1, 2500) n',
  'CREATE TABLE doc (k jsonb PRIMARY KEY, v int)',
  `INSERT INTO doc SELECT jsonb_build_array(n), n FROM generate_series(1, 40) n`,
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  'CREATE TYPE place AS (street text, no int)',
  'CREATE TYPE span AS RANGE (SUBTYPE = numeric)',
  'CREATE DOMAIN amount AS numeric(12,2) CHECK (VALUE > 0)',
  `CREATE TABLE kind (id int PRIMARY KEY, m mood, ms mood[], p place, s span, d amount, x xml, i interval, b bytea,
     f real, t tsvector, h ext.citext, a text[], z timetz, j json, u uuid, mac macaddr, r int4range, y "char",
     bits bit(3), o oid, g int GENERATED ALWAYS AS (id * 2) STORED)`,
  `INSERT INTO kind SELECT n, 'ok', '{sad,ok}', ROW('a', n)::place, '[1,2)', n, '<a/>', '3 days', '\\x00ff', n / 7.0, 'a b',
     'X', ARRAY['a', NULL], '10:00+07', '{}', md5(n::text)::uuid, '08:00:2b:01:02:03', '[1,5)', 'q', B'101', n
   FROM generate_series(1, 50) n`,
  'CREATE TABLE mooded (m mood PRIMARY KEY, v int)',
  "INSERT INTO mooded VALUES ('sad', 1), ('ok', 2)",
  'CREATE TABLE keyless (a text, b int)',
  "INSERT INTO keyless SELECT 'a', n FROM generate_series(1, 30) n",
  'CREATE TABLE parts (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)',
  'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)',
  "INSERT INTO parts SELECT n, 'v' FROM generate_series(1, 40) n",
  'CREATE TABLE par (id int PRIMARY KEY, v text)',
  'CREATE TABLE chi () INHERITS (par)',
  "INSERT INTO par VALUES (1, 'a'), (2, 'b')",
  "INSERT INTO chi VALUES (3, 'c')",
  'CREATE TABLE parent (id int PRIMARY KEY, v text)',
  'CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)',
  "INSERT INTO parent SELECT n, 'p' FROM generate_series(1, 20) n",
  'INSERT INTO child SELECT n, n FROM generate_series(1, 20) n',
  'CREATE TABLE uniq (id int PRIMARY KEY, n int UNIQUE)',
  'INSERT INTO uniq SELECT n, n FROM generate_series(1, 20) n',
  'CREATE TABLE defer (id int PRIMARY KEY DEFERRABLE, v text)',
  "INSERT INTO defer SELECT n, 'd' FROM generate_series(1, 20) n",
  'CREATE TABLE moved (id int PRIMARY KEY, updated timestamptz, v text)',
  "INSERT INTO moved SELECT n, now() - n * interval '1 minute', 'm' FROM generate_series(1, 30) n",
  `CREATE FUNCTION total(n int) RETURNS bigint LANGUAGE plpgsql AS
     'BEGIN RETURN (SELECT count(*) FROM item WHERE id <= n); END'`,
  'CREATE VIEW rv AS SELECT id, total(id) AS sum FROM parent',
  'CREATE MATERIALIZED VIEW mv AS SELECT * FROM item WHERE id < 50',
];

const MOVED = { name: 'moved', strategy: 'cursor', cursor: { column: 'updated', overlapMinutes: 30 } };
/** Replaced as a whole, which has to be allowed where branches share a table. */
const KEYLESS = ['keyless', 'chi', 'rv', 'mv'];

/** Everything that the program does with two databases, at least once. */
export async function fullRun(pair: DatabasePair, options: FullRunOptions): Promise<void> {
  const { layout } = options;
  using home = makeHome(pair, {
    central: { layout, ...options.central },
    connection: {
      tables: [
        '*',
        MOVED,
        ...KEYLESS.map((name) => (layout === 'merge' ? { name, allowDeletes: true } : name)),
      ],
      ...options.connection,
    },
    sync: { chunkRows: 500 },
  });
  await setUp(home, pair, options);
  await using engine = home.open();
  await firstLoad(engine);
  await changes(pair, engine, options);
  await strategies(pair, engine, options);
  await damage(pair, engine, options);
  await headOffice(pair, engine, options);
  await refusals(pair, engine, options);
}

/** What a person does before the first batch. */
async function setUp(home: Home, pair: DatabasePair, { central }: FullRunOptions): Promise<void> {
  const at = ({ host, port, database, user }: DatabasePair['source']) => ({ host, port, database, user });
  const branch: Draft = {
    kind: 'source',
    connection: { id: CONNECTION, ...at(pair.source), schema: 'adempiere' },
  };
  const headOffice: Draft = { kind: 'central', central: { ...at(pair.central), ...central } };
  for (const draft of [branch, headOffice]) {
    const { password } = draft.kind === 'source' ? pair.source : pair.central;
    const steps = await testDraft(home.folder, draft, password);
    expect(steps.filter((one) => !one.ok)).toEqual([]);
    await discoverTables(home.folder, draft, password);
  }
}

async function firstLoad(engine: Engine): Promise<void> {
  const stop = new AbortController();
  const off = engine.on((event) => {
    if (event.type === 'table_progress' && event.processed >= 1000) stop.abort('user');
  });
  const cut = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  off();
  expect(cut.status).toBe('interrupted');
  await engine.resume(cut.batch_id, { trigger: 'cli' });
  await completed(engine);
  await engine.noteServerRuns();
}

/** Runs a batch whose tables all come to an end, and says which do not and why. */
async function completed(engine: Engine, request: Parameters<typeof sync>[1] = {}): Promise<void> {
  const { batch } = await sync(engine, request);
  const failed = engine.batch(batch.batch_id).tables.filter((one) => one.status !== 'completed');
  expect(failed.map((one) => [one.table_name, one.status, one.error_code, one.error_message])).toEqual([]);
}

async function changes(pair: DatabasePair, engine: Engine, options: FullRunOptions): Promise<void> {
  await atBranch(
    pair,
    "UPDATE item SET name = 'new' WHERE id % 50 = 0",
    'DELETE FROM item WHERE id IN (7, 8)',
    'UPDATE code SET k = upper(k::text)::ext.citext WHERE v < 5',
    'DELETE FROM code WHERE v = 9',
    'DELETE FROM path WHERE v = 9',
    'DELETE FROM two WHERE b = 5',
    'DELETE FROM doc WHERE v = 5',
    "DELETE FROM mooded WHERE m = 'sad'",
    'DELETE FROM keyless WHERE b = 3',
    'DELETE FROM child WHERE id = 5',
    'DELETE FROM parent WHERE id = 5',
    'UPDATE uniq SET n = -n WHERE id IN (1, 2)',
    'UPDATE uniq SET n = 3 + n WHERE id IN (1, 2)',
    "UPDATE moved SET v = 'x', updated = now() WHERE id = 3",
    "ALTER TYPE mood ADD VALUE 'glad'",
    'ALTER TYPE place ADD ATTRIBUTE town text',
    'ALTER TABLE uniq ALTER n TYPE bigint',
    "ALTER TABLE child ADD note varchar(20) DEFAULT 'n'",
  );
  await atBranch(pair, "UPDATE kind SET m = 'glad', p = ROW('a', 1, 'b') WHERE id = 4");
  await settled(pair.source);
  // For what a swap of unique values needs at central.
  await atCentral(pair, `ALTER TABLE ${placeOf(options)}.uniq ADD UNIQUE (n)`);
  await completed(engine);
  await completed(engine);
}

async function strategies(pair: DatabasePair, engine: Engine, options: FullRunOptions): Promise<void> {
  const tables = ['item', 'code', 'two', 'kind', 'parts', 'uniq', 'rv'];
  await atBranch(pair, 'UPDATE item SET price = 1 WHERE id = 9', 'UPDATE uniq SET n = 100 - n');
  await completed(engine, { strategy: 'compare', tables });
  await atBranch(pair, 'UPDATE uniq SET n = 100 - n', 'DELETE FROM item WHERE id = 11');
  await completed(engine, { strategy: 'full', tables });
  if (options.layout !== 'merge')
    await completed(engine, { strategy: 'replace', tables: ['parent', 'keyless'] });
}

async function damage(pair: DatabasePair, engine: Engine, options: FullRunOptions): Promise<void> {
  const place = placeOf(options);
  await atCentral(
    pair,
    `UPDATE ${place}.item SET name = 'wrong' WHERE id = 100`,
    `DELETE FROM ${place}.two WHERE b = 17`,
    `UPDATE ${place}.code SET v = 0 WHERE v = 20`,
    `DELETE FROM ${place}.doc WHERE v = 20`,
  );
  const found = await engine.verify({ trigger: 'cli' });
  const differing = found.tables.filter((one) => one.result === 'differs').map((one) => one.table_name);
  expect(differing.sort()).toEqual(['code', 'doc', 'item', 'two']);
  await engine.verify({ trigger: 'cli', repair: true });
  const after = await engine.verify({ trigger: 'cli' });
  expect(after.tables.filter((one) => !['equal', 'repaired'].includes(one.result)).map(short)).toEqual([]);
}

function short(row: { table_name: string; result: string }): string {
  return `${row.table_name} ${row.result}`;
}

/** Triggers, foreign keys and rows of head office's own. */
async function headOffice(pair: DatabasePair, engine: Engine, options: FullRunOptions): Promise<void> {
  const place = placeOf(options);
  const stamped = options.layout === 'stamp' ? 'source_connection, ' : '';
  await atCentral(
    pair,
    `CREATE FUNCTION ${place}.seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    `CREATE TRIGGER seen BEFORE INSERT OR UPDATE ON ${place}.item FOR EACH ROW EXECUTE FUNCTION ${place}.seen()`,
    `CREATE TRIGGER seen BEFORE INSERT OR UPDATE ON ${place}.keyless FOR EACH ROW EXECUTE FUNCTION ${place}.seen()`,
    `ALTER TABLE ${place}.child ADD FOREIGN KEY (${stamped}parent) REFERENCES ${place}.parent (${stamped}id) ON DELETE CASCADE`,
  );
  await atBranch(
    pair,
    "UPDATE item SET name = 'again' WHERE id = 30",
    'DELETE FROM child WHERE id = 6',
    'DELETE FROM parent WHERE id = 6',
    "INSERT INTO parent VALUES (60, 'p')",
    'INSERT INTO child VALUES (60, 60)',
    'UPDATE keyless SET b = 77 WHERE b = 4',
  );
  await completed(engine);
}

/** What a person is told where something is missing is asked of the server, too. */
async function refusals(pair: DatabasePair, engine: Engine, options: FullRunOptions): Promise<void> {
  const place = placeOf(options);
  await atBranch(
    pair,
    'REVOKE SELECT ON parent FROM branchline_read',
    'ALTER TABLE child ENABLE ROW LEVEL SECURITY',
    'UPDATE item SET price = 2 WHERE id = 31',
    'UPDATE code SET v = 1 WHERE v = 30',
  );
  await atCentral(
    pair,
    `CREATE FUNCTION ${place}.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'`,
    `CREATE TRIGGER refuse BEFORE UPDATE ON ${place}.item FOR EACH ROW EXECUTE FUNCTION ${place}.refuse()`,
    `ALTER TABLE ${place}.code OWNER TO postgres`,
    `REVOKE ALL ON ${place}.code FROM branchline`,
  );
  const { batch } = await sync(engine, { tables: ['parent', 'child', 'item', 'code', 'rv'] });
  const { tables } = engine.batch(batch.batch_id);
  const failed = tables.filter((one) => one.status === 'failed').map((one) => one.table_name);
  expect(failed.sort()).toEqual(['child', 'code', 'item', 'parent']);
}
