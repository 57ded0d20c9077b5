import { describe, expect, inject, test } from 'vitest';
import type { CopyIn } from '../../../src/core/postgres/copyIn.ts';
import type { RowBlock } from '../../../src/core/postgres/rowBlock.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { copyData } from '../../../src/core/postgres/wire.ts';
import { nextStatement, startFakePostgres, welcome } from '../../support/fakePostgres.ts';
import { complete, description, message, ready, row } from '../../support/fakePostgresMessages.ts';
import { startProxy } from '../../support/proxy.ts';
import type { WireMessage } from '../../support/proxyFraming.ts';
import { ADMIN } from '../../support/servers.ts';

function open({ host, port }: { readonly host: string; readonly port: number }): Promise<Session> {
  const { password } = inject('servers').source;
  return Session.open({
    side: 'central',
    endpoint: { host, port, database: ADMIN, user: ADMIN, sslmode: 'disable', connectTimeoutSeconds: 5 },
    connection: 'pgsql_lmp',
    folder: '/',
    applicationName: 'pipeline',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: 5000 },
    password,
  });
}

const BROKEN_OUT = 'SELECT 1; CREATE TABLE pg_temp.broken_out (a int)';
const REFUSED = { detail: { sqlstate: '42601' } };

describe('a text that has broken out of its statement', () => {
  test.each<[string, (session: Session) => Promise<unknown>]>([
    ['a statement', (session) => session.query(BROKEN_OUT)],
    ['a statement with values', (session) => session.query(`SELECT $1; ${BROKEN_OUT}`, [1])],
    ['a script', (session) => session.script(['BEGIN', BROKEN_OUT, 'COMMIT'])],
    ['a copy in', (session) => session.copyIn([BROKEN_OUT, 'COPY pg_catalog.pg_class FROM STDIN'], 'text')],
    [
      'a copy out',
      (session) =>
        session.guard(
          session
            .copyOut(`COPY (SELECT 1) TO STDOUT; ${BROKEN_OUT}`, 'text', 1)
            .ready(Number.POSITIVE_INFINITY),
        ),
    ],
  ])('in %s adds no statement, and the session goes on', async (_, send) => {
    await using session = await open(inject('servers').source);

    await expect(send(session)).rejects.toMatchObject(REFUSED);

    await session.query('ROLLBACK');
    const made = await session.query("SELECT to_regclass('pg_temp.broken_out') AS made");
    expect(made.rows).toEqual([{ made: null }]);
  });
});

/** Messages of one kind on their way. */
function counter(): { passed(message: WireMessage): void; ended(): void; take(): readonly string[] } {
  let seen: string[] = [];
  return {
    passed: ({ from, type }) => void seen.push(`${from} ${type}`),
    ended: () => undefined,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
  };
}

test('a script, and a COPY with statements before it, cost one round trip each', async () => {
  const wire = counter();
  await using proxy = await startProxy(inject('servers').source, () => wire);
  await using session = await open(proxy);
  wire.take();

  await session.script(['BEGIN', 'CREATE TEMP TABLE taken (a int) ON COMMIT DROP', 'SELECT 1']);
  const script = wire.take();
  const copy = await session.copyIn(["SET LOCAL lock_timeout = '1s'", 'COPY taken FROM STDIN'], 'text');
  const begun = wire.take();
  await session.guard(
    (async () =>
      copy.write({ messages: copyData(Buffer.from('1\n')), rows: 1, lastRowAt: 0, memory: null }))(),
  );
  expect(await session.guard(copy.end())).toEqual({ rows: 1, results: [] });
  const ended = wire.take();

  const turns = (types: readonly string[]): readonly string[] =>
    types.map((one) => one.split(' ')[0] ?? '').filter((one, index, all) => one !== all[index - 1]);
  expect(turns(script)).toEqual(['client', 'server']);
  expect(turns(begun)).toEqual(['client', 'server']);
  expect(begun.at(-1)).toBe('server G');
  expect(turns(ended)).toEqual(['client', 'server']);
  // One Sync is answered by one ReadyForQuery, or answers and questions would be out of step.
  const count = (type: string): number => [...begun, ...ended].filter((one) => one === type).length;
  expect([count('client S'), count('server Z')]).toEqual([1, 1]);
  expect([...script, ...begun, ...ended]).not.toContain('client Q');
});

test('a COPY that follows another one waits for no answer, and whatever is behind a mistake is skipped', async () => {
  await using session = await open(inject('servers').source);
  await session.query('CREATE TEMP TABLE taken (a int PRIMARY KEY)');
  const write = (copy: CopyIn, ...rows: readonly number[]): void => {
    const messages = Buffer.concat(rows.map((one) => copyData(Buffer.from(`${one}\n`))));
    copy.write({ messages, rows: rows.length, lastRowAt: 0, memory: null });
  };
  const into = 'COPY taken FROM STDIN';
  const between = ['SELECT pg_catalog.count(*) AS rows FROM taken', 'COMMIT', 'BEGIN'];

  const copy = await session.copyIn(['BEGIN', into], 'text', true);
  write(copy, 1, 2);
  const first = copy.next(between, into);
  write(copy, 3);
  const second = copy.next(between, into);
  write(copy, 1, 4);
  const last = copy.end(['COMMIT']);

  await expect(session.guard(last)).rejects.toMatchObject({ detail: { sqlstate: '23505' } });
  expect(await first).toMatchObject({ rows: 2, results: [{ rows: [{ rows: '2' }] }, {}, {}] });
  expect(await second).toMatchObject({ rows: 1, results: [{ rows: [{ rows: '3' }] }, {}, {}] });
  await session.query('ROLLBACK');
  expect((await session.query('SELECT pg_catalog.count(*) AS rows FROM taken')).rows).toEqual([
    { rows: '3' },
  ]);
});

test('a few rows of a further COPY hold back nothing that was written before them', async () => {
  await using proxy = await startProxy(inject('servers').source);
  proxy.latencyMs = 100;
  await using session = await open(proxy);
  await session.query('CREATE TEMP TABLE taken (a text)');
  const block = (rows: number, bytes: number): RowBlock => {
    const row = copyData(Buffer.from(`${'x'.repeat(bytes)}\n`));
    return { messages: Buffer.concat(Array(rows).fill(row)), rows, lastRowAt: 0, memory: null };
  };
  const into = 'COPY taken FROM STDIN';
  const copy = await session.copyIn(['BEGIN', into], 'text', true);
  // More than the buffers of the way take at once.
  const sent = Array.from({ length: 100 }, () => copy.write(block(1, 200_000)));
  const first = copy.next(['COMMIT', 'BEGIN'], into);
  copy.write(block(1, 10));

  // Whoever waits for this answer sends nothing meanwhile.
  expect(await session.guard(first, 20_000)).toMatchObject({ rows: 100 });
  await Promise.all(sent);
  expect(await session.guard(copy.end(['COMMIT']))).toMatchObject({ rows: 1 });
});

test('what is behind a COPY that fails is not done', async () => {
  await using session = await open(inject('servers').source);
  await session.query('CREATE TEMP TABLE taken (a int PRIMARY KEY)');
  const copy = await session.copyIn(['BEGIN', 'COPY taken FROM STDIN'], 'text', true);
  const messages = copyData(Buffer.from('no number\n'));
  copy.write({ messages, rows: 1, lastRowAt: 0, memory: null });
  const first = copy.next(['INSERT INTO taken VALUES (7)', 'COMMIT', 'BEGIN'], 'COPY taken FROM STDIN');

  await expect(session.guard(first)).rejects.toMatchObject({ detail: { sqlstate: '22P02' } });
  expect(() => copy.write({ messages, rows: 1, lastRowAt: 0, memory: null })).toThrow('no number');
  await session.query('ROLLBACK');
  expect((await session.query('SELECT a FROM taken')).rows).toEqual([]);
});

test('what ended a connection is told as a failure also where a further COPY is to follow', async () => {
  await using session = await open(inject('servers').source);
  const { rows } = await session.query('SELECT pg_backend_pid() AS pid');
  const copy = await session.copyIn(['BEGIN', 'CREATE TEMP TABLE t (a int)', 'COPY t FROM STDIN'], 'text');
  await session.guard(copy.begin());
  const ended = new Promise<void>((resolve) => session.onEnd(resolve));
  await using other = await open(inject('servers').source);
  await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid ?? null]);
  await ended;

  const next = async (): Promise<unknown> => session.guard(copy.next([], 'COPY t FROM STDIN'));

  await expect(next()).rejects.toMatchObject({ detail: { kind: 'transient' } });
});

describe('a server whose answer does not fit the statements loses its connection', () => {
  test.each([
    ['fewer results', [complete('BEGIN'), ready('T')]],
    ['more results', [complete('BEGIN'), complete('SET'), complete('SET'), ready('T')]],
    ['rows to come from us', [message('G', Buffer.from([0, 0, 0]))]],
  ])('%s', async (_, answer) => {
    await using fake = await startFakePostgres(async (client) => {
      await welcome(client);
      await nextStatement(client);
      await client.send(...answer);
      await client.until();
    });
    await using session = await open(fake);

    await expect(session.script(['BEGIN', "SET LOCAL jit = 'off'"])).rejects.toMatchObject({
      detail: { code: 'connection_lost' },
    });
    expect(session.lost).toBe(true);
  });
});

test('a column may have any name and rows any number of equal names', async () => {
  await using fake = await startFakePostgres(async (client) => {
    await welcome(client);
    await nextStatement(client);
    await client.send(description('__proto__', 'a', 'a'), row('x', null, '2'), complete('SELECT 1'), ready());
    await client.until();
  });
  await using session = await open(fake);

  const [found] = (await session.query('SELECT')).rows;

  expect(Object.entries(found ?? {})).toEqual([
    ['__proto__', 'x'],
    ['a', '2'],
  ]);
  expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
});
