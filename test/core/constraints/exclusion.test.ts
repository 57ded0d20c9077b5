import { expect, test } from 'vitest';
import { fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { expectMirrored, MIRROR, mirrorHome, onBoth, work } from './support/both.ts';

/** Rooms that are let for a span of days; no two lettings of a room overlap. */
const LETTING = [
  'CREATE TABLE letting (id int PRIMARY KEY, room int4range NOT NULL, days int4range NOT NULL, note text)',
  'ALTER TABLE letting ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH &&, days WITH &&)',
];
const ROWS =
  "INSERT INTO letting SELECT n, '[1,1]', int4range(n * 10, n * 10 + 5), 'x' FROM generate_series(1, 1000) n";

/** Two lettings exchange their days, as seen when both are there. */
function swap(a: number, b: number): readonly string[] {
  const days = (n: number): string => `int4range(${n * 10}, ${n * 10 + 5})`;
  return [
    `UPDATE letting SET days = '[900000,900001]' WHERE id = ${a}`,
    `UPDATE letting SET days = ${days(a)} WHERE id = ${b}`,
    `UPDATE letting SET days = ${days(b)} WHERE id = ${a}`,
  ];
}

for (const strategy of ['changes', 'full', 'compare'] as const) {
  test(`strategy ${strategy}: rows that swap what an exclusion constraint watches arrive, in one chunk or in two`, async () => {
    await using pair = await freshDatabases();
    await onBoth(pair, ...LETTING);
    await work(pair, ROWS);
    using home = mirrorHome(pair, { sync: { chunkRows: 5 } });
    await using engine = home.open();
    await sync(engine);

    await work(
      pair,
      ...swap(1, 2),
      ...swap(600, 900),
      'DELETE FROM letting WHERE id = 700',
      "UPDATE letting SET days = '[7000,7004]' WHERE id = 3",
    );
    const { table } = await sync(engine, { strategy });

    expect(table('letting')).toMatchObject({
      error_message: null,
      status: 'completed',
      retry_count: 0,
      records_deleted: 1,
    });
    await expectMirrored(pair);
  });
}

test('rows that really exclude each other fail with the constraint named, and the others stay', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...LETTING);
  await work(pair, 'ALTER TABLE letting DROP CONSTRAINT no_overlap', ROWS);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);

  await work(pair, "UPDATE letting SET days = '[10,14]' WHERE id = 2");
  const { table } = await sync(engine);

  expect(table('letting').error_detail).toMatchObject({
    code: 'constraint_violated',
    params: { schema: MIRROR, table: 'letting', constraint: 'no_overlap' },
  });
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.letting`)).toEqual([['1000']]);
});
