import net from 'node:net';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { classify } from '../../../src/core/postgres/classifyError.ts';
import { withoutSecrets } from '../../../src/core/postgres/serverMessage.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';

const params = { connection: 'pgsql_lmp', host: 'db', port: 5432 };

/** An error as node-pg makes it of what a server sent. */
function serverError(sqlstate: string, message = 'the message', fields: object = {}): Error {
  return Object.assign(new pg.DatabaseError(message, message.length, 'error'), {
    // A server says of a connection of ours that it cannot go on; ERROR is about one of its own to somewhere else.
    severity: sqlstate.startsWith('08') ? 'FATAL' : 'ERROR',
    code: sqlstate,
    ...fields,
  });
}

function systemError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${syscall ?? 'socket'} ${code}`), { code, ...(syscall && { syscall }) });
}

describe('what a server says', () => {
  test.each([
    // SQLSTATE, at the source, at central
    ['08000', 'connection_lost transient', 'connection_lost transient'],
    ['08001', 'source_unreachable unreachable', 'central_unreachable unreachable'],
    ['08004', 'source_unreachable unreachable', 'central_unreachable unreachable'],
    ['08006', 'connection_lost transient', 'connection_lost transient'],
    ['08P01', 'connection_lost transient', 'connection_lost transient'],
    ['0A000', 'source_query_failed permanent', 'central_shape_refused permanent'],
    ['22001', 'source_query_failed permanent', 'data_rejected permanent'],
    ['22003', 'source_query_failed permanent', 'data_rejected permanent'],
    ['22021', 'data_rejected permanent', 'data_rejected permanent'],
    ['22P02', 'source_query_failed permanent', 'data_rejected permanent'],
    ['22P04', 'source_query_failed permanent', 'data_rejected permanent'],
    ['22P05', 'data_rejected permanent', 'data_rejected permanent'],
    ['23502', 'source_query_failed permanent', 'constraint_violated permanent'],
    ['23503', 'source_query_failed permanent', 'constraint_violated permanent'],
    ['23505', 'source_query_failed permanent', 'constraint_violated permanent'],
    ['23514', 'source_query_failed permanent', 'constraint_violated permanent'],
    ['23P01', 'source_query_failed permanent', 'constraint_violated permanent'],
    ['25006', 'internal permanent', 'central_read_only unreachable'],
    ['25P02', 'internal permanent', 'internal permanent'],
    ['25P03', 'connection_ended transient', 'connection_ended transient'],
    ['25P04', 'connection_ended transient', 'connection_ended transient'],
    ['28000', 'source_sign_in permanent', 'central_sign_in permanent'],
    ['28P01', 'source_sign_in permanent', 'central_sign_in permanent'],
    ['3D000', 'database_missing permanent', 'database_missing permanent'],
    ['3F000', 'source_table_missing permanent', 'contention transient'],
    ['40001', 'source_snapshot_cancelled transient', 'contention transient'],
    ['40002', 'constraint_violated permanent', 'constraint_violated permanent'],
    ['40003', 'connection_lost transient', 'connection_lost transient'],
    ['40P01', 'contention transient', 'contention transient'],
    ['42501', 'source_permission permanent', 'central_permission permanent'],
    ['42601', 'internal permanent', 'internal permanent'],
    ['42703', 'source_shape_changed transient', 'contention transient'],
    ['42804', 'source_query_failed permanent', 'central_shape_refused permanent'],
    ['42846', 'source_query_failed permanent', 'central_shape_refused permanent'],
    ['42P01', 'source_table_missing permanent', 'contention transient'],
    ['42P06', 'source_query_failed permanent', 'central_name_taken permanent'],
    ['42P07', 'source_query_failed permanent', 'central_name_taken permanent'],
    ['42710', 'source_query_failed permanent', 'central_name_taken permanent'],
    ['44000', 'constraint_violated permanent', 'constraint_violated permanent'],
    ['53000', 'server_overloaded transient', 'server_overloaded transient'],
    ['53100', 'source_disk_full permanent', 'central_disk_full permanent'],
    ['53200', 'server_overloaded transient', 'server_overloaded transient'],
    ['53300', 'too_many_connections transient', 'too_many_connections transient'],
    ['53400', 'server_limit permanent', 'server_limit permanent'],
    ['54000', 'server_limit permanent', 'data_rejected permanent'],
    ['54001', 'server_limit permanent', 'server_limit permanent'],
    ['55000', 'source_query_failed permanent', 'internal permanent'],
    ['55006', 'contention transient', 'contention transient'],
    ['55P03', 'contention transient', 'contention transient'],
    ['57014', 'connection_ended transient', 'connection_ended transient'],
    ['57P01', 'connection_ended transient', 'connection_ended transient'],
    ['57P02', 'connection_ended transient', 'connection_ended transient'],
    ['57P03', 'server_starting unreachable', 'server_starting unreachable'],
    ['57P04', 'database_missing permanent', 'database_missing permanent'],
    ['57P05', 'connection_ended transient', 'connection_ended transient'],
    ['58030', 'database_damaged permanent', 'database_damaged permanent'],
    ['72000', 'source_snapshot_cancelled transient', 'contention transient'],
    ['P0001', 'source_query_failed permanent', 'data_rejected permanent'],
    ['2BP01', 'source_query_failed permanent', 'central_shape_refused permanent'],
    ['38001', 'source_query_failed permanent', 'data_rejected permanent'],
    ['39000', 'source_query_failed permanent', 'data_rejected permanent'],
    ['42883', 'source_query_failed permanent', 'internal permanent'],
    ['42P16', 'source_query_failed permanent', 'central_shape_refused permanent'],
    ['54011', 'server_limit permanent', 'server_limit permanent'],
    ['58P01', 'database_damaged permanent', 'database_damaged permanent'],
    ['HV00N', 'source_query_failed permanent', 'data_rejected permanent'],
    ['XX002', 'database_damaged permanent', 'database_damaged permanent'],
    ['XX000', 'internal permanent', 'internal permanent'],
    ['XX001', 'database_damaged permanent', 'database_damaged permanent'],
  ])('%s is classified', (sqlstate, source, central) => {
    const asSource = classify(serverError(sqlstate), 'source', params);
    const asCentral = classify(serverError(sqlstate), 'central', params);
    expect(`${asSource.code} ${asSource.kind}`).toBe(source);
    expect(`${asCentral.code} ${asCentral.kind}`).toBe(central);
    expect(asCentral).toMatchObject({ sqlstate, message: 'the message', params });
  });

  test.each([
    ['08P01', 'no more connections allowed (max_client_conn)', 'too_many_connections'],
    ['08P01', 'query_wait_timeout', 'too_many_connections'],
    ['08P01', 'pgbouncer cannot connect to server', 'central_unreachable'],
    ['08P01', 'unsupported startup parameter: options', 'internal'],
    ['08P01', 'no such database: erp', 'database_missing'],
    ['0A000', 'cached plan must not change result type', 'contention'],
    ['XX000', 'tuple concurrently updated', 'contention'],
  ])('%s "%s" is told by its message', (sqlstate, message, code) => {
    expect(classify(serverError(sqlstate, message), 'central', params).code).toBe(code);
  });

  test.each(['', 'ENOSPC', 'ECONNREFUSED', 'SQLITE_FULL', 'C\x15ª', '1234', 'EMFILE'])(
    'an error with the code %o, which no PostgreSQL sends, says nothing of this machine',
    (code) => {
      for (const side of ['source', 'central'] as const)
        expect(classify(serverError(code), side, params)).toMatchObject({
          code: 'connection_lost',
          kind: 'transient',
        });
    },
  );

  test('a standby’s cancel is known at the source in every language', () => {
    const german = serverError('40001', 'storniere Anfrage wegen Konflikt mit der Wiederherstellung');
    expect(classify(german, 'source', params).code).toBe('source_snapshot_cancelled');
  });

  test.each(['08001', '08004', '08006'])(
    '%s of a statement is about a server that the database asks itself',
    (sqlstate) => {
      const error = serverError(sqlstate, 'could not connect to server "elsewhere"', { severity: 'ERROR' });
      expect(classify(error, 'source', params)).toMatchObject({
        code: 'source_query_failed',
        kind: 'permanent',
      });
      expect(classify(error, 'central', params)).toMatchObject({ code: 'data_rejected', kind: 'permanent' });
    },
  );

  test.each(['42P01', '42883', '42703', '55000', '3F000', '0A000', '08001'])(
    '%s inside a function is the function’s, not ours',
    (sqlstate) => {
      const where =
        'PL/pgSQL function adempiere."Open ""Amt"(numeric,text) line 3 at RETURN\nSQL statement "SELECT 5"';
      const failure = classify(serverError(sqlstate, 'no', { where }), 'source', params);
      expect(failure).toMatchObject({ code: 'source_query_failed', kind: 'permanent' });
      expect(failure.params.within).toBe('adempiere."Open ""Amt"(numeric,text)');
      expect(failure.message).toBe('no · in adempiere."Open ""Amt"(numeric,text)');
    },
  );

  test.each([
    ['PL/pgSQL-Funktion f() Zeile 3 bei RAISE', 'f()'],
    ['fungsi PL/pgSQL f() baris 3 pada RAISE', 'f()'],
    [
      'PL/pgSQL function a() line 1 at RAISE\nPL/pgSQL function b.c(integer) line 2 at SQL statement',
      'a(), b.c(integer)',
    ],
    ['SQL statement "INSERT INTO log VALUES (f(), \'geheim\')"', undefined],
    ['COPY item, line 5, column a: "f()"', undefined],
    ['SQL-Anweisung »SELECT f(1)«', undefined],
    ['x'.repeat(100_000), undefined],
    [`${'a '.repeat(190)}("`, undefined],
  ])('of a context only the functions are told: %j', (where, within) => {
    expect(classify(serverError('P0001', 'no', { where }), 'central', params).params.within).toBe(within);
  });

  test('names of the server fill in what the caller does not know better', () => {
    const error = serverError('23505', 'duplicate key', { table: 'stage_1', constraint: 'c_invoice_key' });
    const failure = classify(error, 'central', { ...params, table: 'c_invoice' });
    expect(failure.params).toEqual({ ...params, table: 'c_invoice', constraint: 'c_invoice_key' });
  });

  test('the key of a violation and the place in a COPY are told', () => {
    const detail = 'Key (c_invoice_id)=(5) already exists.';
    const where = 'COPY c_invoice, line 5, column grandtotal: "12,5"\nmore';
    expect(
      classify(serverError('23505', 'duplicate key', { detail, where }), 'central', params).message,
    ).toBe(
      'duplicate key · Key (c_invoice_id)=(5) already exists. · COPY c_invoice, line 5, column grandtotal',
    );
  });
});

describe('what system and driver say', () => {
  test.each([
    [systemError('ECONNREFUSED', 'connect'), 'central_unreachable unreachable'],
    [systemError('ENOTFOUND', 'getaddrinfo'), 'central_unreachable unreachable'],
    [systemError('EAI_AGAIN', 'getaddrinfo'), 'central_unreachable unreachable'],
    [systemError('EHOSTUNREACH', 'connect'), 'central_unreachable unreachable'],
    [systemError('ENETUNREACH', 'connect'), 'central_unreachable unreachable'],
    [systemError('EHOSTUNREACH', 'read'), 'central_unreachable unreachable'],
    [systemError('ETIMEDOUT', 'connect'), 'central_unreachable unreachable'],
    [systemError('ECONNRESET', 'connect'), 'central_unreachable unreachable'],
    [systemError('ENOENT', 'connect'), 'central_unreachable unreachable'],
    [systemError('EACCES', 'connect'), 'central_unreachable unreachable'],
    [new Error('timeout expired'), 'central_unreachable unreachable'],
    [systemError('ETIMEDOUT', 'read'), 'connection_lost transient'],
    [systemError('ECONNRESET', 'read'), 'connection_lost transient'],
    [systemError('EPIPE', 'write'), 'connection_lost transient'],
    [systemError('EPIPE'), 'connection_lost transient'],
    [systemError('ERR_STREAM_PREMATURE_CLOSE'), 'connection_lost transient'],
    [new Error('Connection terminated unexpectedly'), 'connection_lost transient'],
    [new Error('Connection terminated'), 'connection_lost transient'],
    [new Error('Received unexpected dataRow message from backend.'), 'connection_lost transient'],
    [
      new Error('Client has encountered a connection error and is not queryable'),
      'connection_lost transient',
    ],
    [systemError('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'), 'connection_lost transient'],
    [systemError('CERT_HAS_EXPIRED'), 'tls permanent'],
    [systemError('CERT_NOT_YET_VALID'), 'tls permanent'],
    [systemError('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls permanent'],
    [systemError('SELF_SIGNED_CERT_IN_CHAIN'), 'tls permanent'],
    [systemError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls permanent'],
    [systemError('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls permanent'],
    [systemError('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'tls permanent'],
    [systemError('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls permanent'],
    [systemError('ERR_SSL_UNSUPPORTED_PROTOCOL'), 'tls permanent'],
    [systemError('EPROTO', 'write'), 'tls permanent'],
    [new Error('The server does not support SSL connections'), 'tls_not_offered permanent'],
    [
      new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      'password_missing permanent',
    ],
    [
      new Error('SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match'),
      'central_sign_in permanent',
    ],
    [systemError('SQLITE_FULL'), 'local_disk_full permanent'],
    [systemError('ENOSPC', 'write'), 'local_disk_full permanent'],
    [systemError('SQLITE_IOERR'), 'journal_failed permanent'],
    [systemError('EMFILE', 'open'), 'internal transient'],
    [new TypeError('x is not a function'), 'internal permanent'],
    ['thrown text', 'internal permanent'],
    [undefined, 'internal permanent'],
  ])('%s', (error, expected) => {
    const failure = classify(error, 'central', params);
    expect(`${failure.code} ${failure.kind}`).toBe(expected);
    expect(failure.params).toEqual(params);
    expect(failure).not.toHaveProperty('sqlstate');
  });

  test('a host with several addresses, none of which answers, names them all', () => {
    const errors = [
      Object.assign(new Error('connect ENETUNREACH fd00::1:5432'), {
        code: 'ENETUNREACH',
        syscall: 'connect',
      }),
      Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), {
        code: 'ECONNREFUSED',
        syscall: 'connect',
      }),
    ];
    const failure = classify(new AggregateError(errors), 'source', params);
    expect(failure.code).toBe('source_unreachable');
    expect(failure.message).toBe('connect ENETUNREACH fd00::1:5432; connect ECONNREFUSED 10.0.0.1:5432');
  });

  test('a real refused connection is unreachable', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const client = new pg.Client({ host: 'localhost', port, ssl: false, password: 'x' });
    const error = await client.connect().then(
      () => null,
      (reason: unknown) => reason,
    );
    const failure = classify(error, 'source', params);
    expect(failure.code).toBe('source_unreachable');
    expect(failure.message).toContain('ECONNREFUSED');
  });

  test('the cause of an error that says nothing itself decides', () => {
    const error = new Error('pipeline failed', { cause: serverError('40P01') });
    expect(classify(error, 'central', params)).toMatchObject({ code: 'contention', sqlstate: '40P01' });
  });

  test('an error that is its own cause does not loop', () => {
    const error: Error = new Error('round');
    error.cause = error;
    expect(classify(error, 'central', params).code).toBe('internal');
  });
});

test('a failure that is classified already stays what it is, and gets the params that it lacks', () => {
  const failure = new SyncFailure({
    code: 'column_incompatible',
    kind: 'permanent',
    message: 'as it was',
    params: { column: 'a', host: 'own' },
  });
  const expected = { ...failure.detail, params: { ...params, column: 'a', host: 'own' } };
  expect(classify(failure, 'central', params)).toEqual(expected);
  expect(classify(new Error('outer', { cause: failure }), 'central', params)).toEqual(expected);
});

describe('the message never holds a secret', () => {
  test.each([
    new Error('bad URL postgres://u:hunter2@hq/db'),
    new Error('bad option password=hunter2 host=x'),
    new Error("bad option password='hunter2 x'"),
    new Error('{"password": "hunter2"}'),
    new AggregateError([new Error('postgres://u:hunter2@hq/db')]),
    serverError('23514', 'violates check', { detail: 'Failing row contains (1, ani, hunter2).' }),
    serverError('23505', 'duplicate key', { detail: 'Key (login_token)=(hunter2) already exists.' }),
    serverError('22P05', 'no equivalent', { where: 'COPY ad_user, line 5, column password: "hunter2"' }),
  ])('%s', (error) => {
    expect(JSON.stringify(classify(error, 'central', params))).not.toContain('hunter2');
  });

  test('and is cut where it is very long', () => {
    expect(classify(new Error('x'.repeat(5000)), 'central', params).message.length).toBeLessThan(1100);
  });
});

test.each([
  ['of 16 MB is cut before anything is looked for in it', `no: ${'a.'.repeat(8_000_000)}`, 'no: …'],
  [
    'has no part of an address that is longer than what is shown',
    `at postgres://reader:${'p'.repeat(9000)}@hq`,
    'at …',
  ],
])('a message that %s', (_, text, shown) => {
  const clean = withoutSecrets(text);
  expect(clean.startsWith(shown)).toBe(true);
  expect(clean).not.toContain('ppp');
  expect(clean.length).toBeLessThan(1100);
});
