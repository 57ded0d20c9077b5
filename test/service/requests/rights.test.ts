import { expect, inject, test } from 'vitest';
import { CENTRAL_ROLE } from '../../../src/demo/endpoint.ts';
import { NoticeCode } from '../../../src/shared/notices.ts';
import { giveRole, openBranch } from '../../core/trust/support/branchRoles.ts';
import { pgbouncerProgram, startPooler } from '../../faults/support/pgbouncer.ts';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { type Home, makeHome } from '../../support/home.ts';
import {
  answerTo,
  type OfficeKey,
  officeKey,
  signed,
  store,
  takeRequests,
} from '../../support/officeRequests.ts';
import { connectTo } from '../../support/servers.ts';
import { type Watched, withJournal } from '../support.ts';
import { answerOf, lookAgain, lookingAt, saysOf } from './support.ts';

const ITEM = ['CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)'];
const QUICK = { everyMinutes: 0.1 };

async function syncedHome(pair: DatabasePair, key: OfficeKey): Promise<Home> {
  await atBranch(pair, ...ITEM);
  const home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  takeRequests(home.folder, key, QUICK);
  return home;
}

const resume = (home: Pick<Home, 'folder'>, { clock }: Watched, key: OfficeKey, connection?: string) =>
  signed({
    ...{ folder: home.folder, key, issued: clock.now(), asked: { action: 'resume', args: {} } },
    ...(connection !== undefined && { connection }),
  });

test('a branch with a role of its own reads and answers its own requests, and changes nothing else', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using a = await openBranch(pair, 'pgsql_lmp', 'schema');
  using b = await openBranch(pair, 'pgsql_plb', 'schema');
  await using _a = a.engine;
  await using _b = b.engine;
  await sync(a.engine);
  const key = officeKey();
  takeRequests(a.home.folder, key, QUICK);
  const watched = await lookingAt(a.home);
  const theirs = await store(pair, resume(b.home, watched, key, 'pgsql_plb'));
  const row = resume(a.home, watched, key, 'pgsql_lmp');

  expect(await answerOf(pair, watched, row)).toBe('done not_paused');
  expect(await answerTo(pair, theirs)).toBe('waiting');

  const client = await connectTo(inject('servers').central, pair.central.database, a.role);
  const { rows } = await client.query<{ id: string }>('SELECT id FROM branchline.requests');
  expect(rows).toEqual([{ id: row.id }]);
  expect(
    (await client.query("UPDATE branchline.requests SET state = 'done' WHERE connection = 'pgsql_plb'"))
      .rowCount,
  ).toBe(0);
  for (const refused of [
    "INSERT INTO branchline.requests (connection, id, request, signature) VALUES ('pgsql_lmp', 'x', 'x', 'x')",
    "UPDATE branchline.requests SET request = 'x'",
    "UPDATE branchline.requests SET connection = 'pgsql_plb'",
    'DELETE FROM branchline.requests',
    'TRUNCATE branchline.requests',
  ])
    await expect(client.query(refused), refused).rejects.toMatchObject({ code: '42501' });
  await client.end();
});

test('a role that may not read or answer requests syncs on, and says so once until it may', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using branch = await openBranch(pair, 'pgsql_lmp', 'schema');
  await sync(branch.engine);
  await branch.engine[Symbol.asyncDispose]();
  await run(pair.central, `REVOKE ALL ON branchline.requests FROM ${branch.role}`);
  const key = officeKey();
  takeRequests(branch.home.folder, key, QUICK);
  const watched = await lookingAt(branch.home);
  const told = () => watched.events.filter((one) => one.type === 'notice').map((one) => one.notice.code);
  await expect.poll(told, { timeout: 10_000 }).toEqual([NoticeCode.RequestsDenied]);

  const batch = await watched.service.runNow();
  expect(batch.status).toBe('completed');
  const row = resume(branch.home, watched, key, 'pgsql_lmp');
  await store(pair, row);
  await run(pair.central, `GRANT SELECT ON branchline.requests TO ${branch.role}`);
  // It may read, and not answer: carried out, once, and told when it may.
  const state = () => withJournal(branch.home.folder, (journal) => journal.officeRequest(row.id)?.state);
  await expect
    .poll(
      () => {
        lookAgain(watched);
        return state();
      },
      { timeout: 10_000 },
    )
    .toBe('done');
  expect(await answerTo(pair, row.id)).toBe('waiting');
  expect(told()).toEqual([NoticeCode.RequestsDenied]);

  await giveRole(pair, branch, 'schema');
  await saysOf(pair, watched, row.id, (one) => one === 'done not_paused');
  const log = withJournal(branch.home.folder, (journal) => journal.log({ limit: 1000 }));
  expect(log.filter((one) => one.event === 'request_begun')).toHaveLength(1);
});

test('a head office of an earlier version gets the table with the first look', async () => {
  await using pair = await freshDatabases();
  const key = officeKey();
  using home = await syncedHome(pair, key);
  await atCentral(
    pair,
    'DROP TABLE branchline.requests',
    "COMMENT ON VIEW branchline.branch_health IS 'Branchline: head office 2'",
  );
  const watched = await lookingAt(home);
  const made = () => fromCentral(pair, "SELECT to_regclass('branchline.requests') IS NOT NULL");
  await expect.poll(made, { timeout: 10_000 }).toEqual([['t']]);
  expect(await answerOf(pair, watched, resume(home, watched, key))).toBe('done not_paused');
  expect(watched.count('notice')).toBe(0);
});

test('a table that somebody has planted under the name is not read, and reports go on', async () => {
  await using pair = await freshDatabases();
  const key = officeKey();
  using home = await syncedHome(pair, key);
  const role = `planter_${pair.central.database}`;
  await run(
    pair.central,
    `CREATE ROLE ${role}`,
    'DROP TABLE branchline.requests',
    'CREATE TABLE branchline.requests (connection text, id text, request text, signature text, at timestamptz, state text)',
    `GRANT CREATE ON SCHEMA branchline TO ${role}`,
    `ALTER TABLE branchline.requests OWNER TO ${role}`,
    `GRANT SELECT ON branchline.requests TO ${pair.central.user}`,
  );
  const watched = await lookingAt(home);
  const told = () => watched.events.filter((one) => one.type === 'notice').map((one) => one.notice.code);
  await expect.poll(told, { timeout: 10_000 }).toContain(NoticeCode.RequestsUntrusted);
  const before = await fromCentral(pair, 'SELECT count(*) FROM branchline.sync_batches');
  await watched.service.runNow();
  expect(await fromCentral(pair, 'SELECT count(*) FROM branchline.sync_batches')).not.toEqual(before);
  await run(pair.central, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
});

test('of two computers of one branch only the one that was asked acts', async () => {
  await using pair = await freshDatabases();
  const key = officeKey();
  using first = await syncedHome(pair, key);
  using second = makeHome(pair);
  takeRequests(second.folder, key, QUICK);
  const one = await lookingAt(first);
  const other = await lookingAt(second, { clock: one.clock });
  const pause = signed({
    ...{ folder: second.folder, key, issued: one.clock.now() },
    asked: {
      action: 'pause',
      args: { until: new Date(one.clock.now().getTime() + 3_600_000).toISOString() },
    },
  });
  await answerOf(pair, other, pause);
  expect(await saysOf(pair, other, pause.id, (said) => said === 'done')).toBe('done');
  expect(other.service.status().pause).not.toBeNull();
  expect(one.service.status().pause).toBeNull();
});

test('requests go through PgBouncer in transaction mode', async ({ skip }) => {
  const program = pgbouncerProgram();
  if (program === null) return skip('there is no PgBouncer: apt-get install pgbouncer');
  await using pair = await freshDatabases();
  const key = officeKey();
  using home = await syncedHome(pair, key);
  await using pooler = await startPooler(program, inject('servers').central, [CENTRAL_ROLE], 1);
  using pooled = makeHome(pair, { central: { host: '127.0.0.1', port: pooler.port } });
  takeRequests(pooled.folder, key, QUICK);
  const watched = await lookingAt(pooled);
  const row = signed({ folder: pooled.folder, key, issued: watched.clock.now() });
  await answerOf(pair, watched, row);
  await saysOf(pair, watched, row.id, (one) => one.startsWith('done') || one.startsWith('failed'));
  expect(await answerTo(pair, row.id)).toBe('done');
  await atCentral(pair, 'SELECT 1');
  expect(home.folder).not.toBe(pooled.folder);
});
