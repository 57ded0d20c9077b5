import { SOURCE_SCHEMA } from '../data/dataset.ts';
import { INVOICES } from '../data/invoices.ts';
import { atLeast, atMost, type Line, type Measure } from '../measure.ts';
import { runBranchline, runVerify } from '../run/branchline.ts';
import { forgetTables, vacuumCentral } from '../run/central.ts';
import { CONNECTION } from '../run/cli.ts';
import { lineOf, speedAgainst, wireFacts } from '../run/lines.ts';
import { alternately, type Sample } from '../run/repeat.ts';
import { counting } from '../run/serverCost.ts';
import { overCountedLinks } from '../run/wire.ts';
import { asOwner, type Bench, fill } from '../setUp.ts';

const TABLES = [INVOICES.name];

/** Proving both sides equal, with both databases on this machine. */
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
  const [mine, reading] = await alternately<Sample>(bench, [
    async () => {
      const { result, servers } = await counting(bench, () => runVerify(bench, TABLES));
      if (result.rows !== rows) throw new Error(`verify has looked at ${result.rows} of ${rows} rows`);
      return { ...result, servers };
    },
    () => readBoth(bench),
  ]);
  if (mine === undefined || reading === undefined) return [];
  const wire = await overCountedLinks(bench, (counted) => runVerify(counted, TABLES));
  const goals = [
    atLeast('× the speed of reading both sides', speedAgainst(reading, mine), 0.8),
    atLeast('million rows a second', rows / 1e6 / mine.median((run) => run.seconds), 0.75),
    atMost("% of the rows' bytes on the wire, both links", (100 * (wire.source + wire.central)) / bytes, 1),
  ];
  const amount = { rows, bytes: null };
  return [
    lineOf('branchline verify', mine, amount, goals, wireFacts(wire)),
    lineOf('sum(hashtext(row::text)) on both sides at once', reading, amount),
  ];
}

/** What any comparison has to do at least: each server reads and hashes its rows once. */
async function readBoth(bench: Bench): Promise<Sample> {
  const { source, central, options } = bench;
  const schema = options.layout === 'schema' ? CONNECTION : 'public';
  const read = (server: typeof source.server, from: string) =>
    asOwner(server, (client) =>
      client.query(`SELECT sum(hashtext(t::text)) FROM ${from}.${INVOICES.name} t`),
    );
  const { result: seconds, servers } = await counting(bench, async () => {
    const start = performance.now();
    await Promise.all([read(source.server, SOURCE_SCHEMA), read(central.server, schema)]);
    return (performance.now() - start) / 1000;
  });
  return { seconds, servers };
}
