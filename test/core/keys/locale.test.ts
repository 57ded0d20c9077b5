import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { unequal } from './support/keyTables.ts';

const BY_BYTES = "TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'";
const MIRROR = { layout: 'schema' };

test('676 citext keys of a database that sorts by bytes arrive over many re-opened snapshots (A1)', async () => {
  await using pair = await freshDatabases({ sourceDatabase: BY_BYTES });
  await run(pair.central, 'CREATE EXTENSION citext SCHEMA public');
  await atBranch(
    pair,
    'CREATE EXTENSION citext SCHEMA public',
    'CREATE TABLE t (k public.citext PRIMARY KEY, v int)',
    `INSERT INTO t SELECT CASE WHEN (a + b) % 2 = 1 THEN upper(chr(97 + a) || chr(97 + b)) ELSE chr(97 + a) || chr(97 + b) END,
       a * 26 + b FROM generate_series(0, 25) a, generate_series(0, 25) b`,
  );
  using home = makeHome(pair, { central: MIRROR, sync: { chunkRows: 1, maxSnapshotMinutes: 0.01 } });
  await using engine = home.open();

  expect((await sync(engine)).table('t')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await fromCentral(pair, `SELECT count(*) FROM ${CONNECTION}.t`)).toEqual([['676']]);
  expect(await unequal(pair, ['t'])).toEqual([]);
});

test('jsonb keys that the two databases sort differently lose no row when everything is read twice (A8)', async () => {
  await using pair = await freshDatabases({
    sourceDatabase:
      "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8' ENCODING 'UTF8'",
    centralDatabase: BY_BYTES,
  });
  await atBranch(
    pair,
    'CREATE TABLE j (k jsonb PRIMARY KEY, v int)',
    `INSERT INTO j SELECT to_jsonb(k), n FROM unnest('{a,B,ä,Z,c,D}'::text[]) WITH ORDINALITY AS u(k, n)`,
  );
  using home = makeHome(pair, { central: MIRROR, sync: { chunkRows: 1 } });
  await using engine = home.open();

  for (const turn of [1, 2]) {
    const { table } = await sync(engine, { strategy: 'full' });
    expect([turn, table('j').status, table('j').records_deleted]).toEqual([turn, 'completed', 0]);
    expect(await fromCentral(pair, `SELECT count(*) FROM ${CONNECTION}.j`)).toEqual([['6']]);
  }
});

test('a text key that head office compares without case is refused by name, with SQL that runs as printed', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (k text PRIMARY KEY, v int)',
    "INSERT INTO item VALUES ('a', 1), ('A', 2)",
  );
  await atCentral(
    pair,
    `CREATE SCHEMA ${CONNECTION}`,
    `GRANT ALL ON SCHEMA ${CONNECTION} TO branchline`,
    "CREATE COLLATION public.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
    `CREATE TABLE ${CONNECTION}.item (k text COLLATE public.no_case PRIMARY KEY, v int)`,
    `GRANT ALL ON ${CONNECTION}.item TO branchline`,
  );
  using home = makeHome(pair, { central: MIRROR });
  await using engine = home.open();

  const refused = (await sync(engine)).table('item').error_detail;
  await atCentral(pair, String(refused?.params.sql));
  const mended = await sync(engine);

  expect(refused).toMatchObject({ code: 'central_key_coarser', params: { column: 'k' } });
  expect(mended.table('item')).toMatchObject({ error_message: null, records_processed: 2 });
});
