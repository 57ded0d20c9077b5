import { describe, expect, inject, test } from 'vitest';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { pgbouncerProgram, startPooler } from '../../faults/support/pgbouncer.ts';
import { type FaultProxy, startProxy } from '../../support/proxy.ts';
import { ADMIN, connectTo } from '../../support/servers.ts';

const PROGRESS_MS = 300;
/** Well over the time after which a server is asked. */
const LONG_S = 1.5;

function open(port: number): Promise<Session> {
  const { host, password } = inject('servers').source;
  const far = 600_000;
  return Session.open({
    side: 'source',
    endpoint: { host, port, database: ADMIN, user: ADMIN, sslmode: 'disable', connectTimeoutSeconds: 5 },
    connection: 'pgsql_lmp',
    folder: '/',
    applicationName: `waits ${port}`,
    timeouts: {
      ...DEFAULT_TIMEOUTS,
      answerMs: far,
      workMs: far,
      firstRowMs: far,
      idleMs: far,
      stallMs: far,
      progressMs: PROGRESS_MS,
    },
    password,
  });
}

const ROWS = 'COPY (SELECT g FROM generate_series(1, 3) g) TO STDOUT';
const WORK = `SELECT pg_sleep(${LONG_S})`;

async function rowsOf(session: Session, copy: string): Promise<number> {
  const out = session.copyOut(copy, 'text', 1);
  let rows = 0;
  while (!out.exhausted) {
    rows += out.take(100)?.rows ?? 0;
    await session.guard(out.ready(Number.POSITIVE_INFINITY));
  }
  return rows;
}

describe('a wait for a server that', () => {
  test.each<[string, RegExp, (session: Session) => Promise<unknown>]>([
    ['a statement', /SELECT 1/, (session) => session.query('SELECT 1', [], 600_000)],
    ['a script', /SELECT 1/, (session) => session.script(['BEGIN', 'SELECT 1'])],
    ['rows', /COPY/, (session) => rowsOf(session, ROWS)],
    ['the beginning of a COPY', /COPY/, (session) => session.copyIn(['BEGIN', 'COPY t FROM STDIN'], 'text')],
  ])('has answered long ago ends, with all limits far away: %s', async (_, during, wait) => {
    await using proxy = await startProxy(inject('servers').source);
    await using session = await open(proxy.port);
    void proxy.trap({ from: 'server', type: '1', during }, 'mute');

    await expect(wait(session)).rejects.toMatchObject({ detail: { code: 'connection_frozen' } });

    expect(session.lost).toBe(true);
  });

  test('is at work goes on', async () => {
    await using session = await open(inject('servers').source.port);

    await session.query(WORK);

    const slow = `COPY (SELECT pg_sleep(${LONG_S / 3}) FROM generate_series(1, 3) g) TO STDOUT`;
    expect(await rowsOf(session, slow)).toBe(3);
  });

  test('waits for the lock of another session goes on', async () => {
    await using session = await open(inject('servers').source.port);
    const other = await connectTo(inject('servers').source, ADMIN);
    await other.query('BEGIN; SELECT pg_advisory_xact_lock(4711)');
    const released = other.query(`${WORK}; COMMIT`);

    await session.query('SELECT pg_advisory_lock(4711)');

    await released;
    await other.end();
  });

  test('cannot be asked goes on: nobody knows', async () => {
    await using proxy = await startProxy(inject('servers').source);
    await using session = await open(proxy.port);
    proxy.refuse();

    await session.query(WORK);

    await proxy.accept();
  });

  test('several things wait for asks it once at a time', async () => {
    let opened = 0;
    await using proxy = await startProxy(inject('servers').source, () => {
      opened++;
      return null;
    });
    await using session = await open(proxy.port);

    const work = session.query(WORK);
    await Promise.all([work, ...Array.from({ length: 8 }, () => session.guard(work, 600_000))]);

    // Its own, and one for each time that nothing had moved for a while.
    expect(opened).toBeLessThanOrEqual(1 + (LONG_S * 1000) / PROGRESS_MS);
  });
});

const NONE = 'there is no PgBouncer: apt-get install pgbouncer';

/** @param size sessions that it has of the server */
async function behindPooler(
  program: string,
  size: number,
  work: (proxy: FaultProxy, session: Session) => Promise<void>,
): Promise<void> {
  const { source } = inject('servers');
  await using pooler = await startPooler(program, source, [ADMIN], size);
  await using proxy = await startProxy({ ...source, host: '127.0.0.1', port: pooler.port });
  await using session = await open(proxy.port);
  expect(session.pooled).toBe(true);
  await work(proxy, session);
}

describe('behind a pooler, a wait', () => {
  const program = pgbouncerProgram();

  test('in a transaction ends where the answer was lost', async ({ skip }) => {
    if (program === null) return skip(NONE);
    await behindPooler(program, 4, async (proxy, session) => {
      await session.script(session.begin());
      void proxy.trap({ from: 'server', type: '1', during: /SELECT 1/ }, 'mute');

      await expect(session.query('SELECT 1')).rejects.toMatchObject({
        detail: { code: 'connection_frozen' },
      });
    });
  });

  test('goes on while the server is at work', async ({ skip }) => {
    if (program === null) return skip(NONE);
    await behindPooler(program, 4, async (_, session) => {
      await session.query(WORK);
      await session.script([...session.begin(), WORK]);
    });
  });

  test('goes on until its turn has come', async ({ skip }) => {
    if (program === null) return skip(NONE);
    await behindPooler(program, 1, async ({ port }, first) => {
      await using second = await open(port);

      const began = first.script([...first.begin(), WORK, 'COMMIT']);
      await Promise.all([began, second.query('SELECT 1')]);
    });
  });
});
