import { rowsAt } from '../data/dataset.ts';
import { INVOICES } from '../data/invoices.ts';
import { WIDE } from '../data/wide.ts';
import { atLeast, atMost, type Line, type Measure } from '../measure.ts';
import { runBranchline } from '../run/branchline.ts';
import { forgetTables } from '../run/central.ts';
import { lineOf, speedAgainst, wireFacts } from '../run/lines.ts';
import { pgcopydbWay } from '../run/pgcopydb.ts';
import { alternately, branchlineWay, type Sample } from '../run/repeat.ts';
import { overCountedLinks } from '../run/wire.ts';
import { type Bench, fill } from '../setUp.ts';

const BOTH = [INVOICES, WIDE];
const ASK = { tables: BOTH.map(({ name }) => name), parallelTables: 2 };

/** The large tables on a day without changes. */
export const UNCHANGED: Measure = {
  name: 'unchanged',
  title: 'Both again, nothing changed',
  run: unchanged,
};

async function unchanged(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, BOTH);
  await forgetTables(bench, BOTH);
  const { bytes } = await runBranchline(bench, ASK);
  const { pgcopydb, options } = bench;
  const [mine, copydb] = await alternately<Sample>(bench, [
    branchlineWay(bench, ASK),
    ...(pgcopydb === null ? [] : [pgcopydbWay(bench, pgcopydb, BOTH)]),
  ]);
  if (mine === undefined) return [];
  const wire = await overCountedLinks(bench, (counted) => runBranchline(counted, ASK));
  const rows = BOTH.reduce((all, dataset) => all + rowsAt(dataset, options.rowsScale), 0);
  const amount = { rows, bytes: null };
  const goals = [
    atLeast('million rows a second', rows / 1e6 / mine.median((run) => run.seconds), 4),
    atMost('KB a table on the wire, both links', (wire.source + wire.central) / 1e3 / BOTH.length, 20),
    ...(copydb === undefined
      ? []
      : [atLeast('× the speed of pgcopydb, copying again', speedAgainst(copydb, mine), 20)]),
  ];
  return [
    lineOf('branchline', mine, amount, goals, wireFacts(wire)),
    ...(copydb === undefined ? [] : [lineOf('pgcopydb copy table-data', copydb, { rows, bytes })]),
  ];
}
