import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { verifyTable } from './support.ts';

/**
 * Head office has made the table with a narrower type, and rows came by another way: type at the branch, at head
 * office, a value that does not fit, and one that fits.
 */
const NARROWER: readonly (readonly [string, string, string, string])[] = [
  ['numeric(12,4)', 'numeric(10,2)', '1.2345', '1.5000'],
  ['numeric', 'numeric(10,2)', '1.2345', '1.50'],
  ['timestamp', 'timestamp(0)', "'2025-01-31 10:00:00.4'", "'2025-01-31 10:00:00'"],
  ['timestamptz(3)', 'timestamptz(0)', "'2025-01-31 10:00:00.4+07'", "'2025-01-31 10:00:00+07'"],
  ['time', 'time(0)', "'10:00:00.4'", "'10:00:00'"],
  ['interval', 'interval day to minute', "'1 day 10:00:30'", "'1 day 10:00:00'"],
  ['interval', 'interval(0)', "'10:00:00.4'", "'10:00:00'"],
  ['varchar(10)', 'varchar(3)', "'abc  '", "'abc'"],
  ['text', 'varchar(3)', "'abc  '", "'abc'"],
  ['varchar(10)', 'varchar(3)', "'abcdef'", "'abc'"],
  ['char(6)', 'char(3)', "'abcd'", "'abc'"],
  ['varchar(6)', 'char(6)', "'abc '", "'abcdef'"],
  ['bit(5)', 'bit(3)', "B'10101'", "B'10100'"],
  ['bit varying(5)', 'bit varying(3)', "B'10101'", "B'101'"],
  ['double precision', 'real', '0.1234567890123', '0.5'],
  ['numeric(12,4)[]', 'numeric(10,2)[]', "'{1.2345}'", "'{1.5000}'"],
];

/** One row at both; the table at head office is not Branchline's to change. */
async function ownedByHeadOffice(from: string, to: string, value: string): Promise<DatabasePair> {
  const pair = await freshDatabases();
  await atBranch(
    pair,
    `CREATE TABLE item (id int PRIMARY KEY, v ${from})`,
    `INSERT INTO item VALUES (1, ${value})`,
  );
  await atCentral(
    pair,
    `CREATE SCHEMA ${CONNECTION}`,
    `CREATE TABLE ${CONNECTION}.item (id int PRIMARY KEY, v ${to})`,
    `INSERT INTO ${CONNECTION}.item SELECT 1, (${value}::${from})::${to}`,
    `GRANT USAGE ON SCHEMA ${CONNECTION} TO PUBLIC`,
    `GRANT ALL ON ALL TABLES IN SCHEMA ${CONNECTION} TO PUBLIC`,
  );
  return pair;
}

test.each(NARROWER)(
  '%s at the branch and %s at head office: neither equal nor completed',
  async (from, to, value) => {
    await using pair = await ownedByHeadOffice(from, to, value);
    using home = makeHome(pair, { central: { layout: 'schema' } });
    await using engine = home.open();

    expect((await verifyTable(engine, 'item')).result).not.toBe('equal');
    const before = await fromCentral(pair, `SELECT v::text FROM ${CONNECTION}.item`);
    const { status, error_code } = (await sync(engine)).table('item');
    expect([status, error_code]).toEqual([
      'failed',
      expect.stringMatching(/central_permission|central_denied|column_incompatible|central_ddl/),
    ]);
    expect(await fromCentral(pair, `SELECT v::text FROM ${CONNECTION}.item`)).toEqual(before);
    expect((await verifyTable(engine, 'item')).result).not.toBe('equal');
  },
);

test.each([
  ['numeric(12,4)', 'numeric(10,2)', '1.5000'],
  ['numeric', 'numeric(10,4)', '1.50'],
  ['char(6)', 'char(3)', "'abc'"],
])(
  '%s at the branch shows otherwise than %s at head office, so they are not equal',
  async (from, to, value) => {
    await using pair = await ownedByHeadOffice(from, to, value);
    using home = makeHome(pair, { central: { layout: 'schema' } });
    await using engine = home.open();

    expect((await verifyTable(engine, 'item')).result).not.toBe('equal');
  },
);
