import { createStatement, type Dataset, rowsAt } from '../data/dataset.ts';
import { INVOICES } from '../data/invoices.ts';
import { atLeast, type Line, type Measure } from '../measure.ts';
import { forgetTables } from '../run/central.ts';
import { amountOf, lineOf } from '../run/lines.ts';
import { cursorUpserts, rowAtATime } from '../run/olderWays.ts';
import { alternately, branchlineWay, type Repeated, type Sample } from '../run/repeat.ts';
import { counting } from '../run/serverCost.ts';
import { asCentral, type Bench, fill } from '../setUp.ts';

/** Rows copied in each of these ways: enough to measure, few enough to wait for. */
const UPSERTED = 100_000;
const ONE_BY_ONE = 5000;

/** Compares with what the system before Branchline did: upserts of 1,000 rows, and one row at a time. */
export const OLDER_WAY: Measure = {
  name: 'older-way',
  title: 'First load of 25 columns, the older ways',
  run: olderWay,
};

async function olderWay(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, [INVOICES]);
  const all = rowsAt(INVOICES, bench.options.rowsScale);
  const upserted = { rows: Math.min(UPSERTED, all), bytes: null };
  const oneByOne = { rows: Math.min(ONE_BY_ONE, all), bytes: null };
  const [mine, upserts, single] = await alternately<Sample>(bench, [
    branchlineWay(bench, { tables: [INVOICES.name] }, () => forgetTables(bench, [INVOICES])),
    older(bench, INVOICES, (dataset, table) => cursorUpserts(bench, dataset, table, upserted.rows)),
    older(bench, INVOICES, (dataset, table) => rowAtATime(bench, dataset, table, oneByOne.rows)),
  ]);
  if (mine === undefined || upserts === undefined || single === undefined) return [];
  const amount = amountOf(mine);
  const times = (repeated: Repeated<Sample>, rows: number): number =>
    speed(mine, amount.rows) / speed(repeated, rows);
  return [
    lineOf('branchline', mine, amount, [
      atLeast('× the speed of upserts', times(upserts, upserted.rows), 10),
      atLeast('× the speed of row by row', times(single, oneByOne.rows), 100),
    ]),
    lineOf('cursor and upserts of 1,000 rows', upserts, upserted),
    lineOf('select and insert, row by row', single, oneByOne),
  ];
}

function older(bench: Bench, dataset: Dataset, run: (dataset: Dataset, table: string) => Promise<void>) {
  return async (): Promise<Sample> => {
    const table = `older.${dataset.name}`;
    await asCentral(bench, async (client) => {
      await client.query(`CREATE SCHEMA IF NOT EXISTS older; DROP TABLE IF EXISTS ${table}`);
      await client.query(createStatement(dataset, table, null));
    });
    const started = performance.now();
    const { servers } = await counting(bench, () => run(dataset, table));
    return { seconds: (performance.now() - started) / 1000, servers };
  };
}

/** Rows per second. */
function speed(repeated: Repeated<Sample>, rows: number): number {
  return rows / repeated.median((run) => run.seconds);
}
