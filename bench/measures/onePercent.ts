import { SOURCE_SCHEMA } from '../data/dataset.ts';
import { INVOICES } from '../data/invoices.ts';
import { atMost, type Line, type Measure } from '../measure.ts';
import { runBranchline } from '../run/branchline.ts';
import { forgetTables, vacuumCentral } from '../run/central.ts';
import { copySize } from '../run/copySize.ts';
import { amountOf, lineOf, speedAgainst, wireFacts } from '../run/lines.ts';
import { alternately, branchlineWay, type Sample } from '../run/repeat.ts';
import { counting } from '../run/serverCost.ts';
import { overCountedLinks } from '../run/wire.ts';
import { asOwner, type Bench, fill } from '../setUp.ts';

const ASK = { tables: [INVOICES.name] };
const TABLE = `${SOURCE_SCHEMA}.${INVOICES.name}`;
/** Every hundredth row, so that no two are neighbours on disk. */
const CHANGED = `${INVOICES.key} % 100 = 0`;

/** The day after the first load, when one row in a hundred has changed, compared with that first load. */
export const ONE_PERCENT: Measure = {
  name: 'one-percent',
  title: '1 % of rows changed, scattered',
  run: onePercent,
};

async function onePercent(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, [INVOICES]);
  const [first, again] = await alternately<Sample>(bench, [
    branchlineWay(bench, ASK, () => forgetTables(bench, [INVOICES])),
    branchlineWay(bench, ASK, async () => {
      await vacuumCentral(bench);
      await change(bench);
    }),
  ]);
  if (first === undefined || again === undefined) return [];
  // PostgreSQL logs a whole page at its first change after a checkpoint; this change comes after that.
  await change(bench);
  const { result: wire, servers } = await counting(bench, () =>
    overCountedLinks(bench, (counted) => runBranchline(counted, ASK)),
  );
  const amount = amountOf(again);
  const bytes = await copySize(bench, `SELECT * FROM ${TABLE} WHERE ${CHANGED}`);
  return [
    lineOf(
      'branchline',
      again,
      amount,
      [
        atMost("% of the first load's time", 100 / speedAgainst(first, again), 15),
        atMost("× the changed rows' bytes over the branch's link", wire.source / bytes, 1.5),
        atMost("× the changed rows' bytes over head office's link", wire.central / bytes, 1.5),
      ],
      {
        ...wireFacts(wire),
        'KB the changed rows, as COPY writes them': bytes / 1e3,
        'bytes of WAL a changed row, right after a checkpoint':
          again.median((run) => run.servers.walBytes) / amount.rows,
        'bytes of WAL a changed row, long after one': servers.walBytes / amount.rows,
      },
    ),
    lineOf('branchline, first load', first, amountOf(first)),
  ];
}

function change({ source }: Bench): Promise<unknown> {
  return asOwner(source.server, (client) =>
    client.query(
      `UPDATE ${TABLE} SET updated = clock_timestamp(), updatedby = 101, ispaid = 'Y' WHERE ${CHANGED}`,
    ),
  );
}
