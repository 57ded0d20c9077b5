import type pg from 'pg';
import { expect, inject, test } from 'vitest';
import type { SeparateLayout } from '../../../src/core/rights/centralSql.ts';
import { atBranch, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { ADMIN, connectTo } from '../../support/servers.ts';
import { type Branch, giveRole, openBranch } from './support/branchRoles.ts';

/** Two branches, each with a role of its own and no other right at head office than what the command printed. */
async function twoBranches(pair: DatabasePair, layout: SeparateLayout): Promise<readonly [Branch, Branch]> {
  await run(
    pair.central,
    'ALTER SCHEMA public OWNER TO postgres',
    `REVOKE ALL ON DATABASE ${pair.central.database} FROM branchline`,
  );
  await atBranch(
    pair,
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    'CREATE TABLE item (id int PRIMARY KEY, note text, m mood)',
    "INSERT INTO item SELECT n, 'note ' || n, 'ok' FROM generate_series(1, 1000) n",
    'CREATE TABLE keyless (note text)',
    "INSERT INTO keyless VALUES ('a'), ('a')",
  );
  return [await openBranch(pair, 'pgsql_lmp', layout), await openBranch(pair, 'pgsql_plb', layout)];
}

async function works(pair: DatabasePair, { engine }: Branch): Promise<void> {
  const tables = (batchId: string) =>
    engine.batch(batchId).tables.map((one) => [one.table_name, one.status, one.error_message]);
  const good = [
    ['item', 'completed', null],
    ['keyless', 'completed', null],
  ];
  const steps = await engine.testConnection('central');
  expect(steps.filter((one) => !one.ok)).toEqual([]);
  expect(tables((await sync(engine)).batch.batch_id).sort()).toEqual(good);
  await atBranch(pair, "UPDATE item SET note = 'new' WHERE id % 100 = 0", 'DELETE FROM item WHERE id = 7');
  expect(tables((await sync(engine)).batch.batch_id).sort()).toEqual(good);
  expect(tables((await sync(engine)).batch.batch_id).sort()).toEqual(good);
  expect((await engine.verify({ trigger: 'cli' })).tables.map((one) => one.result)).toEqual([
    'equal',
    'equal',
  ]);
  await atBranch(pair, "INSERT INTO item VALUES (7, 'back', 'sad')");
}

/** What one branch's password can do with another's rows. */
async function refusedAll(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const answer = await client.query(statement).then(
      ({ command, rowCount }) => `${command} ${rowCount}`,
      (error: { code?: string }) => error.code,
    );
    // No such row, or insufficient_privilege.
    expect(['SELECT 0', 'UPDATE 0', 'DELETE 0', '42501'], statement).toContain(answer);
  }
}

function attacksOn(other: Branch): readonly string[] {
  const mine = `connection = '${other.id}'`;
  return [
    ...['sources', 'checkpoints', 'delete_rights'].flatMap((name) => [
      `SELECT * FROM branchline.${name} WHERE ${mine}`,
      `UPDATE branchline.${name} SET connection = connection WHERE ${mine}`,
      `DELETE FROM branchline.${name} WHERE ${mine}`,
      `ALTER TABLE branchline.${name} DISABLE ROW LEVEL SECURITY`,
      `DROP POLICY "branchline:${other.id}" ON branchline.${name}`,
      `DROP TABLE branchline.${name}`,
      `TRUNCATE branchline.${name}`,
    ]),
    `INSERT INTO branchline.checkpoints (connection, table_name) VALUES ('${other.id}', 'planted')`,
    `INSERT INTO branchline.sources (connection, installation, host) VALUES ('x_${other.id}', 'i', 'h')`,
    'UPDATE branchline.setup SET version = 0',
    `SET ROLE ${other.role}`,
    'CREATE SCHEMA another',
    'CREATE TABLE public.another (id int)',
  ];
}

test('in layout schema a role per branch does all the work, and touches nothing of another branch', async () => {
  await using pair = await freshDatabases();
  const [a, b] = await twoBranches(pair, 'schema');
  using _a = a;
  using _b = b;
  await works(pair, a);
  await works(pair, b);
  const client = await connectTo(inject('servers').central, pair.central.database, a.role);

  await refusedAll(client, [
    ...attacksOn(b),
    `SELECT * FROM ${b.id}.item`,
    `UPDATE ${b.id}.item SET note = 'x'`,
    `DELETE FROM ${b.id}.item`,
    `DROP TABLE ${b.id}.item`,
    `DROP SCHEMA ${b.id} CASCADE`,
    `CREATE TABLE ${b.id}.planted (id int)`,
    `ALTER TYPE ${b.id}.mood ADD VALUE 'x'`,
  ]);

  await client.end();
  await sync(b.engine);
  expect((await b.engine.verify({ trigger: 'cli' })).tables.map((one) => one.result)).toEqual([
    'equal',
    'equal',
  ]);
  await Promise.all([a.engine[Symbol.asyncDispose](), b.engine[Symbol.asyncDispose]()]);
});

test('in layout stamp head office makes the tables, and policies keep the branches apart in them', async () => {
  await using pair = await freshDatabases();
  const [a, b] = await twoBranches(pair, 'stamp');
  using _a = a;
  using _b = b;
  const { batch } = await sync(a.engine);
  const failed = a.engine.batch(batch.batch_id).tables;
  expect(failed.map((one) => one.error_code)).toEqual(['central_permission', 'central_permission']);
  for (const { error_detail } of failed) await run(pair.central, String(error_detail?.params.sql));
  for (const branch of [a, b]) await giveRole(pair, branch, 'stamp');

  await works(pair, a);
  await works(pair, b);
  const client = await connectTo(inject('servers').central, pair.central.database, a.role);
  const theirs = `source_connection = '${b.id}'`;

  await refusedAll(client, [
    ...attacksOn(b),
    `SELECT * FROM public.item WHERE ${theirs}`,
    `UPDATE public.item SET note = 'x' WHERE ${theirs}`,
    `DELETE FROM public.item WHERE ${theirs}`,
    `INSERT INTO public.item (source_connection, id) VALUES ('${b.id}', 5000)`,
    `UPDATE public.item SET source_connection = '${b.id}' WHERE id = 1`,
    `INSERT INTO public.keyless VALUES ('${b.id}', 'planted')`,
    'ALTER TABLE public.item DISABLE ROW LEVEL SECURITY',
    'TRUNCATE public.item',
    'DROP TABLE public.item',
  ]);
  await client.end();

  await sync(b.engine);
  expect((await b.engine.verify({ trigger: 'cli' })).tables.map((one) => one.result)).toEqual([
    'equal',
    'equal',
  ]);
  // Whoever reads for head office's reports sees all of them.
  const reader = await connectTo(inject('servers').central, pair.central.database, ADMIN);
  const { rows } = await reader.query('SELECT DISTINCT source_connection AS c FROM public.item ORDER BY 1');
  await reader.end();
  expect(rows).toEqual([{ c: a.id }, { c: b.id }]);
  await Promise.all([a.engine[Symbol.asyncDispose](), b.engine[Symbol.asyncDispose]()]);
});
