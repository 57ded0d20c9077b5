import { expect, test } from 'vitest';
import { CopyOut } from '../../../src/core/postgres/copyOut.ts';
import { canDecode, keyText } from '../../../src/core/postgres/keyText.ts';
import { type CopyFormat, lastRow } from '../../../src/core/postgres/rowBlock.ts';
import { freshDatabases } from '../../support/databases.ts';

const KEYS: readonly (readonly [type: string, values: readonly string[]])[] = [
  ['smallint', ['0', '-32768', '32767']],
  ['integer', ['-2147483648', '2147483647']],
  ['bigint', ['9007199254740993', '-9223372036854775808']],
  ['oid', ['4294967295']],
  [
    'numeric',
    [
      '0',
      '0.00',
      '1',
      '-1',
      '10000',
      '1234567890',
      '99999999999999999999999999999999.5',
      '0.0001',
      '-0.00012345',
      '1.10',
      '100000000',
      '123456789012345678901234567890',
      'NaN',
      'Infinity',
      '-Infinity',
      '0.1',
      '12345.000',
    ],
  ],
  ['numeric(10,2)', ['1.5', '-99999999.99', '10000.01']],
  ['text', ['', 'a b', 'tab\tnew\nline\\N \\. \r', 'Jalan Ahmad Yani 🛵', "it's"]],
  ['character varying(20)', ['x', 'ÿ']],
  ['character(5)', ['ab']],
  ['uuid', ['0189aabb-ccdd-7eef-8001-020304050607']],
];

test('a key read from a row is what PostgreSQL writes as text, in both formats', async () => {
  await using pair = await freshDatabases();
  const client = await pair.source.connectAdmin();
  const read = async (value: string, type: string, format: CopyFormat): Promise<string | undefined> => {
    const row = `SELECT ${client.escapeLiteral(value)}::${type}, 'rest'::text`;
    const waits = { firstRowMs: 10_000, idleMs: 10_000, wait: () => () => {}, onSilence: () => undefined };
    const text = `COPY (${row}) TO STDOUT WITH (FORMAT ${format})`;
    const copy = client.query(new CopyOut(text, { format, columns: 2, ...waits }));
    await copy.ready(Number.POSITIVE_INFINITY);
    const block = copy.take(1);
    while (!copy.exhausted) await copy.ready(Number.POSITIVE_INFINITY);
    return block === null ? undefined : keyText(format, lastRow(block), [type])[0];
  };
  for (const [type, values] of KEYS) {
    expect(canDecode(type)).toBe(true);
    for (const value of values) {
      const said = await client.query<{ said: string }>(`SELECT format('%s', $1::${type}) AS said`, [value]);
      // format() trims nothing, but a cast to text would trim blanks of character(n).
      const expected = said.rows[0]?.said;
      expect([type, value, await read(value, type, 'binary')]).toEqual([type, value, expected]);
      expect([type, value, await read(value, type, 'text')]).toEqual([type, value, expected]);
    }
  }
  await client.end();
});

test('a key of a type that cannot be read from binary rows is not said to be', () => {
  expect(canDecode('timestamp without time zone')).toBe(false);
  expect(canDecode('public.mood')).toBe(false);
});
