import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { giveRole } from '../core/trust/support/branchRoles.ts';
import { atBranch, run, sync } from '../support/branch.ts';
import { hasOpenssl, issue, makeCa } from '../support/certificates.ts';
import { differences } from '../support/compare.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startServer } from '../support/servers.ts';
import { type Pooler, pgbouncerProgram, runPooler } from './support/pgbouncer.ts';

/** The name in the guide. */
const DATABASE = 'marketing_dashboard';
const SKIPPED = pgbouncerProgram() === null || !hasOpenssl();

const guide = readFileSync(new URL('../../docs/many-branches.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'branchline-recipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The only block of its kind in the guide. */
function block(kind: string): string {
  const found = [...guide.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  expect(found).toHaveLength(1);
  return found[0]?.[1] ?? '';
}

/** The text with each of these replaced wherever it is; each has to be there. */
function adapted(text: string, replaced: Readonly<Record<string, string>>): string {
  return Object.entries(replaced).reduce((all, [from, to]) => {
    expect(all).toContain(from);
    return all.replaceAll(from, to);
  }, text);
}

/** What the guide's statement prints for the roles that there are now. */
async function userlist({ central }: DatabasePair): Promise<string> {
  const client = await central.connectAdmin();
  try {
    const { rows } = await client.query<{ format: string }>(block('sql'));
    return rows.map(({ format }) => `${format}\n`).join('');
  } finally {
    await client.end();
  }
}

/** The pooler of the guide: places and the database's name are other ones, and nothing else. */
async function startRecipe(pair: DatabasePair): Promise<Pooler> {
  makeCa(folder, 'ca');
  const { certificate, key } = issue(folder, 'ca', 'localhost');
  const users = await userlist(pair);
  return runPooler(pgbouncerProgram() ?? '', (place) => ({
    'pgbouncer.ini': adapted(block('ini'), {
      '/etc/pgbouncer/': `${place.folder}/`,
      '/var/log/postgresql/': `${place.folder}/`,
      '/var/run/postgresql': place.folder,
      'listen_port = 6432': `listen_port = ${place.port}`,
      'port=5432': `port=${pair.central.port}`,
      [DATABASE]: pair.central.database,
    }),
    'userlist.txt': users,
    'server.crt': certificate,
    'server.key': key,
  }));
}

/** How a branch reaches it: it checks who answers. */
function through({ port }: Pooler) {
  return { host: 'localhost', port, sslmode: 'verify-full', sslrootcert: join(folder, 'ca.pem') };
}

const DAYS = [
  [
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'note ' || n FROM generate_series(1, 500) n",
    'CREATE TABLE visit (at timestamptz, note text)',
    "INSERT INTO visit SELECT '2025-11-08 14:30:52+07'::timestamptz + n * interval '1 minute', 'x' FROM generate_series(1, 50) n",
  ],
  [
    "UPDATE item SET note = 'other' WHERE id % 7 = 0",
    "INSERT INTO item VALUES (501, 'new')",
    "INSERT INTO visit VALUES ('2025-11-09 14:30:52+07', 'new')",
  ],
];

test.skipIf(SKIPPED).for([
  { layout: 'schema', deletes: true, where: { centralSchema: CONNECTION } },
  { layout: 'stamp', deletes: true, where: { connection: CONNECTION } },
  // No deletes, and no tables without a key, in a table that branches share by its key.
  { layout: 'merge', deletes: false, where: {} },
])("the guide's PgBouncer carries layout $layout, with SCRAM and TLS", async ({ layout, deletes, where }) => {
  await using server = await startServer();
  await using pair = await freshDatabases({ centralServer: server });
  await using pooler = await startRecipe(pair);
  using home = makeHome(pair, { central: { layout, ...through(pooler) } });
  await using engine = home.open();
  for (const statements of DAYS) {
    await atBranch(pair, ...statements.filter((one) => deletes || !one.includes('visit')));
    await settled(pair.source);
    expect((await sync(engine)).batch.status).toBe('completed');
  }
  if (deletes) {
    await atBranch(pair, 'DELETE FROM item WHERE id % 5 = 0', 'DELETE FROM visit');
    expect((await sync(engine)).batch.status).toBe('completed');
  }
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await differences(pair, where)).toEqual([]);
  const log = await pooler.log();
  expect(log).toMatch(/login attempt: .* tls=TLS/);
  expect(log).not.toMatch(/WARNING.*(?:auth|password|SCRAM)/i);
});

test.skipIf(SKIPPED)(
  "the guide's PgBouncer serves a role per branch, of which more come than it has sessions",
  async () => {
    await using server = await startServer();
    await using pair = await freshDatabases({ centralServer: server });
    await atBranch(pair, ...(DAYS[0] ?? []));
    // Each leaves up to three sessions in a pool of its own, which holds them for ten minutes.
    const ids = Array.from({ length: 9 }, (_, index) => `branch_${index}`);
    const central = (id: string) => ({ layout: 'schema', user: `branchline_${id}` });
    for (const id of ids) {
      using home = makeHome(pair, { connection: { id }, central: central(id) });
      await giveRole(pair, { id, role: `branchline_${id}`, home }, 'schema');
    }
    await using pooler = await startRecipe(pair);
    for (const id of ids) {
      using home = makeHome(pair, { connection: { id }, central: { ...central(id), ...through(pooler) } });
      await using engine = home.open();
      expect((await sync(engine)).batch.status).toBe('completed');
      expect(await differences(pair, { centralSchema: id })).toEqual([]);
    }
  },
);

test.skipIf(SKIPPED)(
  "signing in to the guide's PgBouncer does not wait until one of its sessions is free",
  async () => {
    await using server = await startServer();
    await using pair = await freshDatabases({ centralServer: server });
    await using pooler = await startRecipe(pair);
    const clients = await Promise.all(Array.from({ length: 21 }, () => client(pair, pooler)));
    // Each is ended by the test, maybe before the test waits for it.
    const busy = clients.slice(1).map((one) => one.query('SELECT pg_sleep(3600)').catch(() => undefined));
    const admin = await pair.central.connectAdmin();
    const sleeping = async () => {
      const { rows } = await admin.query<{ n: string }>(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)'",
      );
      return Number(rows[0]?.n);
    };
    await expect.poll(sleeping).toBe(20);
    const late = await client(pair, pooler);
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)'",
    );
    await Promise.all([admin.end(), ...busy]);
    expect((await late.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await Promise.all([late, ...clients].map((one) => one.end().catch(() => undefined)));
  },
);

async function client({ central }: DatabasePair, { port }: Pooler): Promise<pg.Client> {
  const { database, user, password } = central;
  const ssl = { ca: readFileSync(join(folder, 'ca.pem'), 'utf8') };
  const one = new pg.Client({ host: 'localhost', port, database, user, password, ssl });
  one.on('error', () => undefined);
  await one.connect();
  return one;
}

test.skipIf(SKIPPED)("the guide's list has the secrets of Branchline's roles alone", async () => {
  await using server = await startServer();
  await using pair = await freshDatabases({ centralServer: server });
  await run(
    pair.central,
    "CREATE ROLE report LOGIN PASSWORD 'secret'",
    "CREATE ROLE branchlineother LOGIN PASSWORD 'secret'",
    "CREATE ROLE branchline_boss LOGIN SUPERUSER PASSWORD 'secret'",
    "CREATE ROLE branchline_lmp LOGIN PASSWORD 'secret'",
  );
  const users = await userlist(pair);
  expect([...users.matchAll(/^"(\w+)" "SCRAM-SHA-256\$\d+:[^"]+"$/gm)].map(([, name]) => name)).toEqual([
    'branchline',
    'branchline_lmp',
    'branchline_read',
  ]);
});
