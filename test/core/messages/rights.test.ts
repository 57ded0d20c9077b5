import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ident, literal, qualified } from '../../../src/core/postgres/quote.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { holes, outcome, paste, printed, sqlIn } from './support/printed.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
];

describe('at the branch, the SQL that is printed gives the right that is missing', () => {
  const SITUATIONS: Readonly<Record<string, readonly string[]>> = {
    'to SELECT': ['REVOKE ALL ON item FROM branchline_read'],
    'to use the schema': ['REVOKE ALL ON SCHEMA adempiere FROM branchline_read'],
    'to both': [
      'REVOKE ALL ON item FROM branchline_read',
      'REVOKE ALL ON SCHEMA adempiere FROM branchline_read',
    ],
    'to some of its columns': [
      'REVOKE ALL ON item FROM branchline_read',
      'GRANT SELECT (id) ON item TO branchline_read',
    ],
  };
  for (const [what, statements] of Object.entries(SITUATIONS)) {
    test(what, async () => {
      await using pair = await freshDatabases();
      await atBranch(pair, ...ITEM, ...statements);
      using home = makeHome(pair);
      await using engine = home.open();

      const refused = await sync(engine);
      const text = printed(engine, refused.batch.batch_id);

      expect(refused.table('item').error_code).toBe('source_permission');
      expect(text).toContain(
        'Branchline is not allowed to read adempiere.item in the branch database pgsql_lmp.',
      );
      expect(holes(engine, refused.batch.batch_id)).toEqual([]);
      await paste(pair.source, sqlIn(text));
      expect(await outcome(engine)).toBe('completed');
      expect(await fromCentral(pair, 'SELECT id, name FROM item ORDER BY id')).toEqual([
        ['1', 'a'],
        ['2', 'b'],
      ]);
    });
  }

  test('to SELECT, which verify finds missing', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair);
    await using engine = home.open();
    expect(await outcome(engine)).toBe('completed');
    await atBranch(pair, 'REVOKE ALL ON item FROM branchline_read');

    const { tables } = await engine.verify({ trigger: 'cli' });
    const failure = tables.find((one) => one.table_name === 'item')?.failure;
    if (failure == null) throw new Error('nothing failed');

    expect(failure).toMatchObject({
      code: 'source_permission',
      params: { schema: 'adempiere', table: 'item' },
    });
    const { next } = createTranslator('en').failure(failure);
    expect(next).toContain('GRANT SELECT ON "adempiere"."item" TO "branchline_read";');
  });

  test('of what a view reads and calls', async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      ...ITEM,
      'CREATE SCHEMA inner_one',
      'CREATE TABLE inner_one.secret (id int PRIMARY KEY)',
      'INSERT INTO inner_one.secret VALUES (1)',
      'CREATE FUNCTION inner_one.twice(n int, "By" numeric) RETURNS int LANGUAGE sql AS $$ SELECT n * 2 $$',
      'REVOKE EXECUTE ON FUNCTION inner_one.twice(int, numeric) FROM PUBLIC',
      'CREATE VIEW both_of AS SELECT i.id, inner_one.twice(i.id, 1) AS n FROM item i JOIN inner_one.secret s USING (id)',
      'ALTER VIEW both_of SET (security_invoker = true)',
      'GRANT SELECT ON both_of TO branchline_read',
    );
    using home = makeHome(pair, { connection: { tables: ['both_of'] } });
    await using engine = home.open();

    const refused = await sync(engine);
    const sql = sqlIn(printed(engine, refused.batch.batch_id));

    expect(
      sql
        .split('\n')
        .map((line) => line.trim())
        .sort(),
    ).toEqual([
      'GRANT EXECUTE ON FUNCTION "inner_one"."twice"("pg_catalog"."int4", "pg_catalog"."numeric") TO "branchline_read";',
      'GRANT SELECT ON "inner_one"."secret" TO "branchline_read";',
    ]);
    await paste(pair.source, sql);
    expect(await outcome(engine)).toBe('completed');
    expect(await fromCentral(pair, 'SELECT id, n FROM both_of')).toEqual([['1', '2']]);
  });

  test("of a view's owner who lost it", async () => {
    await using pair = await freshDatabases();
    const owner = `owner_${randomBytes(4).toString('hex')}`;
    await atBranch(
      pair,
      ...ITEM,
      `CREATE ROLE ${owner}`,
      `GRANT USAGE ON SCHEMA adempiere TO ${owner}`,
      'CREATE VIEW items AS SELECT * FROM item',
      `ALTER VIEW items OWNER TO ${owner}`,
      'GRANT SELECT ON items TO branchline_read',
    );
    using home = makeHome(pair, { connection: { tables: ['items'] } });
    await using engine = home.open();

    const refused = await sync(engine);
    const sql = sqlIn(printed(engine, refused.batch.batch_id));

    expect(sql).toBe(`GRANT SELECT ON "adempiere"."item" TO "${owner}";`);
    await paste(pair.source, sql);
    expect(await outcome(engine)).toBe('completed');
    await atBranch(pair, `DROP OWNED BY ${owner} CASCADE`, `DROP ROLE ${owner}`);
  });

  test('past row-level security, naming the policies', async () => {
    await using pair = await freshDatabases();
    const role = `reader_${randomBytes(4).toString('hex')}`;
    await atBranch(
      pair,
      ...ITEM,
      `CREATE ROLE ${role} LOGIN PASSWORD ${literal(pair.source.password)}`,
      `GRANT USAGE ON SCHEMA adempiere TO ${role}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO ${role}`,
      'ALTER TABLE item ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY "first only" ON item USING (id = 1)',
    );
    using home = makeHome(pair, { connection: { user: role } });
    await using engine = home.open();

    const refused = await sync(engine);
    const text = printed(engine, refused.batch.batch_id);

    expect(refused.table('item').error_code).toBe('source_row_security');
    expect(text).toContain('Row-level security on adempiere.item');
    expect(text).toContain('(policies: first only)');
    expect(text).not.toContain('GRANT SELECT');
    expect(sqlIn(text)).toBe(`ALTER ROLE "${role}" BYPASSRLS;`);
    await paste(pair.source, sqlIn(text));
    expect(await outcome(engine)).toBe('completed');
    expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);
    await atBranch(pair, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  });

  test('whatever schema, table and role are called, and nothing else runs', async () => {
    await using pair = await freshDatabases();
    const role = `Reader "x"; é\n${randomBytes(4).toString('hex')}`;
    const schema = 'Ware "house"; DROP TABLE item; --\n\\x';
    const name = `Order; "No"\n'2'\t\\ ünï 日本`;
    const table = qualified(schema, name);
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY)',
      `CREATE ROLE ${ident(role)} LOGIN PASSWORD ${literal(pair.source.password)}`,
      `CREATE SCHEMA ${ident(schema)}`,
      `CREATE TABLE ${table} (id int PRIMARY KEY)`,
      `INSERT INTO ${table} VALUES (7)`,
    );
    using home = makeHome(pair, { connection: { user: role, schema } });
    await using engine = home.open();

    const refused = await sync(engine);
    const sql = sqlIn(printed(engine, refused.batch.batch_id));
    await paste(pair.source, sql);

    expect(sql.split('\n')).toHaveLength(2);
    expect(await outcome(engine)).toBe('completed');
    expect(await fromCentral(pair, `SELECT id FROM ${ident(name)}`)).toEqual([['7']]);
    await atBranch(pair, 'SELECT FROM item', `DROP OWNED BY ${ident(role)}`, `DROP ROLE ${ident(role)}`);
  });
});

describe('at head office, the SQL that is printed gives the right that is missing', () => {
  const SITUATIONS: Readonly<Record<string, readonly string[]>> = {
    'to write rows': [
      'CREATE TABLE item (id int PRIMARY KEY, name text)',
      'GRANT SELECT ON item TO branchline',
    ],
    'to read rows': ['CREATE TABLE item (id int PRIMARY KEY, name text)'],
    'to use the schema': [
      'CREATE TABLE item (id int PRIMARY KEY, name text)',
      'GRANT ALL ON item TO branchline',
      'ALTER SCHEMA public OWNER TO postgres',
      'REVOKE ALL ON SCHEMA public FROM branchline, PUBLIC',
    ],
    'to add a column': [
      'CREATE TABLE item (id int PRIMARY KEY)',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON item TO branchline',
    ],
    'to make the table': [
      'ALTER SCHEMA public OWNER TO postgres',
      'REVOKE ALL ON SCHEMA public FROM branchline, PUBLIC',
    ],
  };
  for (const [what, statements] of Object.entries(SITUATIONS)) {
    test(what, async () => {
      await using pair = await freshDatabases();
      await atBranch(pair, ...ITEM);
      await atCentral(pair, ...statements);
      using home = makeHome(pair);
      await using engine = home.open();

      const refused = await sync(engine);
      const text = printed(engine, refused.batch.batch_id);

      expect(refused.table('item').error_code).toBe('central_permission');
      expect(text).toContain('Branchline is not allowed to write public.item at head office.');
      expect(holes(engine, refused.batch.batch_id)).toEqual([]);
      await paste(pair.central, sqlIn(text));
      expect(await outcome(engine)).toBe('completed');
      expect(await fromCentral(pair, 'SELECT id, name FROM item ORDER BY id')).toEqual([
        ['1', 'a'],
        ['2', 'b'],
      ]);
    });
  }

  test('to make a table, its types and its schema, whatever they are called, and nothing else runs', async () => {
    await using pair = await freshDatabases();
    const name = `Order; "No"\n'2'\t\\ ünï 日本`;
    const type = 'Mood "x"; DROP TABLE theirs; --\n';
    const label = "it's\n\\; DROP TABLE theirs; --";
    await atBranch(
      pair,
      `CREATE TYPE ${ident(type)} AS ENUM (${literal(label)})`,
      `CREATE TABLE ${ident(name)} (id int PRIMARY KEY, m ${ident(type)})`,
      `INSERT INTO ${ident(name)} VALUES (7, ${literal(label)})`,
    );
    await atCentral(
      pair,
      'CREATE TABLE theirs (id int)',
      'CREATE SCHEMA branchline AUTHORIZATION branchline',
      `REVOKE CREATE ON DATABASE ${pair.central.database} FROM branchline`,
    );
    using home = makeHome(pair, { central: { layout: 'schema' } });
    await using engine = home.open();

    const refused = await sync(engine);
    const sql = sqlIn(printed(engine, refused.batch.batch_id));
    await paste(pair.central, sql);

    expect(sql.split('\n').every((line) => line.endsWith(';'))).toBe(true);
    expect(await outcome(engine)).toBe('completed');
    expect(await fromCentral(pair, `SELECT id, m FROM pgsql_lmp.${ident(name)}`)).toEqual([['7', label]]);
    await atCentral(pair, 'SELECT FROM theirs');
  });

  test('to its own schema, which it may not make', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    await atCentral(pair, `REVOKE CREATE ON DATABASE ${pair.central.database} FROM branchline`);
    using home = makeHome(pair);
    await using engine = home.open();

    const refused = await sync(engine);
    const text = printed(engine, refused.batch.batch_id);

    expect(refused.table('item').error_code).toBe('central_set_up_denied');
    expect(holes(engine, refused.batch.batch_id)).toEqual([]);
    await paste(pair.central, sqlIn(text));
    expect(await outcome(engine)).toBe('completed');
  });

  test('to its own schema, which an administrator has made, or taken', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    await atCentral(pair, 'CREATE SCHEMA branchline');
    using home = makeHome(pair);
    await using engine = home.open();
    for (const taken of [[], ['branchline.sources', 'branchline.setup', 'branchline.checkpoints']]) {
      await atCentral(
        pair,
        ...taken.map((one) => `ALTER TABLE ${one} OWNER TO postgres`),
        'ALTER SCHEMA branchline OWNER TO postgres',
      );
      const refused = await sync(engine);
      expect(refused.table('item').error_code).toBe('central_set_up_denied');
      await paste(pair.central, sqlIn(printed(engine, refused.batch.batch_id)));
      expect(await outcome(engine)).toBe('completed');
    }
  });

  test('past row-level security', async () => {
    await using pair = await freshDatabases();
    const role = `writer_${randomBytes(4).toString('hex')}`;
    await atBranch(pair, ...ITEM);
    await atCentral(
      pair,
      `CREATE ROLE ${role} LOGIN PASSWORD ${literal(pair.central.password)}`,
      `CREATE SCHEMA branchline AUTHORIZATION ${role}`,
      `GRANT USAGE ON SCHEMA public TO ${role}`,
      'CREATE TABLE item (id int PRIMARY KEY, name text)',
      `GRANT SELECT, INSERT, UPDATE, DELETE ON item TO ${role}`,
      'ALTER TABLE item ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY theirs ON item USING (id > 100)',
    );
    using home = makeHome(pair, { central: { user: role } });
    await using engine = home.open();

    const refused = await sync(engine);
    const text = printed(engine, refused.batch.batch_id);

    expect(refused.table('item').error_code).toBe('central_row_security');
    expect(text).toContain('Row-level security on public.item at head office');
    expect(holes(engine, refused.batch.batch_id)).toEqual([]);
    await paste(pair.central, sqlIn(text));
    expect(await outcome(engine)).toBe('completed');
    await atCentral(pair, `DROP OWNED BY ${role} CASCADE`, `DROP ROLE ${role}`);
  });
});

test('a right that lies elsewhere is not offered as GRANT SELECT', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE SCHEMA hidden',
    'CREATE FUNCTION hidden.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN hidden.f(); END $$',
    'CREATE VIEW v AS SELECT id, g() FROM item',
    'GRANT SELECT ON v TO branchline_read',
  );
  using home = makeHome(pair, { connection: { tables: ['v'] } });
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(table('v').error_code).toBe('source_denied');
  expect(table('v').error_message).toContain('permission denied for schema hidden');
  expect(printed(engine, batch.batch_id)).not.toContain('GRANT');
  expect(holes(engine, batch.batch_id)).toEqual([]);
});
