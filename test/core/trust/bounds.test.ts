import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_MEMORY } from '../../../src/core/catalogue/memory.ts';
import { readTables } from '../../../src/core/catalogue/read.ts';
import { catalogueUnreadable } from '../../../src/core/postgres/readJson.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { wholeNumber } from '../../../src/core/postgres/wholeNumber.ts';
import { missingReadingRights } from '../../../src/core/rights/readingRights.ts';
import { readHorizon } from '../../../src/core/source/postgres/mark.ts';
import { type FailureDetail, SyncFailure } from '../../../src/shared/errors.ts';
import { type FakePostgres, nextStatement, startFakePostgres, welcome } from '../../support/fakePostgres.ts';
import { complete, description, error, notice, ready, row } from '../../support/fakePostgresMessages.ts';

const MB = 1024 * 1024;

let fake: FakePostgres;
beforeAll(async () => {
  fake = await startFakePostgres(async () => undefined);
});
afterAll(() => fake[Symbol.asyncDispose]());

function open(password = 's3cret/word'): Promise<Session> {
  const { host, port } = fake;
  return Session.open({
    side: 'source',
    endpoint: { host, port, database: 'erp', user: 'reader', sslmode: 'disable', connectTimeoutSeconds: 2 },
    connection: 'pgsql_lmp',
    folder: tmpdir(),
    applicationName: 'bounds',
    timeouts: DEFAULT_TIMEOUTS,
    password,
  });
}

/** How a statement fails whose server answers so. */
async function failureOf(...answer: readonly Uint8Array[]): Promise<FailureDetail> {
  fake.script = async (client) => {
    await welcome(client);
    await nextStatement(client);
    await client.send(...answer, ready());
    await client.until();
  };
  await using session = await open();
  return detailOf(await session.query('SELECT 1 AS a').catch((thrown: unknown) => thrown));
}

function detailOf(thrown: unknown): FailureDetail {
  if (!(thrown instanceof SyncFailure)) throw new Error('no failure', { cause: thrown });
  return thrown.detail;
}

describe('the fields of an error are cut where they come in', () => {
  const FIELDS = {
    schema: 's',
    table: 't',
    column: 'c',
    dataType: 'd',
    constraint: 'n',
  } as const;

  test.each(Object.entries(FIELDS))('%s', async (name, field) => {
    const text = `${'ä'.repeat(MB)}`;
    const { params, ...rest } = await failureOf(error({ S: 'ERROR', C: '23505', M: 'no', [field]: text }));
    expect(params[name]).toMatch(/^ä+…$/);
    expect(JSON.stringify({ params, ...rest }).length).toBeLessThan(3000);
  });

  test('message, detail and context, and the functions that are named in it', async () => {
    const where = 'PL/pgSQL function f(integer) line 3 at RAISE\n'.repeat(50_000);
    const found = await failureOf(
      error({ S: 'ERROR', C: 'P0001', M: 'm '.repeat(MB), D: 'd '.repeat(MB), W: where }),
    );
    expect(found.message).toMatch(/^m m m /);
    expect(found.params.within).toMatch(/^f\(integer\), f\(integer\)/);
    expect(JSON.stringify(found).length).toBeLessThan(10_000);
  });

  test('a word with a password in it is not cut in two', async () => {
    const filler = 'm '.repeat(2000 - 12);
    const word = 'postgres://reader:other-secret@hq/db';
    for (let blanks = 0; blanks < 60; blanks++) {
      const text = `${filler}${'-'.repeat(blanks)} ${word} ${'m '.repeat(MB)}`;
      const found = await failureOf(error({ S: 'ERROR', C: 'P0001', M: text, n: text }));
      expect(JSON.stringify(found)).not.toContain('other-');
    }
  });

  test('a name of a real server stays whole', async () => {
    const name = 'ä'.repeat(31);
    const { params } = await failureOf(error({ S: 'ERROR', C: '23505', M: 'no', n: name, t: name }));
    expect(params).toMatchObject({ constraint: name, table: name });
  });

  test('notices of any length change nothing', async () => {
    const found = await failureOf(notice('x'.repeat(MB)), error({ S: 'ERROR', C: '23505', M: 'no' }));
    expect(found).toMatchObject({ sqlstate: '23505' });
  });
});

describe('a name that no PostgreSQL has is refused', () => {
  test.each(['relname', 'schema', 'name', 'table_name', 'role', 'owner', 'host', 'connection'])(
    'in the column %s',
    async (name) => {
      const found = await failureOf(description(name), row('x'.repeat(5 * MB)), complete('SELECT 1'));
      expect(found).toMatchObject({ code: 'catalogue_unreadable', kind: 'permanent' });
      expect(JSON.stringify(found).length).toBeLessThan(1000);
    },
  );

  const FACTS = {
    oid: 20000,
    kind: 'r',
    columns: [['id', 'integer', 23, 1, 'n']],
    defaults: null,
    keys: [[true, [1], null, null, null]],
    primary_key: 'item_pkey',
    triggers: null,
    children: null,
    digest: '20000/abc',
  };
  const LONG = 'x'.repeat(MB);

  async function tables(facts: unknown, relname = 'item'): Promise<unknown> {
    fake.script = async (client) => {
      await welcome(client);
      for (;;) {
        const about = (await nextStatement(client)).includes('estimated_rows')
          ? [
              description('relname', 'bytes', 'estimated_rows', 'facts'),
              row(relname, '1', '1', JSON.stringify(facts)),
            ]
          : [description('facts'), row(null)];
        await client.send(...about, complete('SELECT 1'), ready());
      }
    };
    await using session = await open();
    return await readTables(session, 180001, 'adempiere', undefined, NO_MEMORY).catch(
      (thrown: unknown) => thrown,
    );
  }

  test('in the facts of a table', async () => {
    for (const facts of [
      { ...FACTS, columns: [[LONG, 'integer', 23, 1, 'n']] },
      { ...FACTS, columns: [['id', `numeric${' '.repeat(300_000)}(10,2)`, 1700, 1, 'n']] },
      { ...FACTS, columns: [['id', 'integer', 23, 1, LONG]] },
      { ...FACTS, defaults: { 1: 'x'.repeat(2 * MB) } },
      { ...FACTS, primary_key: LONG },
      { ...FACTS, kind: LONG },
      { ...FACTS, digest: LONG },
      { ...FACTS, keys: [[true, [1], LONG, null, null]] },
      { ...FACTS, keys: [[true, [1], null, [[[['pg_catalog', LONG]], null, true, null, true, true]], null]] },
      { ...FACTS, children: [{ schema: 'a', name: LONG, foreign: false }] },
      { ...FACTS, policies: [LONG] },
    ])
      expect(detailOf(await tables(facts))).toMatchObject({ code: 'catalogue_unreadable' });
  });

  test('while the longest that a server can be built with are read', async () => {
    const name = 'n'.repeat(255);
    const facts = { ...FACTS, columns: [[name, 'integer', 23, 1, 'n']], primary_key: name };
    expect(await tables(facts, name)).toMatchObject([{ name, key: [name] }]);
  });

  test('and the refusal does not repeat it', () => {
    expect(catalogueUnreadable(LONG).detail.message.length).toBeLessThan(300);
  });
});

describe('a number that is a text is looked at before it is made one', () => {
  const DIGITS = '9'.repeat(40 * MB);
  const quick = (what: () => unknown): void => {
    const start = performance.now();
    try {
      what();
    } catch (thrown) {
      expect(detailOf(thrown)).toMatchObject({ code: 'catalogue_unreadable' });
    }
    expect(performance.now() - start).toBeLessThan(5000);
  };

  test('as far as any of PostgreSQL goes', () => {
    expect(wholeNumber('18446744073709551615')).toBe(18446744073709551615n);
    expect(wholeNumber('-9223372036854775808')).toBe(-9223372036854775808n);
    for (const text of ['', '-', ' 1', '1 ', '0x1', '1.5', '1e3', 'NaN', DIGITS])
      expect(wholeNumber(text)).toBeNull();
  });

  const horizon = (over: Readonly<Record<string, string>>): string =>
    Object.values({
      taken: '2025-11-08T07:30:52.000Z',
      xmin: '700',
      next: '701',
      checkpointed: '0:690',
      timeline: '1',
      replays: 'f',
      lsn: '0/16B3748',
      flushed: '0/16B3748',
      redo: '0/16B3700',
      checkpoint: '0/16B3700',
      archive: 'off',
      wal: 'replica',
      started: '1762587000.5',
      recovered: '1 2',
      identity: '7/5',
      ...over,
    }).join('|');

  test('in the horizon of a snapshot', () => {
    expect(readHorizon({ h: horizon({}) }).horizon).toMatchObject({ xmin: '700', durable: '690' });
    for (const over of [
      { xmin: DIGITS },
      { next: DIGITS },
      { checkpointed: `0:${DIGITS}` },
      { checkpointed: `${DIGITS}:0` },
      { checkpointed: '0:x' },
      { lsn: `0/${DIGITS}` },
    ]) {
      expect(() => readHorizon({ h: horizon(over) })).toThrow(SyncFailure);
      quick(() => readHorizon({ h: horizon(over) }));
    }
  });
});

describe('SQL that people paste has the privileges of a server only where they are some', () => {
  async function printed(kind: string, detail: string): Promise<unknown> {
    fake.script = async (client) => {
      await welcome(client);
      await nextStatement(client);
      await client.send(
        complete('BEGIN'),
        complete('SET'),
        description('kind', 'schema', 'name', 'role', 'detail'),
        row(kind, 's', 'x', 'reader', detail),
        complete('SELECT 1'),
        complete('COMMIT'),
        ready(),
      );
      await client.until();
    };
    await using session = await open();
    return await missingReadingRights(session, 180001, 's', 'x').catch((thrown: unknown) => thrown);
  }

  test('as the query has them', async () => {
    expect(await printed('table', 'SELECT, INSERT')).toMatchObject({
      sql: ['GRANT SELECT, INSERT ON "s"."x" TO "reader";'],
    });
    expect(await printed('schema', 'USAGE')).toMatchObject({
      sql: ['GRANT USAGE ON SCHEMA "s" TO "reader";'],
    });
  });

  test.each(['table', 'schema'])('refused where a %s has others', async (kind) => {
    for (const detail of [
      'ALL',
      '',
      'USAGE ON SCHEMA s TO PUBLIC; DROP SCHEMA s CASCADE; --',
      'usage',
      'SELECT,',
    ])
      expect(detailOf(await printed(kind, detail))).toMatchObject({ code: 'catalogue_unreadable' });
  });
});
