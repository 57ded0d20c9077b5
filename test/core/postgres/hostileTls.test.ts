import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import {
  type FakeClient,
  type FakePostgres,
  nextStatement,
  type Script,
  startFakePostgres,
  startUp,
  welcome,
} from '../../support/fakePostgres.ts';
import { description, row } from '../../support/fakePostgresMessages.ts';
import { AT_SIGN_IN, type Hostile, IN_AN_ANSWER } from '../../support/hostileServers.ts';

/** A record of TLS 1.2 or 1.3, as far as its header goes. */
function record(type: number, body: Uint8Array, length = body.length): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 0xff]), body]);
}

const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const GARBAGE = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 167) & 0xff));

/** Once an encrypted session is open, does this below TLS in the place of an answer, or before anybody has signed in. */
const below =
  (when: 'sign-in' | 'answer', act: (client: FakeClient) => Promise<void>): Script =>
  async (client) => {
    if (when === 'sign-in') await startUp(client);
    else {
      await welcome(client);
      await nextStatement(client);
    }
    await act(client);
    await client.until();
  };

const ACTS: readonly (readonly [string, (client: FakeClient) => Promise<void>, string])[] = [
  ['sends garbage', (client) => client.sendBelow(GARBAGE), 'connection_lost'],
  ['goes on in clear', (client) => client.sendBelow(row('1')), 'connection_lost'],
  [
    'sends a record that cannot be decrypted',
    (client) => client.sendBelow(record(APPLICATION_DATA, GARBAGE)),
    'connection_lost',
  ],
  [
    'sends a record longer than any',
    (client) => client.sendBelow(record(APPLICATION_DATA, GARBAGE, 0xffff)),
    'connection_lost',
  ],
  [
    'sends an alert in clear',
    (client) => client.sendBelow(record(ALERT, Buffer.from([2, 40]))),
    'connection_lost',
  ],
  [
    'begins another handshake in clear',
    (client) => client.sendBelow(record(HANDSHAKE, GARBAGE)),
    'connection_lost',
  ],
  [
    'floods with records that cannot be decrypted',
    async (client) => {
      for (;;) await client.sendBelow(record(APPLICATION_DATA, GARBAGE));
    },
    'connection_lost',
  ],
  [
    'sends half a record and cuts the link',
    async (client) => {
      await client.sendBelow(record(APPLICATION_DATA, GARBAGE, 2000));
      client.cutBelow();
    },
    'connection_lost',
  ],
  [
    'sends half a record and then nothing',
    (client) => client.sendBelow(record(APPLICATION_DATA, GARBAGE, 2000)),
    'connection_frozen',
  ],
  [
    'drips a record that never ends',
    async (client) => {
      await client.sendBelow(record(APPLICATION_DATA, Buffer.alloc(0), 16_000));
      for (;;) {
        await client.sendBelow(Buffer.from([7]));
        await setTimeout(20);
      }
    },
    'connection_frozen',
  ],
  [
    'cuts the link in a message',
    async (client) => {
      await client.send(description('a').subarray(0, 9));
      client.cutBelow();
    },
    'connection_lost',
  ],
];

/** In clear text over TLS the password may be sent: that one is another test's. */
const INSIDE: readonly Hostile[] = [...AT_SIGN_IN, ...IN_AN_ANSWER].filter(
  ([name]) => name !== 'asks for a password in clear text',
);

describe.runIf(hasOpenssl())('behind a handshake that went well, a server', () => {
  let fake: FakePostgres;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'branchline-hostile-tls-'));
    makeCa(folder, 'ca');
    fake = await startFakePostgres(async () => undefined);
    fake.certificate = issue(folder, 'ca', 'localhost');
    rmSync(folder, { recursive: true });
  });
  afterAll(() => fake[Symbol.asyncDispose]());

  /** Why a session that asks one thing fails. */
  async function failure(answerMs: number): Promise<SyncFailure['detail']> {
    try {
      await using session = await Session.open({
        side: 'central',
        endpoint: {
          host: fake.host,
          port: fake.port,
          database: 'hq',
          user: 'branchline',
          sslmode: 'require',
          connectTimeoutSeconds: 2,
        },
        connection: 'pgsql_lmp',
        folder: tmpdir(),
        applicationName: 'hostile',
        timeouts: { ...DEFAULT_TIMEOUTS, answerMs },
        password: 's3cret/päss word',
      });
      expect(session.encrypted).toBe(true);
      await session.query('SELECT 1 AS a WHERE $1', [true]);
    } catch (error) {
      if (error instanceof SyncFailure) return error.detail;
      throw error;
    }
    throw new Error('no failure');
  }

  async function expectEnded(
    script: Script,
    code: string | readonly string[],
    answerMs: number,
  ): Promise<void> {
    fake.script = script;
    const found = await failure(answerMs);
    expect([code].flat()).toContain(found.code);
    const { sentence, next } = createTranslator('en').failure(found);
    expect(`${sentence} ${next}`).not.toMatch(/{{|undefined/);
    await expect.poll(() => fake.connections.open).toBe(0);
  }

  test.each(INSIDE)('that %s ends its connection with a sentence', async (_, script, code) => {
    await expectEnded(script, code, code === 'connection_frozen' ? 1000 : 60_000);
  });

  test.each(ACTS)('that %s below TLS, in an answer, ends its connection', async (_, act, code) => {
    await expectEnded(below('answer', act), code, code === 'connection_frozen' ? 1000 : 60_000);
  });

  test.each(ACTS)('that %s below TLS, before a sign-in, ends its connection', async (_, act, code) => {
    const codes =
      code === 'connection_frozen' ? ['central_unreachable'] : [code, 'tls', 'central_unreachable'];
    await expectEnded(below('sign-in', act), codes, 60_000);
  });
});
