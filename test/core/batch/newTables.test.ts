import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';

const THREE = ['a', 'b', 'c'].flatMap((name) => [
  `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
  `INSERT INTO ${name} VALUES (1, '${name}')`,
]);

test('tables that head office lacks are made together, in one round trip', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `DO $$ BEGIN FOR n IN 1..30 LOOP
       EXECUTE format('CREATE TABLE t_%s (id int PRIMARY KEY, note text)', n);
       EXECUTE format('INSERT INTO t_%s VALUES (1, ''a'')', n);
     END LOOP; END $$`,
  );
  const sent: string[] = [];
  await using central = await startProxy(pair.central, () => ({
    passed: ({ from, bytes }) => {
      if (from === 'client') sent.push(bytes.toString('latin1'));
    },
    ended: () => {},
  }));
  using home = makeHome(pair, { central: { port: central.port } });
  await using engine = home.open();

  const { batch } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', completed_tables: 30 });
  expect(sent.join('\n').match(/CREATE TABLE "public"/g)).toHaveLength(30);
  const places = sent.flatMap((text, place) => (text.includes('CREATE TABLE "public"') ? [place] : []));
  // A transaction makes few, because each takes places in the server's lock table until it is committed.
  expect(places.length).toBe(Math.ceil(30 / 8));
  const between = sent.slice(places.at(0), places.at(-1));
  expect(between.filter((text) => text.startsWith('S'))).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM t_30')).toEqual([['1']]);
});

test('a name that head office uses otherwise fails only its own table', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...THREE);
  await atCentral(pair, 'CREATE SEQUENCE public.b');
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', completed_tables: 2 });
  expect(table('b')).toMatchObject({ status: 'failed', error_code: 'central_name_taken' });
  expect(table('a')).toMatchObject({ status: 'completed' });
  expect(await fromCentral(pair, 'SELECT note FROM c')).toEqual([['c']]);
});

test('one table that cannot be made takes no other with it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...THREE, 'CREATE TABLE m (id int PRIMARY KEY)', 'INSERT INTO m VALUES (1)');
  await atCentral(
    pair,
    `CREATE FUNCTION no_m() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.m') THEN
         RAISE EXCEPTION 'no table m here';
       END IF; END $$`,
    'CREATE EVENT TRIGGER no_m ON ddl_command_end EXECUTE FUNCTION no_m()',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ completed_tables: 3, failed_tables: 1 });
  expect(table('m')).toMatchObject({ status: 'failed' });
  expect(table('m').error_message).toContain('no table m here');
});

test('rows that others put into a table between its making and its turn are met, not overlooked', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...THREE);
  await using central = await startProxy(pair.central);
  using home = makeHome(pair, { central: { port: central.port }, sync: { parallelTables: 1 } });
  await using engine = home.open();
  const stopped = central.trap({ from: 'client', type: 'P', text: /COPY "public"/ }, 'freeze');
  const run = sync(engine);
  await stopped;
  const filled = ['b', 'c'].map((name) => `INSERT INTO ${name} VALUES ('pgsql_lmp', 7, 'head office')`);
  await atCentral(pair, ...filled);
  central.thaw();

  const { batch } = await run;

  expect(batch).toMatchObject({ status: 'completed', completed_tables: 3 });
  for (const name of ['b', 'c']) {
    expect(await fromCentral(pair, `SELECT id, note FROM ${name} ORDER BY 1`)).toEqual([['1', name]]);
  }
});

test('a first load goes straight into its table, each chunk in one round trip, its commit included', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE a (id int PRIMARY KEY, note text)',
    "INSERT INTO a SELECT n, 'a' FROM generate_series(1, 10) n",
    'CREATE TABLE b (id int PRIMARY KEY)',
  );
  const said: string[] = [];
  await using central = await startProxy(pair.central, () => ({
    passed: ({ from, type, bytes }) => {
      if (from === 'client' && 'PS'.includes(type)) said.push(`${type} ${bytes.toString('latin1')}`);
    },
    ended: () => {},
  }));
  using home = makeHome(pair, { central: { port: central.port }, sync: { chunkRows: 2, parallelTables: 1 } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('a')).toMatchObject({ status: 'completed', strategy: 'full', records_processed: 10 });
  expect(said.filter((one) => one.includes('stage_'))).toEqual([]);
  const copies = said.flatMap((one, index) => (one.includes('COPY "public"."a"') ? [index] : []));
  expect(copies).toHaveLength(5);
  for (const at of copies) {
    const pipeline = said.slice(
      at,
      said.findIndex((one, index) => index > at && one.startsWith('S')),
    );
    expect(pipeline.at(-1)).toContain('COMMIT');
  }
  expect(await fromCentral(pair, 'SELECT count(*) FROM a')).toEqual([['10']]);
});
