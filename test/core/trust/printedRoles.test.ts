import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { expect, inject, test } from 'vitest';
import { run } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';
import { type Branch, giveRole, openBranch, printedFor } from './support/branchRoles.ts';

/** Tables of which rows of each connection are in, and the column that says whose a row is. */
const SHARED = [
  ['branchline.sources', 'connection'],
  ['branchline.checkpoints', 'connection'],
  ['branchline.delete_rights', 'connection'],
  ['public.item', 'source_connection'],
] as const;

const ITEM =
  "CREATE TABLE public.item (source_connection text NOT NULL DEFAULT current_setting('branchline.connection', true), id int, PRIMARY KEY (source_connection, id))";

async function addRows(pair: DatabasePair, ...ids: readonly string[]): Promise<void> {
  for (const id of ids)
    await run(
      pair.central,
      `INSERT INTO branchline.sources (connection, installation, host) VALUES ('${id}', 'i', 'h')`,
      `INSERT INTO branchline.checkpoints (connection, table_name) VALUES ('${id}', 'item')`,
      `INSERT INTO branchline.delete_rights VALUES ('public', '${id}', '${id}')`,
      `INSERT INTO public.item VALUES ('${id}', 1)`,
    );
}

function signIn(pair: DatabasePair, role?: string): Promise<pg.Client> {
  return connectTo(inject('servers').central, pair.central.database, role);
}

/** Whose rows a client sees in each table; 'refused' where it has no right, 'waits' where the table is locked. */
async function seenBy(client: pg.Client): Promise<Record<string, string>> {
  await client.query("SET lock_timeout = '50ms'");
  const seen: Record<string, string> = {};
  for (const [table, column] of SHARED) {
    const answer = await client.query<{ c: string }>(`SELECT ${column} AS c FROM ${table} ORDER BY 1`).then(
      ({ rows }) => rows.map((one) => one.c).join(),
      (error: { code?: string }) =>
        ({ '55P03': 'waits', '42501': 'refused' })[error.code ?? ''] ?? `${error.code}`,
    );
    seen[table] = answer;
  }
  return seen;
}

/** Nothing in any table but its own rows. */
function expectNone(seen: Record<string, string>, allowed: readonly string[], about: string): void {
  expect(
    Object.entries(seen).filter(([, rows]) => !['', 'waits', 'refused', ...allowed].includes(rows)),
    about,
  ).toEqual([]);
}

const ALONE = (id: string) => Object.fromEntries(SHARED.map(([table]) => [table, id]));

test.each([[['all', 'plb']], [['plb', 'all']], [['all', 'plb', 'all']], [['plb', 'all', 'plb']]])(
  'a branch with the id "all" is kept apart like any other, in the order %j',
  async (order) => {
    await using pair = await freshDatabases();
    await run(pair.central, ITEM);
    using all = await openBranch(pair, 'all', 'stamp');
    using plb = await openBranch(pair, 'plb', 'stamp');
    await addRows(pair, 'all', 'plb');
    const branches: Readonly<Record<string, Branch>> = { all, plb };
    for (const id of order) if (branches[id] !== undefined) await giveRole(pair, branches[id], 'stamp');

    for (const branch of [all, plb]) {
      const client = await signIn(pair, branch.role);
      expect(await seenBy(client)).toEqual(ALONE(branch.id));
      await client.end();
    }
    await Promise.all([all, plb].map((one) => one.engine[Symbol.asyncDispose]()));
  },
);

test('policies of an earlier version under the name "branchline:all" do not matter', async () => {
  await using pair = await freshDatabases();
  await run(pair.central, ITEM);
  using all = await openBranch(pair, 'all', 'stamp');
  using plb = await openBranch(pair, 'plb', 'stamp');
  await addRows(pair, 'all', 'plb');
  for (const [table] of SHARED)
    await run(
      pair.central,
      `DROP POLICY IF EXISTS "branchline:all" ON ${table}`,
      `DROP POLICY IF EXISTS "branchline::all" ON ${table}`,
      `CREATE POLICY "branchline:all" ON ${table} USING (true) WITH CHECK (true)`,
    );
  for (const branch of [plb, all]) await giveRole(pair, branch, 'stamp');

  for (const branch of [all, plb]) {
    const client = await signIn(pair, branch.role);
    expect(await seenBy(client)).toEqual(ALONE(branch.id));
    await client.end();
  }
  await Promise.all([all, plb].map((one) => one.engine[Symbol.asyncDispose]()));
});

test.each(['schema', 'stamp'] as const)(
  'while the SQL runs again (layout %s), a branch sees nothing of another at any moment',
  async (layout) => {
    await using pair = await freshDatabases();
    await run(pair.central, ITEM);
    using a = await openBranch(pair, 'a', layout);
    using b = await openBranch(pair, 'b', layout);
    // Rows in the shared table need its policies.
    for (const one of [a, b]) await giveRole(pair, one, 'stamp');
    await addRows(pair, 'a', 'b');
    const [admin, client] = [await signIn(pair), await signIn(pair, a.role)];

    for (const branch of [a, b])
      for (const statement of printedFor(branch, layout)) {
        await admin.query(statement);
        expectNone(await seenBy(client), ['a'], statement);
      }

    expect(await seenBy(client)).toEqual(ALONE('a'));
    await Promise.all([admin.end(), client.end()]);
    await Promise.all([a, b].map((one) => one.engine[Symbol.asyncDispose]()));
  },
);

test('a statement that fails leaves the role without any right, also where the others run after it', async () => {
  await using pair = await freshDatabases();
  await run(pair.central, ITEM);
  using b = await openBranch(pair, 'b', 'stamp');
  await addRows(pair, 'b');
  const role = `branchline_a_${randomBytes(4).toString('hex')}`;
  using home = makeHome(pair, { connection: { id: 'a' }, central: { layout: 'stamp' } });
  await run(pair.central, `CREATE ROLE ${role} LOGIN PASSWORD '${pair.central.password}'`);
  const statements = printedFor({ id: 'a', role, home }, 'stamp');
  const [admin, client] = [await signIn(pair), await signIn(pair, role)];
  await admin.query('SET client_min_messages = error');

  for (const failing of statements.keys()) {
    if (failing === 0 || failing === statements.length - 1) continue;
    for (const [at, statement] of statements.entries())
      await admin.query(at === failing ? 'SELECT 1 / 0' : statement).catch(() => undefined);
    expectNone(await seenBy(client), [], statements[failing] ?? '');
  }

  await Promise.all([admin.end(), client.end()]);
  await run(pair.central, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  await b.engine[Symbol.asyncDispose]();
});
