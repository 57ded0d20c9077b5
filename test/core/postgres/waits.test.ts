import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { DEFAULT_TIMEOUTS, Session, type Timeouts } from '../../../src/core/postgres/session.ts';
import { copyData } from '../../../src/core/postgres/wire.ts';
import { ADMIN } from '../../support/servers.ts';

/** A server of the test's own making; `serve` gets each connection. */
async function listening(serve: (client: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    open.add(client);
    client.on('error', () => undefined);
    serve(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const client of open) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function open(port: number, timeouts: Partial<Timeouts>): Promise<Session> {
  const { host, password } = inject('servers').source;
  return Session.open({
    side: 'central',
    endpoint: { host, port, database: ADMIN, user: ADMIN, sslmode: 'disable', connectTimeoutSeconds: 1 },
    connection: 'pgsql_lmp',
    folder: '/',
    applicationName: 'waits',
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
    password,
  });
}

/** Sends these bytes again and again, one at a time: something always moves, and nothing ever ends. */
function drip(client: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(
    () => client.write(bytes.subarray(at++ % bytes.length, ((at - 1) % bytes.length) + 1)),
    50,
  );
  client.on('close', () => clearInterval(timer));
}

/** Signs whoever comes in and lets the session make its settings; `then` gets what comes after. */
function signIn(client: Socket, then: (client: Socket) => void = () => {}): void {
  client.once('data', () => {
    client.write(SIGNED_IN);
    client.once('data', () => {
      client.write(SET);
      then(client);
    });
  });
}

/** AuthenticationOk, ReadyForQuery. */
const SIGNED_IN = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1');
/** CommandComplete, ReadyForQuery. */
const SET = Buffer.from('C\0\0\0\x08SET\0Z\0\0\0\x05I', 'latin1');
/** A notice of 4 bytes of text, the field that ends it, and its zero. */
const NOTICE = Buffer.from('N\0\0\0\x0bMtext\0\0', 'latin1');

describe('a server that sends a byte now and then, and never comes to an end', () => {
  test('while it signs in, is given up after eight time limits', async () => {
    await using server = await listening((client) => drip(client, NOTICE));

    await expect(open(server.port, {})).rejects.toMatchObject({ detail: { code: 'central_unreachable' } });
  });

  test.each([
    ['a statement', (session: Session) => session.query('SELECT 1', [], 500)],
    ['a script', (session: Session) => session.script(['BEGIN', 'SELECT 1'], 500)],
    ['the beginning of a COPY', (session: Session) => session.copyIn(['COPY t FROM STDIN'], 'text')],
    [
      'rows',
      (session: Session) =>
        session.guard(session.copyOut('COPY t TO STDOUT', 'text', 1).ready(Number.POSITIVE_INFINITY)),
    ],
  ])('in place of the answer to %s, is given up when the time is over', async (_, wait) => {
    await using server = await listening((client) =>
      signIn(client, () => client.once('data', () => drip(client, NOTICE))),
    );
    await using session = await open(server.port, {
      answerMs: 500,
      workMs: 500,
      firstRowMs: 500,
      idleMs: 500,
    });

    await expect(wait(session)).rejects.toMatchObject({ detail: { code: 'connection_frozen' } });
    expect(session.lost).toBe(true);
  });
});

test('a session closes in time whatever the server does', async () => {
  await using server = await listening((client) => {
    // It never ends its own side.
    signIn(client);
  });
  const session = await open(server.port, {});
  const began = performance.now();

  await session.close();

  expect(performance.now() - began).toBeLessThan(5000);
});

test('a row that takes longer to send than the time limit goes through, as long as something is taken', async () => {
  const target = inject('servers').source;
  // 64 kB every 6 ms.
  await using slow = await listening((client) => {
    const server = connect(target.port, target.host);
    server.on('error', () => client.destroy());
    server.pipe(client);
    client.on('close', () => server.destroy());
    client.on('data', (data) => {
      client.pause();
      server.write(data, () => setTimeout(() => client.resume(), data.length / 10_000));
    });
  });
  await using session = await open(slow.port, { stallMs: 1500, workMs: 60_000 });
  const row = Buffer.concat([Buffer.alloc(40_000_000, 'x'), Buffer.from('\n')]);

  const copy = await session.copyIn(
    ['BEGIN', 'CREATE TEMP TABLE large (v text)', 'COPY large FROM STDIN'],
    'text',
  );
  await session.guard(
    (async () => copy.write({ messages: copyData(row), rows: 1, lastRowAt: 0, memory: null }))(),
  );
  await session.guard(copy.end(), session.workMs);

  const there = await session.query('SELECT length(v) AS length FROM large');
  expect(there.rows).toEqual([{ length: '40000000' }]);
});

test('a server that takes nothing is given up', async () => {
  await using server = await listening((client) => {
    signIn(client, () =>
      client.once('data', () => {
        client.write(Buffer.from('G\0\0\0\x07\0\0\0', 'latin1'));
        client.pause();
      }),
    );
  });
  await using session = await open(server.port, { stallMs: 500 });
  const copy = await session.copyIn(['COPY large FROM STDIN'], 'text');
  const row = copyData(Buffer.alloc(40_000_000, 'x'));

  await expect(
    session.guard((async () => copy.write({ messages: row, rows: 1, lastRowAt: 0, memory: null }))()),
  ).rejects.toMatchObject({ detail: { code: 'connection_frozen' } });
});
