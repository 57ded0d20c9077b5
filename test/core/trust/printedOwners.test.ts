import { randomBytes } from 'node:crypto';
import { afterEach, expect, inject, test } from 'vitest';
import { run } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';
import { printedFor } from './support/branchRoles.ts';

/** Of one test; roles belong to the whole server. */
let made: string[] = [];
afterEach(async () => {
  const client = await connectTo(inject('servers').central);
  for (const role of made) await client.query(`DROP ROLE IF EXISTS ${role}`);
  made = [];
  await client.end();
});

interface Plan {
  readonly id?: string;
  readonly layout?: 'schema' | 'stamp';
  readonly targetSchema?: string;
  readonly role?: string;
}

function newRole(): string {
  const role = `branchline_x_${randomBytes(4).toString('hex')}`;
  made.push(role);
  return role;
}

function printed(
  pair: DatabasePair,
  { id = 'a', layout = 'stamp', targetSchema, role }: Plan,
): readonly string[] {
  using home = makeHome(pair, {
    connection: { id, ...(targetSchema === undefined ? {} : { targetSchema }) },
  });
  return printedFor({ id, role: role ?? newRole(), home }, layout);
}

/** Runs what `central-sql` prints, as head office's administrator. @returns the error, null where there is none */
async function outcome(pair: DatabasePair, plan: Plan): Promise<string | null> {
  return run(pair.central, ...printed(pair, plan)).then(
    () => null,
    (error: Error) => error.message,
  );
}

async function ownerOf(pair: DatabasePair, query: string): Promise<unknown> {
  const client = await pair.central.connectAdmin();
  const { rows } = await client.query<{ owner: string }>(query);
  await client.end();
  return rows[0]?.owner;
}

const schemaOwner = (pair: DatabasePair, schema: string) =>
  ownerOf(pair, `SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = '${schema}'`);

test.each(['sources', 'checkpoints', 'delete_rights', 'setup'])(
  'a table branchline.%s that a branch has made before head office is refused',
  async (name) => {
    await using pair = await freshDatabases();
    const a = newRole();
    expect(await outcome(pair, { id: 'a', role: a })).toBeNull();
    await run(
      pair.central,
      `ALTER TABLE branchline.${name} RENAME TO kept`,
      `SET ROLE ${a}`,
      `CREATE TABLE branchline.${name} (LIKE branchline.kept INCLUDING ALL)`,
    );

    for (const plan of [{ id: 'a', role: a }, { id: 'b' }, { id: 'c', layout: 'schema' as const }])
      expect(await outcome(pair, plan)).toMatch(`branchline.${name} belongs to role ${a}`);
  },
);

test('a role that owns a shared table, or is a member of its owner, is refused: no policy would bind it', async () => {
  await using pair = await freshDatabases();
  const [owner, member, other] = [newRole(), newRole(), newRole()];
  await run(
    pair.central,
    ...[owner, member, other].map((one) => `CREATE ROLE ${one} LOGIN`),
    `GRANT ${owner} TO ${member}`,
    'CREATE TABLE public.item (source_connection text NOT NULL, id int)',
    `ALTER TABLE public.item OWNER TO ${owner}`,
  );

  for (const role of [owner, member])
    expect(await outcome(pair, { role })).toMatch(`table item belongs to role ${role}, or to one`);
  expect(await outcome(pair, { role: other })).toBeNull();
});

test('the role that owns Branchline’s own schema and tables is refused', async () => {
  await using pair = await freshDatabases();
  const [first, shared] = [newRole(), newRole()];
  expect(await outcome(pair, { role: first })).toBeNull();
  await run(pair.central, `CREATE ROLE ${shared}`, `ALTER SCHEMA branchline OWNER TO ${shared}`);
  expect(await outcome(pair, { role: shared })).toMatch(`schema branchline belongs to role ${shared}`);
  await run(pair.central, `ALTER TABLE branchline.sources OWNER TO ${shared}`);
  expect(await outcome(pair, { role: shared })).toMatch(`table branchline.sources belongs to role ${shared}`);
});

test.each(['SUPERUSER', 'BYPASSRLS'])('a role with %s is refused', async (right) => {
  await using pair = await freshDatabases();
  const role = newRole();
  await run(pair.central, `CREATE ROLE ${role} LOGIN ${right}`);

  expect(await outcome(pair, { role })).toMatch(`role ${role} passes row-level security`);
});

test('a schema that belongs to the role of another branch stays its', async () => {
  await using pair = await freshDatabases();
  const b = newRole();
  expect(await outcome(pair, { id: 'branchb', layout: 'schema', role: b })).toBeNull();

  const refused = await outcome(pair, { id: 'a', layout: 'schema', targetSchema: 'branchb' });

  expect(refused).toMatch(`schema branchb belongs to role ${b}`);
  expect(await schemaOwner(pair, 'branchb')).toBe(b);
  // Its own SQL may run again.
  expect(await outcome(pair, { id: 'branchb', layout: 'schema', role: b })).toBeNull();
});

test('a schema that another connection syncs into stays its, whoever owns it', async () => {
  await using pair = await freshDatabases();
  expect(await outcome(pair, { id: 'a' })).toBeNull();
  await run(
    pair.central,
    'CREATE SCHEMA reports',
    "INSERT INTO branchline.sources (connection, installation, host, target_schema) VALUES ('b', 'i', 'h', 'reports')",
  );

  const refused = await outcome(pair, { id: 'a', layout: 'schema', targetSchema: 'reports' });

  expect(refused).toMatch('schema reports is that of connection b');
  expect(await schemaOwner(pair, 'reports')).toBe('postgres');
});

test.each(['public', 'branchline'])('the schema %s is nobody’s mirror', async (schema) => {
  await using pair = await freshDatabases();
  const before = await schemaOwner(pair, 'public');

  const refused = await outcome(pair, { id: schema, layout: 'schema' });

  expect(refused).toMatch(`schema ${schema} is not that of a single branch`);
  expect(await schemaOwner(pair, 'public')).toBe(before);
});

test('a schema that the one role of all branches has made is handed over', async () => {
  await using pair = await freshDatabases();
  const [shared, role] = [newRole(), newRole()];
  await run(
    pair.central,
    `CREATE ROLE ${shared}`,
    `CREATE SCHEMA branchline AUTHORIZATION ${shared}`,
    `CREATE SCHEMA a AUTHORIZATION ${shared}`,
    'CREATE TABLE a.item (id int)',
    `ALTER TABLE a.item OWNER TO ${shared}`,
  );

  expect(await outcome(pair, { id: 'a', layout: 'schema', role })).toBeNull();
  expect(await schemaOwner(pair, 'a')).toBe(role);
  expect(
    await ownerOf(
      pair,
      "SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = 'a.item'::regclass",
    ),
  ).toBe(role);
});

test('a schema of the administrator’s own, with tables that no branch has synced, is not given away', async () => {
  await using pair = await freshDatabases();
  await run(pair.central, 'CREATE SCHEMA finance', 'CREATE TABLE finance.ledger (id int)');

  const refused = await outcome(pair, { id: 'a', layout: 'schema', targetSchema: 'finance' });

  expect(refused).toMatch('schema finance is yours and has tables, and connection a has not synced into it');
  expect(await schemaOwner(pair, 'finance')).toBe('postgres');
});

test('names with quotes and percent signs do not break the SQL', async () => {
  await using pair = await freshDatabases();
  const plain = newRole();
  const role = `${plain}'%s"$$`;
  made.push(`"${role.replaceAll('"', '""')}"`);
  expect(await outcome(pair, { id: 'b' })).toBeNull();
  await run(
    pair.central,
    `CREATE SCHEMA "o'%I""x"`,
    `CREATE TABLE "o'%I""x".item (id int)`,
    `INSERT INTO branchline.sources (connection, installation, host, target_schema) VALUES ('a', 'i', 'h', 'o''%I"x')`,
  );

  for (const layout of ['schema', 'stamp'] as const)
    expect(await outcome(pair, { id: 'a', layout, role, targetSchema: `o'%I"x` })).toBeNull();
});
