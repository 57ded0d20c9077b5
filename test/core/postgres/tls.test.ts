import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classify } from '../../../src/core/postgres/failure.ts';
import { isRetryWithNext, isTlsError, tlsAttempts } from '../../../src/core/postgres/tls.ts';
import { writeForServer } from '../../../src/demo/server/settings.ts';
import { SSL_MODES, type SslMode } from '../../../src/shared/endpointUrl.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

const readText = (file: string): string => readFileSync(file, 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'branchline-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function attempts(sslmode: SslMode, more: { host?: string; sslrootcert?: string } = {}) {
  return tlsAttempts({ host: 'localhost', sslmode, ...more }, folder, readText);
}

describe('what is tried in each mode', () => {
  test.each([
    ['disable', ['plain']],
    ['allow', ['plain', 'unverified']],
    ['prefer', ['unverified', 'plain']],
    ['require', ['unverified']],
    ['verify-ca', ['chain']],
    ['verify-full', ['chain and host']],
  ] as const)('%s', (sslmode, expected) => {
    expect(attempts(sslmode).map(({ ssl }) => kindOf(ssl))).toEqual(expected);
  });

  test.each(SSL_MODES)('%s is ignored on a socket in the file system', (sslmode) => {
    expect(attempts(sslmode, { host: '/var/run/postgresql' })).toEqual([{ ssl: false, next: 'none' }]);
  });

  test('the system’s certificates are trusted where no file is named', () => {
    const [attempt] = attempts('verify-full', { sslrootcert: 'system' });
    expect(attempt?.ssl ? attempt.ssl.ca : null).toEqual(
      expect.arrayContaining([expect.stringContaining('BEGIN')]),
    );
  });

  test.each([
    ['is missing', null],
    ['holds no certificate', 'hello'],
    ['holds a damaged one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('a CA file that %s is refused by name', (_, text) => {
    const file = join(folder, 'broken.pem');
    rmSync(file, { force: true });
    if (text !== null) writeFileSync(file, text);
    const error = thrown(() => attempts('require', { sslrootcert: 'broken.pem' }));
    const failure = classify(error, 'central', { connection: 'central' });
    expect(failure).toMatchObject({
      code: 'tls',
      kind: 'permanent',
      params: { file, connection: 'central' },
    });
  });
});

describe('whether the next attempt may help', () => {
  const handshake = Object.assign(
    new Error('Client network socket disconnected before secure TLS connection was established'),
    {
      code: 'ECONNRESET',
    },
  );
  const noTls = new Error('The server does not support SSL connections');
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const server = (code: string) =>
    Object.assign(new pg.DatabaseError('x', 1, 'error'), { severity: 'FATAL', code });

  test.each([
    ['no encryption on offer', noTls, { plain: true, tls: false }],
    ['a handshake that was cut', handshake, { plain: true, tls: false }],
    ['no pg_hba.conf entry', server('28000'), { plain: true, tls: true }],
    ['a wrong password', server('28P01'), { plain: false, tls: false }],
    ['a server that starts up', server('57P03'), { plain: false, tls: false }],
    ['nobody there', refused, { plain: false, tls: false }],
    ['a time-out', new Error('timeout expired'), { plain: false, tls: false }],
  ])('%s', (_, error, expected) => {
    expect(isRetryWithNext(error, { ssl: {}, next: 'plain' })).toBe(expected.plain);
    expect(isRetryWithNext(error, { ssl: false, next: 'tls' })).toBe(expected.tls);
    expect(isRetryWithNext(error, { ssl: {}, next: 'none' })).toBe(false);
  });

  test('an error of five capital letters is no SQLSTATE', () => {
    expect(isTlsError(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBe(false);
  });
});

const openssl = hasOpenssl();
if (!openssl) console.warn('SKIPPED: TLS against a real server, because there is no openssl on this machine');

describe.skipIf(!openssl)('against a real server', () => {
  let server: TestServer;

  beforeAll(async () => {
    for (const ca of ['hq-ca', 'other-ca']) makeCa(folder, ca);
    server = await startServer();
    const { certificate, key } = issue(folder, 'hq-ca', 'localhost');
    await writeForServer(server.place, join(server.place.dataFolder, 'server.crt'), certificate);
    await writeForServer(server.place, join(server.place.dataFolder, 'server.key'), key);
  }, 60_000);
  afterAll(() => server?.remove());

  /** Restarts the server with or without TLS, and with these lines as pg_hba.conf. */
  async function serve(
    ssl: 'on' | 'off',
    rules: readonly string[] = ['host all all 127.0.0.1/32 scram-sha-256'],
  ) {
    await writeForServer(server.place, join(server.place.dataFolder, 'pg_hba.conf'), `${rules.join('\n')}\n`);
    await writeForServer(
      server.place,
      join(server.place.dataFolder, 'postgresql.auto.conf'),
      `ssl = ${ssl}\n`,
    );
    await server.stop();
    await server.restart();
  }

  /** How a client of this mode ends up: `tls`, `plain`, or why it fails. */
  async function outcome(
    sslmode: SslMode,
    more: { host?: string; sslrootcert?: string } = {},
  ): Promise<string> {
    for (const attempt of attempts(sslmode, more)) {
      const client = new pg.Client({
        host: more.host ?? 'localhost',
        port: server.port,
        user: 'postgres',
        database: 'postgres',
        password: server.password,
        ssl: attempt.ssl,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
        return rows[0].ssl ? 'tls' : 'plain';
      } catch (error) {
        if (!isRetryWithNext(error, attempt)) return `fails: ${classify(error, 'central', {}).code}`;
      } finally {
        await client.end();
      }
    }
    throw new Error('a retry was promised after the last attempt');
  }

  async function outcomes(more: { host?: string; sslrootcert?: string } = {}): Promise<string[]> {
    const all: string[] = [];
    for (const sslmode of SSL_MODES) all.push(await outcome(sslmode, more));
    return all;
  }

  // In the order of SSL_MODES: disable, allow, prefer, require, verify-ca, verify-full.

  test('a server without TLS is used in plain only where the mode allows it', async () => {
    await serve('off');
    expect(await outcomes({ sslrootcert: 'hq-ca.pem' })).toEqual([
      'plain',
      'plain',
      'plain',
      'fails: tls',
      'fails: tls',
      'fails: tls',
    ]);
  }, 60_000);

  test('a server with TLS is verified as far as the mode says', async () => {
    await serve('on');
    const right = { sslrootcert: 'hq-ca.pem' };
    expect(await outcomes(right)).toEqual(['plain', 'plain', 'tls', 'tls', 'tls', 'tls']);
    // The certificate is for "localhost".
    const otherName = { ...right, host: '127.0.0.1' };
    expect(await outcomes(otherName)).toEqual(['plain', 'plain', 'tls', 'tls', 'tls', 'fails: tls']);
    const otherCa = { sslrootcert: 'other-ca.pem' };
    expect(await outcomes(otherCa)).toEqual([
      'plain',
      'plain',
      'tls',
      'fails: tls',
      'fails: tls',
      'fails: tls',
    ]);
    // No file: "require" checks nothing, and no system trusts our CA.
    expect(await outcomes()).toEqual(['plain', 'plain', 'tls', 'tls', 'fails: tls', 'fails: tls']);
  }, 60_000);

  test('a server that insists on one kind of link gets it where the mode allows it', async () => {
    await serve('on', ['hostssl all all 127.0.0.1/32 scram-sha-256']);
    expect((await outcomes()).slice(0, 4)).toEqual(['fails: central_sign_in', 'tls', 'tls', 'tls']);
    await serve('on', ['hostnossl all all 127.0.0.1/32 scram-sha-256']);
    expect((await outcomes()).slice(0, 4)).toEqual(['plain', 'plain', 'plain', 'fails: central_sign_in']);
  }, 60_000);
});

function kindOf(ssl: false | ConnectionOptions): string {
  if (ssl === false) return 'plain';
  if (ssl.rejectUnauthorized === false) return 'unverified';
  return ssl.checkServerIdentity === undefined ? 'chain and host' : 'chain';
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
