import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classify } from '../../../src/core/postgres/classifyError.ts';
import { isRetryWithNext, isTlsError, tlsAttempts } from '../../../src/core/postgres/tls.ts';
import { testConnection } from '../../../src/core/probe/connectionTest.ts';
import { writeForServer } from '../../../src/demo/server/server.ts';
import { SSL_MODES, type SslMode } from '../../../src/shared/endpointUrl.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';
import { type Certificate, hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

const readText = (file: string): string => readFileSync(file, 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'branchline-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface More {
  readonly host?: string;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
}

function attempts(sslmode: SslMode, more: More = {}) {
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
  });
  afterAll(() => server?.remove());

  /** Restarts the server with or without TLS, and with these lines as pg_hba.conf. */
  async function serve(
    ssl: 'on' | 'off',
    rules: readonly string[] = ['host all all 127.0.0.1/32 scram-sha-256'],
    more = '',
  ) {
    await writeForServer(server.place, join(server.place.dataFolder, 'pg_hba.conf'), `${rules.join('\n')}\n`);
    await writeForServer(
      server.place,
      join(server.place.dataFolder, 'postgresql.auto.conf'),
      `ssl = ${ssl}\n${more}\n`,
    );
    await server.stop();
    await server.restart();
  }

  /** How a client of this mode ends up: `tls`, `plain`, or why it fails. */
  async function outcome(sslmode: SslMode, more: More = {}, user = 'postgres'): Promise<string> {
    for (const attempt of attempts(sslmode, more)) {
      const client = new pg.Client({
        host: more.host ?? 'localhost',
        port: server.port,
        user,
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

  async function outcomes(more: More = {}, user?: string): Promise<string[]> {
    const all: string[] = [];
    for (const sslmode of SSL_MODES) all.push(await outcome(sslmode, more, user));
    return all;
  }

  /** Writes a client's certificate and key. */
  function own(name: string, { certificate, key }: Certificate, mode = 0o600): More {
    writeFileSync(join(folder, `${name}.pem`), certificate);
    writeFileSync(join(folder, `${name}.key`), key, { mode });
    return { sslcert: `${name}.pem`, sslkey: `${name}.key` };
  }

  // In the order of SSL_MODES: disable, allow, prefer, require, verify-ca, verify-full.

  test('a server without TLS is used in plain only where the mode allows it', async () => {
    await serve('off');
    expect(await outcomes({ sslrootcert: 'hq-ca.pem' })).toEqual([
      'plain',
      'plain',
      'plain',
      'fails: tls_not_offered',
      'fails: tls_not_offered',
      'fails: tls_not_offered',
    ]);
  });

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
  });

  test('a server that asks for a certificate signs in whom it knows by it, without a password, and nobody else', async () => {
    const ca = 'hq-ca.pem';
    await serve('on');
    const admin = new pg.Client({
      host: 'localhost',
      port: server.port,
      user: 'postgres',
      password: server.password,
      database: 'postgres',
    });
    await admin.connect();
    await admin.query('CREATE ROLE "branch-lampung" LOGIN');
    await admin.end();
    await writeForServer(server.place, join(server.place.dataFolder, 'root.crt'), readText(join(folder, ca)));
    const asks = "ssl_ca_file = 'root.crt'";
    await serve('on', ['hostssl all all 127.0.0.1/32 cert'], asks);
    const right = own('lampung', issue(folder, 'hq-ca', 'branch-lampung'));
    const trusted = { ...right, sslrootcert: ca };
    const fails = 'fails: central_sign_in';

    expect(await outcomes(trusted, 'branch-lampung')).toEqual([fails, 'tls', 'tls', 'tls', 'tls', 'tls']);
    expect(await outcome('verify-full', { sslrootcert: ca }, 'branch-lampung')).toBe(fails);
    // Branchline's own way in, which has no password for it.
    const place = { host: 'localhost', port: server.port, database: 'postgres', user: 'branch-lampung' };
    const draft = settingsSchema.parse({
      central: { ...place, ...trusted, sslmode: 'verify-full' },
      connections: [],
    });
    const steps = await testConnection(folder, { kind: 'central', central: draft.central });
    expect(steps.find((one) => one.step === 'sign_in')).toMatchObject({ ok: true, failure: null });
    // It is of another role.
    expect(await outcome('verify-full', trusted, 'postgres')).toBe(fails);
    const foreign = own('foreign', issue(folder, 'other-ca', 'branch-lampung'));
    expect(await outcome('verify-full', { ...foreign, sslrootcert: ca }, 'branch-lampung')).toMatch(
      /^fails: /,
    );

    await serve('on', ['hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca'], asks);
    expect(await outcome('verify-full', trusted, 'postgres')).toBe('tls');
    expect(await outcome('verify-full', { sslrootcert: ca }, 'postgres')).toBe(fails);
  });

  test.each([
    ['a certificate that is missing', { sslcert: 'nowhere.pem' }, 'nowhere.pem'],
    ['a key that is missing', { sslkey: 'nowhere.key' }, 'nowhere.key'],
    ['a certificate that is none', { sslcert: 'lampung.key' }, 'lampung.key'],
    ['a key of another certificate', { sslkey: 'hq-ca.key' }, 'hq-ca.key'],
    ['a key that others can read', { sslkey: 'open.key' }, 'open.key'],
    ['a key with a passphrase', { sslkey: 'locked.key' }, 'locked.key'],
  ])('%s is named', (_, changed, file) => {
    const pair = issue(folder, 'hq-ca', 'branch-lampung');
    const right = own('lampung', pair);
    own('open', pair, 0o644);
    const locked = createPrivateKey(pair.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    writeFileSync(join(folder, 'locked.key'), locked, { mode: 0o600 });
    const error = thrown(() => attempts('prefer', { ...right, ...changed }));
    expect(classify(error, 'central', {})).toMatchObject({
      code: 'client_certificate',
      kind: 'permanent',
      params: { file: join(folder, file) },
    });
    // Nothing of it is needed without encryption.
    expect(attempts('disable', { ...right, ...changed })).toEqual([{ ssl: false, next: 'none' }]);
  });

  test('a server that insists on one kind of link gets it where the mode allows it', async () => {
    await serve('on', ['hostssl all all 127.0.0.1/32 scram-sha-256']);
    expect((await outcomes()).slice(0, 4)).toEqual(['fails: central_sign_in', 'tls', 'tls', 'tls']);
    await serve('on', ['hostnossl all all 127.0.0.1/32 scram-sha-256']);
    expect((await outcomes()).slice(0, 4)).toEqual(['plain', 'plain', 'plain', 'fails: central_sign_in']);
  });
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
