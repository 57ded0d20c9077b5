import { parseArgs } from 'node:util';
import { pgbouncerProgram } from '../../test/faults/support/pgbouncer.ts';
import { removeAbandonedServers } from '../../test/support/servers.ts';
import { type Layout, startAgents } from './agents.ts';
import { type Branches, startBranches } from './branches.ts';
import { factsOf, measureRun, problemsOf, reasonsOf } from './fleetReport.ts';
import { startHeadOffice } from './headOffice.ts';
import { unequalBranches } from './unequalBranches.ts';

const USAGE = `npm run fleet:check -- [options]
  --branches N          how many branches (20)
  --tables N            tables of each (12)
  --rows N              rows of each table (200)
  --layout L            stamp or schema; both, one after the other, where absent
  --way W               direct, or pooled: through PgBouncer; both where absent
  --max-connections N   of head office's server (40)
  --pool N              of PgBouncer (5)
  --far-every N         every how many branches one has a slow link (5)
  --figures             prints what is measured, too`;

interface FleetOptions {
  readonly branches: number;
  readonly tables: number;
  readonly rows: number;
  readonly layouts: readonly Layout[];
  readonly ways: readonly ('direct' | 'pooled')[];
  readonly maxConnections: number;
  readonly pool: number;
  readonly farEvery: number;
  readonly figures: boolean;
}

/**
 * Runs a fleet of agents against one head office: a first load, a day with changes, a day without. Ends with 1 if a
 * table fails, or if head office then does not have what the branches have. Nothing is timed.
 */
async function main(options: FleetOptions): Promise<void> {
  await removeAbandonedServers();
  await using branches = await startBranches(options);
  const problems: string[] = [];
  for (const way of options.ways) {
    if (way === 'pooled' && pgbouncerProgram() === null) {
      console.log('There is no PgBouncer (apt-get install pgbouncer): the fleet goes directly only.');
      continue;
    }
    for (const layout of options.layouts) {
      problems.push(...(await runFleet(branches, options, layout, way === 'pooled')));
    }
  }
  if (problems.length === 0)
    return console.log('\nAll branches completed, and head office has what they have.');
  console.log(`\n${problems.length} problems`);
  for (const problem of problems.slice(0, 50)) console.log(`  ${problem}`);
  process.exitCode = 1;
}

async function runFleet(
  branches: Branches,
  { maxConnections, pool, farEvery, figures }: FleetOptions,
  layout: Layout,
  pooled: boolean,
): Promise<readonly string[]> {
  const what = `${branches.all.length} branches, ${pooled ? 'through PgBouncer' : 'directly'}, layout ${layout}`;
  await using headOffice = await startHeadOffice({ maxConnections, pool: pooled ? pool : null });
  await using agents = await startAgents(branches, headOffice, { layout, pooled, farEvery });
  const problems: string[] = [];
  for (const day of ['first load', 'changes', 'nothing changed']) {
    if (day === 'changes') await branches.change();
    const report = await measureRun(headOffice, agents);
    const unequal = await unequalBranches(branches, headOffice, agents.central, layout);
    problems.push(
      ...[...problemsOf(report), ...unequal.map((one) => `${one} differs`)].map(
        (one) => `${what}, ${day}: ${one}`,
      ),
    );
    console.log(`${what}, ${day}: ${report.seconds.toFixed(1)} s`);
    for (const [reason, count] of reasonsOf(report)) console.log(`  tried again ${count} times: ${reason}`);
    if (figures) print(factsOf(report));
  }
  return problems;
}

function print(facts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(facts)) {
    console.log(`${value.toLocaleString('en', { maximumFractionDigits: 2 }).padStart(12)}  ${name}`);
  }
}

function readOptions(): FleetOptions | null {
  const { values } = parseArgs({
    options: {
      branches: { type: 'string', default: '20' },
      tables: { type: 'string', default: '12' },
      rows: { type: 'string', default: '200' },
      layout: { type: 'string' },
      way: { type: 'string' },
      'max-connections': { type: 'string', default: '40' },
      pool: { type: 'string', default: '5' },
      'far-every': { type: 'string', default: '5' },
      figures: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    branches: count(values.branches),
    tables: count(values.tables),
    rows: count(values.rows),
    layouts: oneOrAll(values.layout, ['stamp', 'schema']),
    ways: oneOrAll(values.way, ['direct', 'pooled']),
    maxConnections: count(values['max-connections']),
    pool: count(values.pool),
    farEvery: count(values['far-every']),
    figures: values.figures,
  };
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(USAGE);
  return value;
}

function oneOrAll<T extends string>(text: string | undefined, all: readonly T[]): readonly T[] {
  const chosen = all.filter((one) => text === undefined || one === text);
  if (chosen.length === 0) throw new Error(USAGE);
  return chosen;
}

const options = readOptions();
if (options === null) console.log(USAGE);
else await main(options);
