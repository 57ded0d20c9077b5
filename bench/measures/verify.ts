import { INVOICES } from '../data/invoices.ts';
import { atLeast, atMost, type Line, type Measure } from '../measure.ts';
import { runBranchline, runVerify } from '../run/branchline.ts';
import { forgetTables, vacuumCentral } from '../run/central.ts';
import { lineOf, wireFacts } from '../run/lines.ts';
import { alternately, type Sample } from '../run/repeat.ts';
import { counting } from '../run/serverCost.ts';
import { overCountedLinks } from '../run/wire.ts';
import { type Bench, fill } from '../setUp.ts';

const TABLES = [INVOICES.name];

/** Proving that both sides are the same, both of them on this machine. */
export const VERIFY: Measure = {
  name: 'verify',
  title: 'Verify, 25 columns',
  run: verify,
};

async function verify(bench: Bench): Promise<readonly Line[]> {
  await fill(bench, [INVOICES]);
  await forgetTables(bench, [INVOICES]);
  const { rows, bytes } = await runBranchline(bench, { tables: TABLES });
  await vacuumCentral(bench);
  const [mine] = await alternately<Sample>(bench, [
    async () => {
      const { result, servers } = await counting(bench, () => runVerify(bench, TABLES));
      if (result.rows !== rows) throw new Error(`verify has looked at ${result.rows} of ${rows} rows`);
      return { ...result, servers };
    },
  ]);
  if (mine === undefined) return [];
  const wire = await overCountedLinks(bench, (counted) => runVerify(counted, TABLES));
  const goals = [
    atLeast('million rows a second', rows / 1e6 / mine.median((run) => run.seconds), 0.75),
    atMost("% of the rows' bytes on the wire, both links", (100 * (wire.source + wire.central)) / bytes, 1),
  ];
  return [lineOf('branchline verify', mine, { rows, bytes: null }, goals, wireFacts(wire))];
}
