import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CENTRAL_ROLE, SOURCE_ROLE } from '../../../src/demo/endpoint.ts';
import { type Pooler, pgbouncerProgram, startPooler } from '../../faults/support/pgbouncer.ts';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, type HomeOptions, makeHome } from '../../support/home.ts';
import type { ServerAddress, TestServer } from '../../support/servers.ts';
import { startServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';
import { images, typesOf } from '../fidelity/support/images.ts';
import { specimenSql, specimensOf } from '../fidelity/support/specimens.ts';
import { HOSTILE, impose, READ_ONLY } from './hostileSettings.ts';

/** How long the view below takes: longer than the time-outs of {@link HOSTILE}. */
const SLOW = '0.4';

const others = new Map<number, TestServer>();
beforeAll(async () => {
  others.set(15, await serverOf(15));
});
afterAll(async () => {
  for (const server of others.values()) await server.remove();
});

function server(major: number, side: 'source' | 'central'): ServerAddress {
  return others.get(major) ?? inject('servers')[side];
}

/** Everything but what both ends agree on being unequal: text columns, binary ones, and a slow view. */
const ITEMS = [
  'CREATE TABLE named (id int PRIMARY KEY, tags text[], at timestamptz, day date, spell interval, f float8, b bytea, price money, note text)',
  `INSERT INTO named SELECT n, ARRAY['a', NULL, 'NULL', 'c\\d'], '2025-11-08 14:30:52+07'::timestamptz + n * interval '1 hour',
     '2025-02-03'::date + n, make_interval(months => n, secs => -n), n / 3.0, decode('00ff', 'hex'), n * 1.25, 'back\\slash'
   FROM generate_series(1, 300) n`,
  'CREATE TABLE broad AS TABLE named',
  'ALTER TABLE broad ADD PRIMARY KEY (id)',
  `CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(${SLOW})::text AS waited`,
  'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
];

/** A wider key at head office, so that the values of `broad` travel as text. */
const BROAD = [
  `CREATE SCHEMA ${CONNECTION}`,
  `CREATE TABLE ${CONNECTION}.broad (id bigint PRIMARY KEY, tags text[], at timestamptz, day date, spell interval,
     f float8, b bytea, price money, note text)`,
  `ALTER SCHEMA ${CONNECTION} OWNER TO branchline`,
  `ALTER TABLE ${CONNECTION}.broad OWNER TO branchline`,
];

const TABLES = ['*', 'slow'];

interface Route {
  readonly from: number;
  readonly to: number;
  readonly pooled: boolean;
}

const ROUTES: readonly Route[] = [
  { from: 18, to: 18, pooled: false },
  { from: 15, to: 18, pooled: false },
  { from: 18, to: 15, pooled: false },
  { from: 18, to: 18, pooled: true },
];

for (const { from, to, pooled } of ROUTES) {
  describe(`under hostile settings of both databases, from ${from} to ${to}${pooled ? ' through PgBouncer' : ''}`, () => {
    let pair: DatabasePair;
    let home: Home;
    const poolers: Pooler[] = [];

    beforeAll(async () => {
      pair = await freshDatabases({
        sourceServer: server(from, 'source'),
        centralServer: server(to, 'central'),
      });
      await atBranch(pair, ...specimenSql(from), ...ITEMS);
      await atCentral(pair, ...BROAD);
      const options = pooled ? await throughPoolers(from, to) : {};
      await impose(pair.source, [...HOSTILE, READ_ONLY]);
      await impose(pair.central, HOSTILE);
      home = makeHome(pair, {
        connection: { ...options.connection, tables: TABLES },
        central: { layout: 'schema', ...options.central },
        sync: { chunkRows: 100 },
      });
    });

    afterAll(async () => {
      home?.[Symbol.dispose]();
      for (const pooler of poolers) await pooler[Symbol.asyncDispose]();
      await pair?.drop();
    });

    async function throughPoolers(source: number, central: number): Promise<HomeOptions> {
      const program = pgbouncerProgram();
      if (program === null) throw new Error('there is no PgBouncer: apt-get install pgbouncer');
      const [before, behind] = [
        await startPooler(program, server(source, 'source'), [SOURCE_ROLE], 4),
        await startPooler(program, server(central, 'central'), [CENTRAL_ROLE], 3),
      ];
      poolers.push(before, behind);
      const at = ({ port }: Pooler) => ({ host: '127.0.0.1', port });
      return { connection: at(before), central: at(behind) };
    }

    async function isEqual(table: string): Promise<void> {
      const columns = Object.keys(await typesOf(pair.source, 'adempiere', table));
      const there = await images(pair.central, CONNECTION, table, columns);
      expect(there, table).toEqual(await images(pair.source, 'adempiere', table, columns));
    }

    test('a first load, changes, compare and verify end equal (A9)', async () => {
      await using engine = home.open();
      // xml and money of other versions fail for reasons of their own: values.test.ts.
      const taken = specimensOf(from).filter(({ takenSince = 0 }) => to >= takenSince);
      const tables = ['named', 'broad', ...taken.map((one) => one.table)];

      const first = await sync(engine);
      for (const name of [...tables, 'slow'])
        expect(first.table(name), name).toMatchObject({ error_message: null, status: 'completed' });
      for (const name of tables) await isEqual(name);

      await run(
        pair.source,
        'SET search_path = adempiere; SET default_transaction_read_only = off; SET statement_timeout = 0; SET standard_conforming_strings = on',
        "UPDATE named SET tags = ARRAY[NULL, 'x'], spell = '-1 mons +2 days', note = 'new\\line' WHERE id % 3 = 0",
        "UPDATE broad SET tags = ARRAY[NULL, 'x'], spell = '-1 mons +2 days', note = 'new\\line' WHERE id % 3 = 0",
        'DELETE FROM named WHERE id = 7',
      );
      const changed = await sync(engine);
      expect(changed.table('named')).toMatchObject({ strategy: 'changes', records_deleted: 1 });
      expect(changed.table('broad')).toMatchObject({ strategy: 'changes', records_processed: 100 });
      const compared = await sync(engine, { strategy: 'compare', tables: ['named', 'broad'] });
      for (const name of ['named', 'broad']) {
        expect(compared.table(name)).toMatchObject({ error_message: null, records_processed: 0 });
        await isEqual(name);
      }
      const verified = await engine.verify({ trigger: 'cli', tables: ['named', 'broad', 'slow'] });
      expect(verified.tables.map((one) => [one.table_name, one.result]).sort()).toEqual(
        ['broad', 'named', 'slow'].map((one) => [one, 'equal']),
      );
    });
  });
}

/** Those that have made a copy wrong or impossible, each for itself. */
const ALONE = [
  'array_nulls',
  'quote_all_identifiers',
  'standard_conforming_strings',
  'IntervalStyle',
  'lc_monetary',
  'search_path',
  'statement_timeout',
  'default_transaction_isolation',
];

test.each(HOSTILE.filter(([name]) => ALONE.includes(name)).map(([name, value]) => ({ name, value })))(
  'with $name = $value alone on both sides, what is copied is equal',
  async ({ name, value }) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEMS);
    await atCentral(pair, ...BROAD);
    await impose(pair.source, [[name, value]]);
    await impose(pair.central, [[name, value]]);
    using home = makeHome(pair, { connection: { tables: TABLES }, central: { layout: 'schema' } });
    await using engine = home.open();

    const { table } = await sync(engine);

    const columns = Object.keys(await typesOf(pair.source, 'adempiere', 'broad'));
    for (const copied of ['named', 'broad', 'slow'])
      expect(table(copied)).toMatchObject({ error_message: null, status: 'completed' });
    for (const copied of ['named', 'broad'])
      expect(await images(pair.central, CONNECTION, copied, columns)).toEqual(
        await images(pair.source, 'adempiere', copied, columns),
      );
  },
);

test('the settings are made before the first statement of every session, direct and through PgBouncer', async () => {
  const program = pgbouncerProgram();
  if (program === null) throw new Error('there is no PgBouncer: apt-get install pgbouncer');
  const settings = { log_statement: 'all', log_line_prefix: '%c %u |' };
  await using logged = await startServer({ settings });
  await using pair = await freshDatabases({ sourceServer: logged, centralServer: logged });
  await atBranch(pair, ...ITEMS);
  await using pooler = await startPooler(program, logged, [SOURCE_ROLE, CENTRAL_ROLE], 4);
  const place = { host: '127.0.0.1', port: pooler.port };

  for (const through of [{}, place]) {
    using home = makeHome(pair, { connection: through, central: through });
    const before = (await readFile(logged.place.logFile, 'utf8')).length;
    await using engine = home.open();
    expect((await sync(engine)).batch.status).toBe('completed');
    expect((await engine.verify({ trigger: 'cli' })).tables.every((one) => one.result === 'equal')).toBe(
      true,
    );
    const said = (await readFile(logged.place.logFile, 'utf8')).slice(before);
    const ours = statements(said, [SOURCE_ROLE, CENTRAL_ROLE]);

    expect(ours.size).toBeGreaterThan(1);
    for (const [session, [first = '', ...rest]] of ours) {
      expect(rest.length, session).toBeGreaterThan(0);
      if (through === place) {
        // Nothing is asked of a borrowed session but between a BEGIN with our settings and its end.
        expect(outside([first, ...rest])).toEqual([]);
        expect([first, ...rest].slice(0, 2)).toEqual([
          expect.stringMatching(/^BEGIN [A-Z ]+$/),
          "SET LOCAL DateStyle = 'ISO,YMD'",
        ]);
        expect([first, ...rest].filter((one) => /\bset_config\(/.test(one))).toEqual([]);
      } else {
        expect(first).toMatch(/^SELECT pg_catalog\.count\(pg_catalog\.set_config\(.*"search_path"/);
        expect(rest.filter((one) => /^SET (?!LOCAL)/.test(one))).toEqual([]);
      }
    }
  }
});

test('a pooler that drops the start-up options in silence is noticed, and nothing is set in what it lends', async () => {
  const program = pgbouncerProgram();
  if (program === null) throw new Error('there is no PgBouncer: apt-get install pgbouncer');
  const settings = { log_statement: 'all', log_line_prefix: '%c %u |' };
  await using logged = await startServer({ settings });
  await using pair = await freshDatabases({ sourceServer: logged, centralServer: logged });
  await atBranch(pair, ...ITEMS);
  await impose(pair.central, [['array_nulls', 'off']]);
  await using pooler = await startPooler(program, logged, [SOURCE_ROLE, CENTRAL_ROLE], 4, 'options');
  const through = { host: '127.0.0.1', port: pooler.port };
  using home = makeHome(pair, { connection: through, central: through });
  await using engine = home.open();
  const before = (await readFile(logged.place.logFile, 'utf8')).length;

  expect((await sync(engine)).batch.status).toBe('completed');

  const said = (await readFile(logged.place.logFile, 'utf8')).slice(before);
  const probe = /^SELECT pg_catalog\.count\(pg_catalog\.set_config\(/;
  for (const messages of statements(said, [SOURCE_ROLE, CENTRAL_ROLE]).values())
    expect(outside(messages.filter((one) => !probe.test(one)))).toEqual([]);
  for (const { user, database, password } of [pair.source, pair.central]) {
    const client = new pg.Client({ ...through, user, database, password });
    await client.connect();
    const { rows } = await client.query('SHOW search_path');
    await client.end();
    expect(rows).toEqual([{ search_path: '"$user", public' }]);
  }
  const columns = Object.keys(await typesOf(pair.source, 'adempiere', 'named'));
  expect(await images(pair.central, 'public', 'named', columns)).toEqual(
    await images(pair.source, 'adempiere', 'named', columns),
  );
});

/** Statements that a session has sent, by session, in order. */
function statements(log: string, roles: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const entries = log.split(/\n(?=\S+ \S+ \|)/);
  for (const entry of entries) {
    const match = /^(\S+) (\S+) \|LOG: {2}(?:statement|execute <unnamed>): (.*)$/s.exec(entry);
    const [, session = '', role = '', text = ''] = match ?? [];
    // PgBouncer says by itself whom it lends a session to.
    if (!roles.includes(role) || /^SET application_name='[^']*';$/.test(text)) continue;
    found.set(session, [...(found.get(session) ?? []), text.trim()]);
  }
  return found;
}

/** Statements that began outside of a transaction without opening one under our settings. */
function outside(statements: readonly string[]): readonly string[] {
  let open = false;
  return statements.filter((statement, index) => {
    const begins =
      /^BEGIN [A-Z ]+$/.test(statement) && /^SET LOCAL DateStyle /.test(statements[index + 1] ?? '');
    const isWrong = !open && !begins && statement !== 'ROLLBACK';
    open = statement !== 'COMMIT' && statement !== 'ROLLBACK';
    return isWrong;
  });
}

test('a role that becomes another by ALTER ROLE … SET role still ends its own old sessions', async () => {
  await using own = await startServer();
  await using pair = await freshDatabases({ centralServer: own });
  await atBranch(pair, ...ITEMS);
  await atCentral(
    pair,
    'CREATE ROLE owner_of_all',
    `GRANT owner_of_all TO ${CENTRAL_ROLE}`,
    `GRANT CREATE, TEMPORARY ON DATABASE ${pair.central.database} TO owner_of_all`,
    'ALTER SCHEMA public OWNER TO owner_of_all',
    `ALTER ROLE ${CENTRAL_ROLE} SET role = owner_of_all`,
  );
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await fromCentral(pair, "SELECT tableowner FROM pg_tables WHERE tablename = 'named'")).toEqual([
    ['owner_of_all'],
  ]);
  const [name] = (
    await fromCentral(
      pair,
      `SELECT 'branchline/' || left(replace(installation, '-', ''), 8) || '/' || connection FROM branchline.sources`,
    )
  ).flat();
  const stale = await pair.central.connect();
  await stale.query(`SET application_name = '${name}'; BEGIN; LOCK TABLE public.named`);
  const ended = new Promise((resolve) => stale.on('error', resolve));

  await atBranch(pair, "UPDATE named SET note = 'newer'");
  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  await ended;
});
