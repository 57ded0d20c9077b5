import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { FailureCode, FailureKind } from '../../../src/shared/errors.ts';
import { pgbouncerProgram, startPooler } from '../../faults/support/pgbouncer.ts';
import { ADMIN } from '../../support/servers.ts';

async function open({ host, port }: { readonly host: string; readonly port: number }): Promise<Session> {
  const { password } = inject('servers').source;
  const session = await Session.open({
    side: 'central',
    endpoint: { host, port, database: ADMIN, user: ADMIN, sslmode: 'disable', connectTimeoutSeconds: 5 },
    connection: 'pgsql_lmp',
    folder: '/',
    applicationName: 'prepared',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: 5000 },
    password,
  });
  onTestFinished(() => session.close());
  return session;
}

/** Long enough to be worth a name. */
const LONG = `SELECT $1::pg_catalog.text AS said${' '.repeat(250)}`;
const KEPT = 'SELECT pg_catalog.count(*) AS kept FROM pg_catalog.pg_prepared_statements';

async function kept(session: Session): Promise<string | null | undefined> {
  return (await session.query(KEPT)).rows[0]?.kept;
}

test('a long statement with values that is repeated is kept by the server, and answers with today’s values', async () => {
  const session = await open(inject('servers').source);

  const answers: unknown[] = [];
  for (const value of ['a', 'b', null, 'd']) answers.push((await session.query(LONG, [value])).rows[0]?.said);

  expect(answers).toEqual(['a', 'b', null, 'd']);
  expect(await kept(session)).toBe('1');
});

test('what is asked once, is short, or has no values is not kept', async () => {
  const session = await open(inject('servers').source);

  await session.query(LONG, ['once']);
  for (const _ of [1, 2, 3]) {
    await session.query('SELECT $1::int AS short', [1]);
    await session.query(`SELECT 1 AS constant${' '.repeat(250)}`);
  }

  expect(await kept(session)).toBe('0');
});

test('in a script, too; and after an error the statement is asked again as if nothing had been', async () => {
  const session = await open(inject('servers').source);
  const ask = (value: string) => session.script(['BEGIN', { text: LONG, values: [value] }, 'COMMIT']);
  const failing = (value: string) =>
    session.script(['BEGIN', { text: LONG, values: [value] }, 'SELECT 1 / 0', 'COMMIT']);

  await ask('first');
  await expect(failing('second')).rejects.toMatchObject({ detail: { sqlstate: '22012' } });
  await session.query('ROLLBACK');
  await expect(failing('third')).rejects.toMatchObject({ detail: { sqlstate: '22012' } });
  await session.query('ROLLBACK');
  const results = await ask('fourth');
  const again = await ask('fifth');

  expect(results[1]?.rows).toEqual([{ said: 'fourth' }]);
  expect(again[1]?.rows).toEqual([{ said: 'fifth' }]);
});

test('a statement that no longer means the same is planned anew by the server', async () => {
  const session = await open(inject('servers').source);
  await session.query('CREATE TEMP TABLE counted (a int)');
  const text = `SELECT pg_catalog.count(*) AS n FROM counted WHERE $1::int IS NOT NULL${' '.repeat(200)}`;
  for (const _ of [1, 2, 3, 4, 5, 6, 7]) await session.query(text, [1]);

  await session.query('ALTER TABLE counted ALTER a TYPE text, ADD b int');
  await session.query("INSERT INTO counted VALUES ('x', 1)");

  expect((await session.query(text, [1])).rows).toEqual([{ n: '1' }]);
});

test('behind a pooler nothing is kept, since the next session of the server would not know it', async () => {
  const program = pgbouncerProgram();
  if (program === null) throw new Error('there is no PgBouncer: apt-get install pgbouncer');
  const { source } = inject('servers');
  await using pooler = await startPooler(program, source, [ADMIN], 2);
  const session = await open({ host: source.host, port: pooler.port });

  for (const value of ['a', 'b', 'c', 'd'])
    expect((await session.query(LONG, [value])).rows).toEqual([{ said: value }]);
  expect(await kept(session)).toBe('0');
});

describe('a session whose kept statements are no longer what they were is cut, and the next one works', () => {
  const NEVER_MIND = 'SELECT 1 AS nothing';
  const COLUMNS = `SELECT *, $1::pg_catalog.text AS said FROM pg_temp.seen${' '.repeat(250)}`;
  test.each([
    ['forgotten, as by a trigger of head office', LONG, ['DEALLOCATE ALL'], NEVER_MIND],
    ['forgotten by a function', LONG, ["DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"], NEVER_MIND],
    ['replaced', LONG, ['DEALLOCATE ALL', 'PREPARE branchline_1 AS SELECT 1'], NEVER_MIND],
    ['about other columns', COLUMNS, ['ALTER TABLE pg_temp.seen ADD b int'], NEVER_MIND],
    [
      'about other columns, in a language that we do not know',
      COLUMNS,
      ['ALTER TABLE pg_temp.seen ADD b int'],
      "SET lc_messages = 'de_DE.UTF-8'",
    ],
  ])('%s', async (_how, text, changes, before) => {
    const session = await open(inject('servers').source);
    await session.query(before).catch(() => {});
    await session.query('CREATE TEMP TABLE seen (a int)');
    for (const value of ['a', 'b', 'c']) await session.query(text, [value]);
    for (const change of changes) await session.query(change);

    await expect(session.query(text, ['d'])).rejects.toMatchObject({
      detail: { code: FailureCode.ConnectionLost, kind: FailureKind.Transient },
    });

    expect(session.lost).toBe(true);
    const next = await open(inject('servers').source);
    expect((await next.query(LONG, ['e'])).rows).toEqual([{ said: 'e' }]);
  });

  test('a name that somebody else has taken', async () => {
    const session = await open(inject('servers').source);
    await session.query(LONG, ['a']);
    await session.query('PREPARE branchline_1 AS SELECT 1');

    await expect(session.query(LONG, ['b'])).rejects.toMatchObject({
      detail: { code: FailureCode.ConnectionLost, kind: FailureKind.Transient, sqlstate: '42P05' },
    });
    expect(session.lost).toBe(true);
  });

  test('but an error of another statement beside it, or of its values, says what it said', async () => {
    const session = await open(inject('servers').source);
    const number = `SELECT $1::pg_catalog.int4 AS n${' '.repeat(250)}`;
    for (const value of [1, 2, 3]) await session.query(number, [value]);

    await expect(session.query(number, ['x'])).rejects.toMatchObject({ detail: { sqlstate: '22P02' } });
    await expect(
      session.script([{ text: number, values: [4] }, 'EXECUTE never_prepared']),
    ).rejects.toMatchObject({ detail: { code: FailureCode.Internal, sqlstate: '26000' } });
    expect((await session.query(number, [5])).rows).toEqual([{ n: '5' }]);
  });
});
