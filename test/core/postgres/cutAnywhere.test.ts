import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import type { CopyOut } from '../../../src/core/postgres/copyOut.ts';
import { type CopyFormat, splitBlock } from '../../../src/core/postgres/rowBlock.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { copyData } from '../../../src/core/postgres/wire.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';
import { ADMIN, connectTo } from '../../support/servers.ts';
import {
  type Cuts,
  lengthOf,
  type Recording,
  RecordingSocket,
  ReplaySocket,
  withoutPassword,
} from '../../support/wireReplay.ts';

/** A session over node-pg on this socket, signed in. */
async function sessionOn(stream: RecordingSocket | ReplaySocket): Promise<Session> {
  const { host, port, password } = inject('servers').source;
  const client = new pg.Client({ host, port, user: ADMIN, database: ADMIN, password, stream: () => stream });
  const session = Session.adopt(client, {
    side: 'source',
    endpoint: { host, port, database: ADMIN, user: ADMIN, sslmode: 'disable', connectTimeoutSeconds: 5 },
    connection: 'pgsql_lmp',
    folder: '/',
    applicationName: 'cut-anywhere',
    // What was dropped must show soon.
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: 5000, workMs: 5000, firstRowMs: 5000, idleMs: 5000 },
  });
  await client.connect();
  return session;
}

/** What an exchange came to: plain values that can be compared. */
type Outcome = unknown;
type Exchange = (session: Session) => Promise<Outcome>;

/** All rows of a COPY as hex, or with what it failed. */
async function copied(session: Session, text: string, format: CopyFormat, columns: number): Promise<Outcome> {
  const copy = session.copyOut(text, format, columns);
  const rows: string[] = [];
  const pieces: Buffer[] = [];
  try {
    while (!copy.exhausted) {
      const block = copy.take(3);
      if (block === null) {
        await more(session, copy);
        continue;
      }
      expect(block.rows).toBeLessThanOrEqual(3);
      let left = block;
      while (left.rows > 1) {
        const [head, tail] = splitBlock(left, 1);
        pieces.push(Buffer.from(head.messages));
        left = tail;
      }
      pieces.push(Buffer.from(left.messages));
      // As a chunk does once it has sent them on.
      block.memory?.transfer(0);
    }
    return { rows: pieces.map((one) => one.toString('hex')), failure: null, answers: await alive(session) };
  } catch (error) {
    for (const one of pieces) rows.push(one.toString('hex'));
    return { rows, failure: told(error), answers: await alive(session) };
  }
}

/** Waits for rows or the end; what was dropped on the way shows as a failure. */
async function more(session: Session, copy: CopyOut): Promise<void> {
  const late = new Error('neither rows nor an end have come');
  const timer = setTimeout(() => session.destroy(), 3000);
  await session.guard(copy.ready(3500)).finally(() => clearTimeout(timer));
  if (session.lost) throw late;
}

function told(error: unknown): unknown {
  if (!(error instanceof SyncFailure)) throw error;
  const { code, sqlstate, message } = error.detail;
  return { code, sqlstate, message };
}

/** Whether the session still answers, and to the right question. */
async function alive(session: Session): Promise<Outcome> {
  return (await session.query('SELECT $1::text AS still, 2 AS two', ['here'])).rows;
}

const copyOut =
  (format: CopyFormat, columns: number, query: string): Exchange =>
  (session) =>
    copied(session, `COPY (${query}) TO STDOUT WITH (FORMAT ${format})`, format, columns);

function copyIn(columns: string, rows: readonly string[]): Exchange {
  return async (session) => {
    try {
      const begin = ['BEGIN', `CREATE TEMP TABLE taken (${columns}) ON COMMIT DROP`, 'COPY taken FROM STDIN'];
      const copy = await session.copyIn(begin, 'text');
      for (const row of rows) {
        const messages = copyData(Buffer.from(`${row}\n`));
        await session.guard((async () => copy.write({ messages, rows: 1, lastRowAt: 0, memory: null }))());
      }
      await session.guard(copy.end(), session.workMs);
      const there = await session.script(['SELECT count(*) FROM taken', 'COMMIT']);
      return { there: there[0]?.rows, answers: await alive(session) };
    } catch (error) {
      await session.query('ROLLBACK');
      return { failure: told(error), answers: await alive(session) };
    }
  };
}

/** A statement that another session cancels once its first rows have come. */
const cancelled: Exchange = async (session) => {
  const copy = session.copyOut(
    'COPY (SELECT n, repeat(chr(65), 5000) FROM generate_series(1, 4) n, pg_sleep(CASE n WHEN 4 THEN 20 ELSE 0 END)) TO STDOUT',
    'text',
    2,
  );
  await more(session, copy);
  if (recordingNow) {
    const admin = await connectTo(inject('servers').source);
    await admin.query('SELECT pg_cancel_backend($1)', [session.backendPid]);
    await admin.end();
  }
  let rows = 0;
  try {
    while (!copy.exhausted) {
      const block = copy.take(10);
      rows += block?.rows ?? 0;
      if (block === null) await more(session, copy);
    }
    return 'not cancelled';
  } catch (error) {
    return { rows, failure: told(error), answers: await alive(session) };
  }
};

let recordingNow = false;
const MANY = 'SELECT n, repeat(chr(65 + n % 26), n % 13) FROM generate_series(1, 40) n';
const LATE = 'SELECT n, 1 / (500 - n) FROM generate_series(1, 600) n';
const WORDY = `SELECT n, pg_temp.say(n) FROM generate_series(1, 4) n`;
const SAY = `CREATE FUNCTION pg_temp.say(n int) RETURNS int LANGUAGE plpgsql AS $$
  BEGIN RAISE WARNING 'row %', n; PERFORM set_config('application_name', 'row ' || n, false); RETURN n; END $$`;

const EXCHANGES: Readonly<Record<string, Exchange>> = {
  'text rows': copyOut('text', 2, MANY),
  'binary rows': copyOut('binary', 2, MANY),
  'one text row': copyOut('text', 1, 'SELECT 1'),
  'one binary row': copyOut('binary', 1, 'SELECT 1'),
  'no text row': copyOut('text', 1, 'SELECT 1 WHERE false'),
  'no binary row': copyOut('binary', 1, 'SELECT 1 WHERE false'),
  'rows without columns': copyOut('text', 0, 'SELECT FROM generate_series(1, 3)'),
  'a query that fails at once': copyOut('binary', 1, 'SELECT 1 FROM nowhere'),
  'a query that fails at its first row': copyOut(
    'binary',
    1,
    'SELECT 1 / (n - 1) FROM generate_series(1, 9) n',
  ),
  'a query that fails at row 500, text': copyOut('text', 2, LATE),
  'a query that fails at row 500, binary': copyOut('binary', 2, LATE),
  'a query that is cancelled': cancelled,
  'warnings between rows': async (session) => {
    await session.query(SAY);
    return copied(session, `COPY (${WORDY}) TO STDOUT`, 'text', 2);
  },
  'a COPY right behind another': async (session) => {
    const one = copied(session, 'COPY (SELECT 1) TO STDOUT', 'text', 1);
    return [await one, await copied(session, 'COPY (SELECT 2) TO STDOUT WITH (FORMAT binary)', 'binary', 1)];
  },
  'rows that are taken': copyIn('n int, v text', ['1\ta', '2\tb', '3\t\\N']),
  'no row to take': copyIn('n int', []),
  'rows that are refused': copyIn('n int CHECK (n < 2)', ['1', '2', '3']),
  'rows for no table': async (session) => {
    const refused = await session.copyIn(['COPY nowhere FROM STDIN'], 'text').then(() => 'taken', told);
    return { refused, answers: await alive(session) };
  },
  'ordinary queries': async (session) => [
    (await session.query('SELECT n, $1::text AS v FROM generate_series(1, 3) n', ['x'])).rows,
    await session.query('SELECT 1 / $1::int', [0]).then(() => 'divided', told),
    await session.script([
      "SELECT 'a' AS a",
      "SELECT 'b' AS b WHERE false",
      'SET LOCAL jit = off',
      'SELECT 1 / 1',
    ]),
    await session.script(["SELECT 'a'", 'SELECT 1 / 0', "SELECT 'never'"]).then(() => 'divided', told),
    await alive(session),
  ],
};

async function record(exchange: Exchange): Promise<{ expected: Outcome; recording: Recording }> {
  const socket = new RecordingSocket();
  const session = await sessionOn(socket);
  recordingNow = true;
  const expected = await exchange(session);
  recordingNow = false;
  const recording = withoutPassword(socket.recording);
  session.destroy();
  return { expected, recording };
}

async function replay(recording: Recording, exchange: Exchange, cuts: Cuts): Promise<Outcome> {
  const session = await sessionOn(new ReplaySocket(recording, cuts));
  try {
    return await exchange(session);
  } finally {
    session.destroy();
  }
}

/** Reads of this length, the first one shorter by so much: every message is cut at every place by some of them. */
const pieces =
  (size: number, shift: number): Cuts =>
  (length) =>
    Array.from({ length: Math.ceil(length / size) }, (_, index) => (index + 1) * size - shift);

describe.each(Object.keys(EXCHANGES))('%s', (name) => {
  const exchange = EXCHANGES[name] ?? (() => Promise.reject(new Error(name)));

  test('come to the same wherever the server’s bytes are cut (E1)', async () => {
    const { expected, recording } = await record(exchange);
    const length = lengthOf(recording);
    const signIn = recording[0]?.server.length ?? 0;
    const outcome = (cuts: Cuts): Promise<Outcome> => replay(recording, exchange, cuts);

    expect(await outcome(() => [])).toEqual(expected);
    for (const size of [1, 2, 3, 4, 5, 6, 7])
      for (let shift = 0; shift < size; shift++)
        expect(await outcome(pieces(size, shift)), `pieces of ${size}, ${shift} earlier`).toEqual(expected);
    // Of hundreds of rows the ones in the middle are cut as those before them are.
    for (let at = signIn; at < length; at++)
      if (at < signIn + 500 || at > length - 500)
        expect(await outcome(() => [at]), `cut at ${at} of ${length}`).toEqual(expected);
  });
});

test('the end of a copy arrives while the socket is paused, cut at every place (E1)', async () => {
  // More than is read ahead: the socket stands still before the last row has come.
  const exchange: Exchange = async (session) => {
    const copy = session.copyOut(
      "COPY (SELECT repeat('x', 1000000) FROM generate_series(1, 17)) TO STDOUT",
      'text',
      1,
    );
    await more(session, copy);
    let rows = 0;
    while (!copy.exhausted) {
      const block = copy.take(1);
      rows += block?.rows ?? 0;
      if (block === null) await more(session, copy);
    }
    return { rows, answers: await alive(session) };
  };
  const { expected, recording } = await record(exchange);
  const length = lengthOf(recording);
  const answer = recording.at(-1)?.server.length ?? 0;

  for (let at = length - answer - 40; at < length - answer; at++)
    expect(await replay(recording, exchange, () => [at]), `cut at ${at}`).toEqual(expected);
});

test('the sign-in means the same wherever the server’s bytes are cut', async () => {
  const exchange: Exchange = alive;
  const { expected, recording } = await record(exchange);
  const signIn = recording[0]?.server.length ?? 0;

  for (let at = 1; at < signIn; at++)
    expect(await replay(recording, exchange, () => [at]), `cut at ${at}`).toEqual(expected);
});
