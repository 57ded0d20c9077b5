import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { OWN_SCHEMA_SQL } from '../../../src/core/target/setup.ts';
import { atBranch, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';
import { openBranch } from './support/branchRoles.ts';

/** Of one test; roles belong to the whole server. */
let made: string[] = [];
afterEach(async () => {
  const client = await connectTo(inject('servers').central);
  for (const role of made) await client.query(`DROP ROLE IF EXISTS ${role}`);
  made = [];
  await client.end();
});

/** An ordinary user of head office's database, with the rights that PostgreSQL 14 and older give to everybody. */
async function ordinaryUser(pair: DatabasePair, ...rights: readonly string[]): Promise<string> {
  const role = `ordinary_${randomBytes(4).toString('hex')}`;
  made.push(role);
  await run(
    pair.central,
    `CREATE ROLE ${role}`,
    'ALTER SCHEMA public OWNER TO postgres',
    'GRANT ALL ON SCHEMA public TO PUBLIC',
    'CREATE TABLE public.caught (who text)',
    'GRANT INSERT ON public.caught TO PUBLIC',
    ...rights.map((one) => `${one} TO ${role}`),
  );
  return role;
}

const CATCH = '$$ BEGIN INSERT INTO public.caught VALUES (current_user); RETURN';

/** Plants objects as that user. Both functions note who runs them. */
async function plant(pair: DatabasePair, role: string, ...statements: readonly string[]): Promise<void> {
  await run(
    pair.central,
    `SET ROLE ${role}`,
    `CREATE FUNCTION public.spy(text) RETURNS boolean LANGUAGE plpgsql AS ${CATCH} true; END $$`,
    `CREATE FUNCTION public.spies() RETURNS trigger LANGUAGE plpgsql AS ${CATCH} new; END $$`,
    ...statements,
  );
}

const caught = (pair: DatabasePair) => fromCentral(pair, 'SELECT DISTINCT who FROM public.caught');

const AT_BRANCH = [
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  'CREATE TYPE address AS (street text)',
  'CREATE TABLE item (id int PRIMARY KEY, m mood, a address)',
  "INSERT INTO item VALUES (1, 'ok', ROW('x'))",
];

test('types that an ordinary user has planted are not used: they run code when our role writes, and can be dropped', async () => {
  await using pair = await freshDatabases();
  const role = await ordinaryUser(pair);
  await plant(
    pair,
    role,
    "CREATE TYPE public.mood AS ENUM ('sad', 'ok')",
    'CREATE DOMAIN public.short AS text CHECK (public.spy(VALUE))',
    'CREATE TYPE public.address AS (street public.short)',
  );
  await atBranch(pair, ...AT_BRANCH);
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('item').status).toBe('completed');

  expect(await caught(pair)).toEqual([]);
  await run(pair.central, `SET ROLE ${role}`, 'DROP TYPE public.mood, public.address CASCADE');
  expect(await fromCentral(pair, 'SELECT m, a FROM public.item')).toEqual([['ok', '(x)']]);
});

test('a type that the owner of the database has made is used', async () => {
  await using pair = await freshDatabases();
  await run(pair.central, "CREATE TYPE public.mood AS ENUM ('sad', 'ok')");
  await atBranch(pair, ...AT_BRANCH);
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('item').status).toBe('completed');

  expect(await fromCentral(pair, 'SELECT pg_typeof(m) FROM public.item')).toEqual([['mood']]);
});

const PLANTED_TABLE = [
  'CREATE TABLE public.item (source_connection text NOT NULL, id int, note text, UNIQUE (source_connection, id))',
  'GRANT ALL ON public.item TO PUBLIC',
  'CREATE TRIGGER spies BEFORE INSERT ON public.item FOR EACH ROW EXECUTE FUNCTION public.spies()',
];

test.each(['stamp', 'auto'])(
  'a table that anybody may have put there is refused (layout %s)',
  async (layout) => {
    await using pair = await freshDatabases();
    const role = await ordinaryUser(pair);
    await plant(pair, role, ...PLANTED_TABLE);
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, note text)',
      "INSERT INTO item VALUES (1, 'ok')",
    );
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();

    const failed = (await sync(engine)).table('item');

    expect(failed.error_code).toBe('central_table_untrusted');
    expect(failed.error_detail?.params).toMatchObject({ table: 'item', schema: 'public', owner: role });
    expect(await caught(pair)).toEqual([]);
    // Head office has looked, and says that it is its own.
    await run(pair.central, 'DROP TRIGGER spies ON public.item', String(failed.error_detail?.params.sql));
    expect((await sync(engine)).table('item').status).toBe('completed');
  },
);

test('a table that has been given to an ordinary user since is refused, though nothing else of it has changed', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item VALUES (1, 'ok')",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  for (let times = 0; times < 2; times += 1)
    expect((await sync(engine)).table('item').status).toBe('completed');
  const role = await ordinaryUser(pair);

  await run(pair.central, `ALTER TABLE public.item OWNER TO ${role}`, 'GRANT ALL ON public.item TO PUBLIC');
  await atBranch(pair, "INSERT INTO item VALUES (2, 'new')");

  expect((await sync(engine)).table('item').error_code).toBe('central_table_untrusted');
});

describe('Branchline’s own schema', () => {
  const TO_ALL = [
    'GRANT ALL ON SCHEMA branchline TO PUBLIC',
    'GRANT ALL ON ALL TABLES IN SCHEMA branchline TO PUBLIC',
  ];
  const BY_TRIGGER =
    'CREATE TRIGGER spies BEFORE INSERT ON branchline.sources FOR EACH ROW EXECUTE FUNCTION public.spies()';

  test.each([
    ['with tables and a trigger', [...OWN_SCHEMA_SQL, ...TO_ALL, BY_TRIGGER], []],
    ['and nothing in it', ['CREATE SCHEMA branchline', TO_ALL[0] ?? ''], []],
    [
      'with a view in the place of a table',
      [
        'CREATE SCHEMA branchline',
        "CREATE VIEW branchline.setup AS SELECT 9 AS version WHERE public.spy('')",
        ...TO_ALL,
      ],
      ['DROP VIEW branchline.setup'],
    ],
  ])(
    'made by an ordinary user before us (%s) is refused, and nothing of theirs runs',
    async (_, statements, cleaned) => {
      await using pair = await freshDatabases();
      const role = await ordinaryUser(pair, `GRANT CREATE ON DATABASE ${pair.central.database}`);
      await plant(pair, role, ...statements);
      await atBranch(pair, ...AT_BRANCH);
      using home = makeHome(pair);
      await using engine = home.open();

      const failed = (await sync(engine)).table('item');
      const steps = await engine.testConnection('central');
      await engine.verify({ trigger: 'cli' }).catch(() => undefined);

      expect(failed.error_code).toBe('central_set_up_untrusted');
      expect(failed.error_detail?.params.owner).toBe(role);
      expect(steps.at(-1)?.failure?.code).toBe('central_set_up_untrusted');
      expect(await caught(pair)).toEqual([]);
      // The SQL runs as printed, and what was a table of theirs is ours.
      await run(pair.central, String(failed.error_detail?.params.sql), ...cleaned);
      expect((await sync(engine)).table('item').status).toBe('completed');
    },
  );

  test.each([
    ['an ordinary user', 'central_set_up_untrusted'],
    ['the owner of the database', null],
  ])('of a role that ours was made a member of by %s', async (granter, code) => {
    await using pair = await freshDatabases();
    const role = await ordinaryUser(pair, `GRANT CREATE ON DATABASE ${pair.central.database}`);
    const accomplice = `${role}_2`;
    made.push(accomplice);
    await plant(pair, role, ...OWN_SCHEMA_SQL, ...TO_ALL, BY_TRIGGER);
    await run(
      pair.central,
      `CREATE ROLE ${accomplice}`,
      `GRANT ${role} TO ${accomplice} WITH ADMIN OPTION`,
      ...(code === null ? [] : [`SET SESSION AUTHORIZATION ${accomplice}`]),
      `GRANT ${role} TO ${pair.central.user}`,
    );
    await atBranch(pair, ...AT_BRANCH);
    using home = makeHome(pair);
    await using engine = home.open();

    expect((await sync(engine)).table('item').error_code, granter).toBe(code);
  });

  test('with a trigger of somebody who was given TRIGGER on it is refused', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...AT_BRANCH);
    using home = makeHome(pair);
    await using engine = home.open();
    expect((await sync(engine)).table('item').status).toBe('completed');
    const role = await ordinaryUser(
      pair,
      'GRANT USAGE ON SCHEMA branchline',
      'GRANT ALL ON branchline.sources',
    );

    await plant(pair, role, BY_TRIGGER.replace('INSERT', 'UPDATE'));

    const failed = (await sync(engine)).table('item');
    expect(failed.error_code).toBe('central_set_up_untrusted');
    expect(await caught(pair)).toEqual([]);
    await run(pair.central, String(failed.error_detail?.params.sql));
    expect((await sync(engine)).table('item').status).toBe('completed');
  });

  test('of the role that all branches had before is trusted by a role that central-sql has made since', async () => {
    await using pair = await freshDatabases();
    const owner = await ordinaryUser(pair, `GRANT CREATE ON DATABASE ${pair.central.database}`);
    await plant(pair, owner, ...OWN_SCHEMA_SQL);
    await atBranch(pair, ...AT_BRANCH);
    using branch = await openBranch(pair, CONNECTION, 'schema');

    expect((await sync(branch.engine)).table('item').status).toBe('completed');

    // Only who administers it may say so.
    await run(pair.central, `COMMENT ON ROLE ${branch.role} IS NULL`);
    expect((await sync(branch.engine)).table('item').error_code).toBe('central_set_up_untrusted');
    await branch.engine[Symbol.asyncDispose]();
  });
});
