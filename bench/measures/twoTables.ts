import { INVOICES } from '../data/invoices.ts';
import { WIDE } from '../data/wide.ts';
import { atLeast, type Line, type Measure } from '../measure.ts';
import { forgetTables } from '../run/central.ts';
import { amountOf, lineOf, speedAgainst } from '../run/lines.ts';
import { alternately, branchlineWay, pipeWay, type Sample } from '../run/repeat.ts';
import { type Bench, fill } from '../setUp.ts';

/** Both large tables in parallel, compared with two parallel pipes. */
export const TWO_TABLES: Measure = {
  name: 'two-tables',
  title: 'First load of both, two at a time',
  run: twoTables,
};

async function twoTables(bench: Bench): Promise<readonly Line[]> {
  const both = [INVOICES, WIDE];
  await fill(bench, both);
  const { psql } = bench;
  const ask = { tables: both.map(({ name }) => name), parallelTables: 2 };
  const [mine, pipes] = await alternately<Sample>(bench, [
    branchlineWay(bench, ask, () => forgetTables(bench, both)),
    ...(psql === null ? [] : [pipeWay(bench, psql, both)]),
  ]);
  if (mine === undefined) return [];
  const amount = amountOf(mine);
  const goals =
    pipes === undefined ? [] : [atLeast('× the speed of two pipes', speedAgainst(pipes, mine), 0.9)];
  return [
    lineOf('branchline', mine, amount, goals),
    ...(pipes === undefined ? [] : [lineOf('two psql pipes, binary', pipes, amount)]),
  ];
}
