import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hidePassword } from '../../../src/core/postgres/hidePassword.ts';
import { DEFAULT_TIMEOUTS, Session, type SessionOptions } from '../../../src/core/postgres/session.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { type Certificate, hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import {
  type FakeClient,
  type FakePostgres,
  nextStatement,
  type Script,
  startFakePostgres,
  startUp,
  WELCOME,
  welcome,
} from '../../support/fakePostgres.ts';
import {
  AUTHENTICATED,
  authentication,
  CLEARTEXT,
  complete,
  description,
  error,
  notice,
  parameter,
  ready,
  row,
} from '../../support/fakePostgresMessages.ts';
import { AT_SIGN_IN, IN_AN_ANSWER, ODD_BUT_RIGHT } from '../../support/hostileServers.ts';

let fake: FakePostgres;
beforeAll(async () => {
  fake = await startFakePostgres(async () => undefined);
});
afterAll(() => fake[Symbol.asyncDispose]());

const PASSWORD = 's3cret/päss word';

function options(over: Partial<SessionOptions['endpoint']> = {}, answerMs = 60_000): SessionOptions {
  return {
    side: 'central',
    endpoint: {
      host: fake.host,
      port: fake.port,
      database: 'hq',
      user: 'branchline',
      sslmode: 'disable',
      connectTimeoutSeconds: 2,
      ...over,
    },
    connection: 'pgsql_lmp',
    folder: tmpdir(),
    applicationName: 'hostile',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs },
    password: PASSWORD,
  };
}

/** What a session comes to that asks one thing. */
async function outcome(over: Partial<SessionOptions['endpoint']> = {}, answerMs = 60_000): Promise<unknown> {
  try {
    await using session = await Session.open(options(over, answerMs));
    return await session.query('SELECT 1 AS a WHERE $1', [true]);
  } catch (error) {
    return error;
  }
}

function detailOf(error: unknown): SyncFailure['detail'] {
  if (!(error instanceof SyncFailure)) throw new Error('no failure', { cause: error });
  return error.detail;
}

/** That nothing is thrown where nobody catches it, vitest watches. */
describe('a server that breaks the protocol ends its connection with a sentence', () => {
  test.each([...AT_SIGN_IN, ...IN_AN_ANSWER])('%s', async (_, script, code) => {
    fake.script = script;
    const found = detailOf(await outcome({}, code === 'connection_frozen' ? 1000 : undefined));
    expect(found).toMatchObject({ code });
    const { sentence, next } = createTranslator('en').failure(found);
    expect(`${sentence} ${next}`).not.toMatch(/{{|undefined/);
    await expect.poll(() => fake.connections.open).toBe(0);
  });
});

test.each(ODD_BUT_RIGHT)('a server that %s is understood', async (_, script) => {
  fake.script = script;
  expect(await outcome()).toMatchObject({ rowCount: 7 });
});

describe('a server that asks for the password in clear text (C9)', () => {
  /** Lets in whoever has sent something. */
  const taken = async (client: FakeClient): Promise<void> => {
    await client.send(CLEARTEXT);
    await client.next();
    await client.send(AUTHENTICATED, WELCOME);
    await client.next();
    await client.send(description('set'), row('5'), complete('SELECT 1'), ready());
    await nextStatement(client);
    await client.send(description('a'), row('1'), complete('SELECT 1'), ready());
    await client.until();
  };
  const taking: Script = async (client) => {
    await startUp(client);
    await taken(client);
  };

  test.each(['disable', 'prefer'] as const)(
    'does not get it over a plain link, sslmode %s',
    async (sslmode) => {
      fake.script = taking;
      const before = fake.passwords.length;
      expect(detailOf(await outcome({ sslmode }))).toMatchObject({
        code: 'cleartext_refused',
        kind: 'permanent',
      });
      expect(fake.passwords.slice(before)).toEqual([]);
    },
  );

  test('gets it where the settings name that', async () => {
    fake.script = taking;
    const before = fake.passwords.length;
    expect(await outcome({ allowCleartextPassword: true })).toMatchObject({ rowCount: 1 });
    expect(fake.passwords.slice(before)).toEqual([{ password: PASSWORD, encrypted: false }]);
  });

  describe.runIf(hasOpenssl())('over TLS', () => {
    let folder: string;
    let certificate: Certificate;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'branchline-clear-'));
      makeCa(folder, 'ca');
      certificate = issue(folder, 'ca', 'localhost');
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const overTls: Script = async (client) => {
      await startUp(client, certificate);
      await taken(client);
    };

    test.each(['allow', 'prefer', 'require'] as const)(
      'does not get it with an unverified certificate, sslmode %s',
      async (sslmode) => {
        fake.script = overTls;
        const before = fake.passwords.length;
        expect(detailOf(await outcome({ sslmode }))).toMatchObject({ code: 'cleartext_refused' });
        expect(fake.passwords.slice(before)).toEqual([]);
      },
    );

    test.each([
      { sslmode: 'require', allowCleartextPassword: true },
      { sslmode: 'require', host: 'localhost', sslrootcert: 'ca.pem' },
      { sslmode: 'verify-ca', host: 'localhost', sslrootcert: 'ca.pem' },
      { sslmode: 'verify-full', host: 'localhost', sslrootcert: 'ca.pem' },
    ] as const)('gets it with %j', async (over) => {
      fake.script = overTls;
      const before = fake.passwords.length;
      const sslrootcert = 'sslrootcert' in over ? { sslrootcert: join(folder, over.sslrootcert) } : {};
      expect(await outcome({ ...over, ...sslrootcert })).toMatchObject({ rowCount: 1 });
      expect(fake.passwords.slice(before)).toEqual([{ password: PASSWORD, encrypted: true }]);
    });
  });
});

describe('the password in what a server says (C8)', () => {
  const forms = [
    PASSWORD,
    encodeURIComponent(PASSWORD),
    encodeURIComponent(PASSWORD).toLowerCase(),
    encodeURIComponent(PASSWORD).replaceAll('%20', '+'),
    Buffer.from(PASSWORD).toString('base64'),
    Buffer.from(PASSWORD).toString('base64url'),
    Buffer.from(PASSWORD).toString('hex'),
    createHash('md5').update(`${PASSWORD}branchline`).digest('hex'),
    `postgres://branchline:${PASSWORD}@hq/db`,
  ];
  const saying = (text: string): Buffer =>
    error({
      S: 'FATAL',
      V: 'FATAL',
      C: '28P01',
      M: `no: ${text}`,
      D: `Key (${text})=(${text})`,
      W: text,
      n: text,
    });

  test.each(forms)('is nowhere in the failure at sign-in: %s', async (form) => {
    fake.script = async (client) => {
      await startUp(client);
      await client.send(saying(form));
    };
    expectNoneIn(await outcome(), forms);
  });

  test.each(forms)(
    'is nowhere in the failure of a statement, nor in notices and settings: %s',
    async (form) => {
      fake.script = async (client) => {
        await welcome(client);
        await nextStatement(client);
        await client.send(notice(form), parameter('server_version', form), saying(form), ready());
        await client.until();
      };
      expectNoneIn(await outcome(), forms);
    },
  );

  test('is nowhere in the last word of SCRAM', async () => {
    fake.script = async (client) => {
      await startUp(client);
      await client.send(authentication(10, Buffer.from('SCRAM-SHA-256\0\0')));
      const nonce = /r=(.*)$/.exec((await client.next()).body.toString())?.[1];
      await client.send(authentication(11, Buffer.from(`r=${nonce}x,s=eA==,i=1`)));
      await client.next();
      await client.send(authentication(12, Buffer.from(`e=${PASSWORD}`)));
      await client.until();
    };
    expectNoneIn(await outcome(), forms);
  });

  test('that is a name everybody knows stays readable', () => {
    const text = 'permission denied for schema adempiere';
    expect(hidePassword('adempiere', 'adempiere', ['adempiere'])(text)).toBe(text);
    expect(hidePassword('adempiere', 'erp', ['erp'])(text)).toBe('permission denied for schema ***');
  });
});

/** Nowhere in it, whatever of it somebody prints: what it was caused by and the stacks too. */
function expectNoneIn(found: unknown, forms: readonly string[]): void {
  expect(found).toBeInstanceOf(SyncFailure);
  const told = inspect(found, { depth: 20, showHidden: true, maxStringLength: null });
  expect(forms.filter((form) => told.includes(form))).toEqual([]);
  expect(told).toContain('***');
}
