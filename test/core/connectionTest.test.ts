import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isExposed, testDraft } from '../../src/core/probe/connectionTest.ts';
import { UsageError } from '../../src/shared/errors.ts';
import type { ConnectionFile, Draft } from '../../src/shared/settings.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { startProxy } from '../support/proxy.ts';

let folder = '';
let pair: DatabasePair;
beforeAll(async () => {
  // There are no settings in it: a first set-up begins so.
  folder = mkdtempSync(join(tmpdir(), 'branchline-draft-'));
  pair = await freshDatabases({ scale: 0.01 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pair.drop();
});

type Over = Partial<Extract<ConnectionFile, { host: string }>>;

function branch(over: Over = {}): Draft {
  const { host, port, database, user } = pair.source;
  const place = { host, port, database, user, schema: 'adempiere', connectTimeoutSeconds: 2 };
  return { kind: 'source', connection: { id: 'pgsql_lmp', ...place, ...over } };
}

function headOffice(over: Over = {}): Draft {
  const { host, port, database, user } = pair.central;
  return { kind: 'central', central: { host, port, database, user, ...over } };
}

async function tried(draft: Draft, password: string | null = pair.source.password) {
  const steps = await testDraft(folder, draft, password);
  const failed = steps.find((one) => !one.ok);
  return {
    well: steps.filter((one) => one.ok).map((one) => one.step),
    failed: failed && [failed.step, failed.failure?.code],
    facts: Object.fromEntries(steps.map((one) => [one.step, one.facts])),
    failure: failed?.failure,
  };
}

const OPENED = ['name', 'port', 'tls', 'sign_in', 'version'];

test('a branch that is all right goes through every step', async () => {
  const { well, failed, facts } = await tried(branch());
  expect(failed).toBeUndefined();
  expect(well).toEqual([...OPENED, 'read']);
  expect(facts.name).toMatchObject({ address: pair.source.host });
  expect(facts.tls).toEqual({ encrypted: false, sslmode: 'prefer' });
  expect(facts.read?.tables).toBeGreaterThan(30);
});

test('each step is told when it begins, with what was found before', async () => {
  const told: string[] = [];
  await testDraft(folder, branch(), pair.source.password, 'en', undefined, null, ({ steps, doing }) => {
    told.push(`${steps.map((one) => one.step).join(' ')} > ${doing}`);
  });
  expect(told).toEqual([' > name', 'name > port', 'name port > tls', `${OPENED.join(' ')} > read`]);
});

test('head office is written to, and keeps nothing of it', async () => {
  const { well, failed, facts } = await tried(headOffice(), pair.central.password);
  expect(failed).toBeUndefined();
  expect(well).toEqual([...OPENED, 'write']);
  expect(facts.write).toEqual({ schema: 'public', makesTables: true, bytesPerSecond: expect.any(Number) });
  const client = await pair.central.connect();
  const { rows } = await client.query("SELECT FROM pg_namespace WHERE nspname = 'branchline'");
  await client.end();
  expect(rows).toEqual([]);
});

describe('the step that fails is named, with why', () => {
  test('a name that nobody knows', async () => {
    const { well, failed } = await tried(branch({ host: 'no-such-host.invalid' }));
    expect([well, failed]).toEqual([[], ['name', 'source_unreachable']]);
  });

  test('a port where nobody listens, and one where nobody answers', async () => {
    await using proxy = await startProxy(pair.source);
    const there = branch({ host: proxy.host, port: proxy.port });
    proxy.freeze();
    const began = performance.now();
    expect((await tried(there)).failed).toEqual(['tls', 'source_unreachable']);
    expect(performance.now() - began).toBeLessThan(20_000);
    proxy.refuse();
    const refused = await tried(there);
    expect([refused.well, refused.failed]).toEqual([['name'], ['port', 'source_unreachable']]);
    expect(refused.failure?.message).toContain('ECONNREFUSED');
  });

  test('a server without TLS where TLS is asked for', async () => {
    const { well, failed } = await tried(branch({ sslmode: 'require' }));
    expect([well, failed]).toEqual([
      ['name', 'port'],
      ['tls', 'tls_not_offered'],
    ]);
  });

  test('the schema with the most tables is named where the one of the settings has none', async () => {
    const { failure } = await tried(branch({ schema: 'public' }));
    expect(failure?.params).toMatchObject({ elsewhere: 'adempiere', elsewhereTables: expect.any(Number) });
  });

  test.each([
    ['a wrong password', 'wrong', 'source_sign_in'],
    ['no password', null, 'password_missing'],
  ])('%s', async (_, password, code) => {
    const { well, failed, failure } = await tried(branch(), password);
    expect([well, failed]).toEqual([
      ['name', 'port', 'tls'],
      ['sign_in', code],
    ]);
    expect(JSON.stringify(failure)).not.toContain('wrong"');
  });

  test('a database that is not there, after a sign-in that went well', async () => {
    const { well, failed, failure } = await tried(branch({ database: 'nowhere' }));
    expect([well, failed]).toEqual([
      ['name', 'port', 'tls', 'sign_in'],
      ['read', 'database_missing'],
    ]);
    expect(failure?.params).toMatchObject({ database: 'nowhere', side: 'source', connection: 'pgsql_lmp' });
    const central = await tried(headOffice({ database: 'nowhere' }), pair.central.password);
    expect(central.failed).toEqual(['write', 'database_missing']);
  });

  test('tables that may not be read, all of them', async () => {
    const admin = await pair.source.connectAdmin();
    const revoked = 'adempiere.c_order, adempiere.c_invoice';
    await admin.query(`REVOKE SELECT ON ${revoked} FROM branchline_read`);
    try {
      const { well, failed, failure } = await tried(branch());
      expect([well, failed]).toEqual([OPENED, ['read', 'source_permission']]);
      expect(failure?.params.table).toBe('c_invoice, c_order');
      expect(failure?.message).toMatch(/no SELECT on 2 of \d+ tables/);
      expect((await tried(branch({ exclude: ['c_*'] }))).failed).toBeUndefined();
    } finally {
      await admin.query(`GRANT SELECT ON ${revoked} TO branchline_read`);
      await admin.end();
    }
  });

  test.each([
    [{ schema: 'nowhere' }, 'source_schema_missing', /^there is no schema nowhere; adempiere has \d+$/],
    [{ schema: 'public' }, 'source_schema_empty', /^public has no tables; adempiere has \d+$/],
    [{ tables: ['c_invoise'] }, 'source_table_unknown', /has no table c_invoise$/],
    [{ tables: ['zz_*'] }, 'source_table_missing', /no table fits/],
  ])('a branch without what is to be read: %j', async (over, code, message) => {
    const { failed, failure } = await tried(branch(over));
    expect(failed).toEqual(['read', code]);
    expect(failure?.message).toMatch(message);
  });

  test('a head office that may not be written to', async () => {
    // The branch's role may only read.
    const { database, user } = pair.source;
    const { host, port } = pair.source;
    const draft: Draft = { kind: 'central', central: { host, port, database, user } };
    const { well, failed } = await tried(draft);
    expect([well, failed]).toEqual([OPENED, ['write', 'central_set_up_denied']]);
  });
});

test('a draft that the settings would refuse is refused, with the place', async () => {
  await expect(testDraft(folder, branch({ port: 0 }), null)).rejects.toThrow(UsageError);
  await expect(testDraft(folder, branch({ port: 0 }), null, 'id')).rejects.toMatchObject({
    params: { path: 'connections[0].port', reason: 'paling sedikit 1' },
  });
});

test.each([
  [false, '10.1.2.3', true],
  [false, '2001:db8::1', true],
  [true, '10.1.2.3', false],
  [false, '127.0.0.1', false],
  [false, '127.8.9.1', false],
  [false, '::1', false],
  [false, '::ffff:127.0.0.1', false],
  // A socket of this machine's.
  [false, null, false],
])('encrypted %s, to %s: in clear for others to read: %s', (encrypted, address, exposed) => {
  expect(isExposed(encrypted, address)).toBe(exposed);
});
