import { INVOICES } from '../data/invoices.ts';
import { atLeast, atMost, type Line, type Measure } from '../measure.ts';
import { runBranchline } from '../run/branchline.ts';
import { forgetTables, vacuumCentral } from '../run/central.ts';
import { amountOf, lineOf, speedAgainst } from '../run/lines.ts';
import { alternately, branchlineWay, pipeWay, type Sample } from '../run/repeat.ts';
import { type Bench, fill } from '../setUp.ts';

/** The strategy is set so that the engine does not choose a cheaper one. */
const ASK = { tables: [INVOICES.name], strategy: 'full' };

/** Reads everything again although nothing changed, compared with the pipe's load of an empty table. */
export const FULL_AGAIN: Measure = {
  name: 'full-again',
  title: 'Everything read again, nothing changed',
  run: fullAgain,
};

async function fullAgain(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, [INVOICES]);
  await forgetTables(bench, [INVOICES]);
  await runBranchline(bench, ASK);
  await vacuumCentral(bench);
  const { psql } = bench;
  const [mine, pipe] = await alternately<Sample>(bench, [
    branchlineWay(bench, ASK),
    ...(psql === null ? [] : [pipeWay(bench, psql, [INVOICES])]),
  ]);
  if (mine === undefined) return [];
  const amount = amountOf(mine);
  const walMb = mine.median((run) => run.servers.walBytes) / 1e6;
  return [
    lineOf('branchline, strategy full', mine, amount, [
      ...(pipe === undefined
        ? []
        : [atLeast('× the speed of psql, binary, into an empty table', speedAgainst(pipe, mine), 0.7)]),
      atMost('MB of WAL at central', walMb, 1),
    ]),
    ...(pipe === undefined ? [] : [lineOf('psql COPY | psql COPY, binary', pipe, amount)]),
  ];
}
