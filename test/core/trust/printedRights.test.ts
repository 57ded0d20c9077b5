import { expect, inject, test } from 'vitest';
import { atBranch, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { connectTo } from '../../support/servers.ts';
import { printed } from '../messages/support/printed.ts';
import { type Branch, giveRole, openBranch } from './support/branchRoles.ts';

const AT_BRANCH = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')",
];

/** Syncs, and runs what is printed for head office; nothing else. */
async function runPrinted(pair: DatabasePair, { engine }: Branch): Promise<void> {
  const { table } = await sync(engine);
  expect(table('item').error_code).toBe('central_permission');
  const sql = String(table('item').error_detail?.params.sql);
  expect(sql).not.toMatch(/branchline"?\."?setup/);
  await run(pair.central, sql);
}

/** What a role sees of a table: the branches whose rows it may read. */
async function seenIn(pair: DatabasePair, { role }: Branch): Promise<readonly string[]> {
  const client = await connectTo(inject('servers').central, pair.central.database, role);
  const { rows } = await client.query<{ c: string }>(
    'SELECT DISTINCT source_connection AS c FROM public.item',
  );
  await client.end();
  return rows.map((one) => one.c);
}

test('the SQL that a new table is made by gives a role per branch its own rows of it alone', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...AT_BRANCH);
  using a = await openBranch(pair, 'a', 'stamp');
  using b = await openBranch(pair, 'b', 'stamp');

  // The first is offered the table itself, the second its rights.
  for (const branch of [a, b]) {
    await runPrinted(pair, branch);
    expect((await sync(branch.engine)).table('item').status).toBe('completed');
  }

  for (const branch of [a, b]) expect(await seenIn(pair, branch)).toEqual([branch.id]);
  const client = await connectTo(inject('servers').central, pair.central.database, a.role);
  const plant = client.query("INSERT INTO public.item (source_connection, id) VALUES ('b', 9)");
  await expect(plant).rejects.toMatchObject({ code: '42501' });
  await client.end();
  await Promise.all([a, b].map((one) => one.engine[Symbol.asyncDispose]()));
});

test('where a policy of head office binds a role per branch, no right is offered that passes all policies', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...AT_BRANCH);
  using a = await openBranch(pair, 'a', 'stamp');
  await runPrinted(pair, a);
  await giveRole(pair, a, 'stamp');
  await run(pair.central, 'CREATE POLICY newest ON public.item AS RESTRICTIVE USING (id > 1)');

  const { batch, table } = await sync(a.engine);

  expect(table('item')).toMatchObject({ status: 'failed', error_code: 'central_policy_foreign' });
  const text = printed(a.engine, batch.batch_id);
  expect(text).not.toContain('ALTER ROLE');
  expect(text).toContain('newest');
  await a.engine[Symbol.asyncDispose]();
});

test('a shared table whose policies are gone gets them back by what is printed', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...AT_BRANCH);
  using a = await openBranch(pair, 'a', 'stamp');
  using b = await openBranch(pair, 'b', 'stamp');
  for (const branch of [a, b]) {
    await runPrinted(pair, branch);
    await sync(branch.engine);
  }
  await run(
    pair.central,
    ...['branchline::all', 'branchline:a', 'branchline:b'].map(
      (one) => `DROP POLICY "${one}" ON public.item`,
    ),
  );

  await runPrinted(pair, a);

  expect(await seenIn(pair, a)).toEqual(['a']);
  await Promise.all([a, b].map((one) => one.engine[Symbol.asyncDispose]()));
});
