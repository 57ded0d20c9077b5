import { expect, test } from 'vitest';
import type { GroupRequest } from '../../../src/core/digest/comparedTable.ts';
import { type HashedColumn, seedOf } from '../../../src/core/digest/rowHash.ts';
import { isShareable, sharedQueries, sharedQuerySql } from '../../../src/core/digest/sharedQueries.ts';

function column(name: string, type: string, at: number): HashedColumn {
  const conversions = { source: [], central: [] };
  return { name, type, conversions, seed: seedOf(at), notNull: at === 0, asUtf8: false, recoding: null };
}

const TYPES = ['integer', 'numeric(10,2)', 'character varying(60)', 'timestamp without time zone', 'date'];

/** A table with that many columns of mixed types. */
function table(place: number, columns: number): GroupRequest {
  const hash = Array.from({ length: columns }, (_, at) =>
    column(`c${at}`, TYPES[(at * place + at) % TYPES.length] ?? '', at),
  );
  return { place, bucketing: { kind: 'whole' }, hash };
}

const REQUESTS = Array.from({ length: 150 }, (_, place) => table(place, (place * 37) % 160));

test('every column of every table has a slot of its own, hashed as the column is', () => {
  const queries = sharedQueries(REQUESTS);

  const members = queries.flatMap(({ slots, members }) => members.map((one) => ({ slots, ...one })));
  expect(members.map((one) => one.place).sort((a, b) => a - b)).toEqual(REQUESTS.map((one) => one.place));
  for (const { slots, columns, hash } of members) {
    const placed = columns.filter((one) => one !== undefined);
    expect(placed.map((one) => one.name).sort()).toEqual(hash.map((one) => one.name).sort());
    for (const [at, one] of columns.entries())
      if (one !== undefined) expect(one.type.replace(/\(.*/, '')).toBe(slots[at]?.type.replace(/\(.*/, ''));
  }
});

test('tables share a query only as long as few of its slots are empty for the narrowest', () => {
  const queries = sharedQueries(REQUESTS);

  expect(queries.length).toBeGreaterThan(1);
  expect(queries.length).toBeLessThan(20);
  for (const { slots, members } of queries) {
    const narrowest = Math.min(...members.map((one) => one.hash.length));
    expect(slots.length).toBeLessThanOrEqual(Math.max(40, 2 * narrowest));
  }
});

test('a query has no more columns than PostgreSQL allows', () => {
  const queries = sharedQueries([table(0, 1600), table(1, 20), table(2, 700)]);

  expect(queries.map((one) => [one.slots.length, one.members.length])).toEqual([
    [20, 1],
    [700, 1],
    [1600, 1],
  ]);
});

test('numbers with and without a scale, and the two kinds of a text, have slots apart', () => {
  const hash = ['numeric', 'numeric(10,2)', 'numeric(8,0)', 'text', 'character varying(9)'].map((type, at) =>
    column(`c${at}`, type, at),
  );
  const both = sharedQueries([
    { place: 0, bucketing: { kind: 'whole' }, hash },
    { place: 1, bucketing: { kind: 'whole' }, hash: hash.slice(2).reverse() },
  ]);

  expect(both[0]?.slots.map((one) => one.type)).toEqual([
    'character varying(9)',
    'text',
    'numeric(8,0)',
    'numeric',
    'numeric(8,0)',
  ]);
});

test('a type whose name is no name is in no shared query, and names are quoted', () => {
  const odd = column('it"em', 'integer', 0);
  expect(isShareable([odd])).toBe(true);
  expect(isShareable([column('a', 'integer); DROP TABLE x; --', 0)])).toBe(false);
  const [query] = sharedQueries([{ place: 0, bucketing: { kind: 'whole' }, hash: [odd] }]);
  if (query === undefined) throw new Error('no query');
  expect(sharedQuerySql(query, 'central', [{ from: '"s"."t" t', where: ['t."x" = 1'] }])).toContain(
    '(SELECT 0,(0)::bigint,"it""em" FROM "s"."t" t WHERE t."x" = 1)',
  );
});
