import { rowsAt } from '../data/dataset.ts';
import { MANY } from '../data/many.ts';
import { atMost, type Line, type Measure } from '../measure.ts';
import { runBranchline } from '../run/branchline.ts';
import { forgetTables } from '../run/central.ts';
import { lineOf, msPerTable, wireFacts } from '../run/lines.ts';
import { alternately, branchlineWay, type Sample } from '../run/repeat.ts';
import { overCountedLinks } from '../run/wire.ts';
import { type Bench, fill } from '../setUp.ts';

const ASK = { tables: MANY.map(({ name }) => name), parallelTables: 2 };

/** A usual batch on a usual day: many tables, nothing to do. */
export const MANY_AGAIN: Measure = {
  name: 'many-again',
  title: `${MANY.length} small tables, nothing changed`,
  run: manyAgain,
};

async function manyAgain(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, MANY);
  await forgetTables(bench, MANY);
  await runBranchline(bench, ASK);
  const [mine] = await alternately<Sample>(bench, [branchlineWay(bench, ASK)]);
  if (mine === undefined) return [];
  const wire = await overCountedLinks(bench, (counted) => runBranchline(counted, ASK));
  const rows = MANY.reduce((all, dataset) => all + rowsAt(dataset, bench.options.rowsScale), 0);
  const goals = [
    atMost('ms a table, the process and the journal included', msPerTable(mine, MANY.length), 4),
    atMost('KB on the wire for all of them, both links', (wire.source + wire.central) / 1e3, 200),
  ];
  return [lineOf('branchline', mine, { rows, bytes: null }, goals, wireFacts(wire))];
}
