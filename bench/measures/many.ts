import { MANY } from '../data/many.ts';
import { atMost, type Line, type Measure } from '../measure.ts';
import { forgetTables } from '../run/central.ts';
import { amountOf, lineOf, msPerTable } from '../run/lines.ts';
import { alternately, branchlineWay, type Sample } from '../run/repeat.ts';
import { type Bench, fill } from '../setUp.ts';

/** Many small tables: measures the cost of each table besides its rows. */
export const MANY_TABLES: Measure = {
  name: 'many',
  title: `First load of ${MANY.length} small tables`,
  run: manyTables,
};

async function manyTables(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, MANY);
  const ask = { tables: MANY.map(({ name }) => name), parallelTables: 2 };
  const [first] = await alternately<Sample>(bench, [
    branchlineWay(bench, ask, () => forgetTables(bench, MANY)),
  ]);
  if (first === undefined) return [];
  return [
    lineOf('branchline, the tables made', first, amountOf(first), [
      atMost('ms a table, the process and the journal included', msPerTable(first, MANY.length), 15),
    ]),
  ];
}
