import { describe, expect, test } from 'vitest';
import { looksLikeAddress, readPastedAddress } from '../../src/shared/pastedAddress.ts';

describe('an address as people paste it', () => {
  test.each([
    [
      'postgres://reader:s%40fe%3A1@10.0.0.5:6432/idempiere?sslmode=require&application_name=x',
      { host: '10.0.0.5', port: '6432', database: 'idempiere', user: 'reader', sslmode: 'require' },
      's@fe:1',
      ['application_name'],
    ],
    [
      'postgresql://reader@hq.example/my%20erp',
      { host: 'hq.example', database: 'my erp', user: 'reader' },
      null,
      [],
    ],
    // An @ and a colon in the password that nobody has encoded.
    ['postgres://u:p@ss:word@h/d', { host: 'h', database: 'd', user: 'u' }, 'p@ss:word', []],
    ['postgres://u@[fe80::1]:5433/d', { host: 'fe80::1', port: '5433', database: 'd', user: 'u' }, null, []],
    ['postgres://u@a,b:5433/d', { host: 'a,b:5433', database: 'd', user: 'u' }, null, []],
    ['  "postgres://u@h/d" ', { host: 'h', database: 'd', user: 'u' }, null, []],
    [
      'postgres://u@h/d?options=-c%20search_path%3Dadempiere%2Cpublic&connect_timeout=5',
      { host: 'h', database: 'd', user: 'u', schema: 'adempiere', timeout: '5' },
      null,
      [],
    ],
    [
      'jdbc:postgresql://10.0.0.5:5432/idempiere?user=adempiere&password=adem%2Bpiere&currentSchema=adempiere',
      { host: '10.0.0.5', port: '5432', database: 'idempiere', user: 'adempiere', schema: 'adempiere' },
      'adem+piere',
      [],
    ],
    ['jdbc:postgresql:idempiere', { database: 'idempiere' }, null, []],
    [
      "host=10.0.0.5 port = 5433 dbname='my erp' user=reader password='it\\'s' sslmode=verify-full",
      { host: '10.0.0.5', port: '5433', database: 'my erp', user: 'reader', sslmode: 'verify-full' },
      "it's",
      [],
    ],
    ['postgres://u:bad%zz@h/d', { host: 'h', database: 'd', user: 'u' }, 'bad%zz', []],
  ])('%s', (text, fields, password, unused) => {
    expect(readPastedAddress(text)).toEqual({ fields, password, unused });
  });

  test.each([
    'localhost',
    '10.0.0.5',
    'hq.example:5432',
    'a,b:5433',
    'fe80::1',
    '/run/postgresql',
    '',
    'a=b',
    'postgres',
  ])('a name of a server is none: %s', (text) => {
    expect(looksLikeAddress(text)).toBe(false);
  });

  test('a long text takes no longer for being hostile', () => {
    for (const text of [
      "host='".repeat(600),
      'a='.repeat(2000),
      `postgres://${'@'.repeat(4000)}`,
      `host=${'\\'.repeat(4000)}`,
    ])
      expect(() => readPastedAddress(text)).not.toThrow();
  });
});
