import { pgbouncerProgram } from '../../test/faults/support/pgbouncer.ts';
import { type FleetWay, startAgents } from '../fleet/agents.ts';
import { type Branches, type FleetSize, startBranches } from '../fleet/branches.ts';
import { costing } from '../fleet/centralCost.ts';
import { watching } from '../fleet/centralWatch.ts';
import { type FleetReport, factsOf, measureRun, problemsOf, reasonsOf } from '../fleet/fleetReport.ts';
import { type HeadOffice, startHeadOffice } from '../fleet/headOffice.ts';
import { unequalBranches } from '../fleet/unequalBranches.ts';
import { atMost, type Goal, type Line, type Measure } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import { median } from '../statistics.ts';

/** PostgreSQL's default. */
const MAX_CONNECTIONS = 100;
const POOL = 20;
const TABLES = 20;
const ROWS = 200;
/** As many tables as in a usual batch. */
const TABLES_OF_A_BRANCH = 120;
/** Enough for figures that the system counts in hundredths of a second. */
const UNCHANGED_RUNS = 20;

/** More agents than head office has places, directly and through PgBouncer. */
export const FLEET_FULL: Measure = {
  name: 'fleet-full',
  group: 'fleet',
  standalone: true,
  title: `60 branches at once, max_connections ${MAX_CONNECTIONS}`,
  run: fleetFull,
};

/** Many agents through one small pool. */
export const FLEET_POOLED: Measure = {
  name: 'fleet-pooled',
  group: 'fleet',
  standalone: true,
  title: `200 branches through PgBouncer, pool ${POOL}`,
  run: fleetPooled,
};

/** What one branch costs head office. */
export const FLEET_BRANCH: Measure = {
  name: 'fleet-branch',
  group: 'fleet',
  standalone: true,
  title: `One branch, ${TABLES_OF_A_BRANCH} tables`,
  run: fleetBranch,
};

async function fleetFull({ options }: { readonly options: BenchOptions }): Promise<readonly Line[]> {
  await using branches = await startBranches(sizeOf(options, 60));
  const lines: Line[] = [];
  for (const layout of ['stamp', 'schema'] as const) {
    const pooled = await firstLoad(branches, { layout, pooled: true, farEvery: 0 });
    const direct = await firstLoad(branches, { layout, pooled: false, farEvery: 0 });
    if (direct === null) continue;
    if (pooled !== null) lines.push(line(`layout ${layout}, through PgBouncer`, pooled, complete(pooled)));
    lines.push(
      line(`layout ${layout}, directly`, direct, [
        ...complete(direct),
        ...(pooled === null
          ? []
          : [atMost('× the time through PgBouncer', direct.seconds / pooled.seconds, 1.5)]),
        atMost('sessions of one branch', direct.seen.sessionsOfABranch, 3),
      ]),
    );
  }
  return lines;
}

async function fleetPooled({ options }: { readonly options: BenchOptions }): Promise<readonly Line[]> {
  if (pgbouncerProgram() === null) return [];
  await using branches = await startBranches(sizeOf(options, 200));
  await using headOffice = await startHeadOffice({ maxConnections: MAX_CONNECTIONS, pool: POOL });
  const way: FleetWay = { layout: options.layout, pooled: true, farEvery: 10 };
  await using agents = await startAgents(branches, headOffice, way);
  const lines: Line[] = [];
  for (const what of ['first load, every tenth branch far away', 'changes', 'nothing changed']) {
    if (what === 'changes') await branches.change();
    const run = await measureRun(headOffice, agents);
    const unequal = await unequalBranches(branches, headOffice, agents.central, way.layout);
    const ran = { ...run, unequal };
    const retries = Math.max(...run.agents.map((agent) => agent.retries + agent.waits));
    lines.push(line(what, ran, [...complete(ran), atMost('retries of one branch', retries, 1)]));
  }
  return lines;
}

async function fleetBranch({ options }: { readonly options: BenchOptions }): Promise<readonly Line[]> {
  const { rowsScale, layout } = options;
  await using branches = await startBranches({
    branches: 1,
    tables: TABLES_OF_A_BRANCH,
    rows: Math.ceil(1000 * rowsScale),
  });
  await using headOffice = await startHeadOffice({ maxConnections: MAX_CONNECTIONS, pool: null });
  await using agents = await startAgents(branches, headOffice, { layout, pooled: false, farEvery: 0 });
  const first = await measureRun(headOffice, agents);
  // The second run has the source's snapshot of the first behind it: from the third on nothing is left to do.
  await agents.run();
  const unchanged = await costing(headOffice, agents.central, async () => {
    const runs: FleetReport['seconds'][] = [];
    for (let run = 0; run < UNCHANGED_RUNS; run++) runs.push((await agents.run()).seconds);
    return runs;
  });
  // Apart, because looking takes processor time of head office, too.
  const { seen } = await watching(headOffice, agents.central, () => agents.run());
  const { cost, result: seconds } = unchanged;
  const each = (value: number): number => value / UNCHANGED_RUNS;
  return [
    line('first load', { ...first, unequal: [] }, [
      atMost('sessions at central', first.seen.sessionsOfABranch, 3),
    ]),
    {
      what: 'nothing changed',
      seconds,
      rows: 0,
      bytes: null,
      facts: {
        'rows in the catalogue': each(cost.catalogueRows),
        'KB of WAL': each(cost.walBytes) / 1e3,
        transactions: each(cost.transactions),
        's, the median of its runs': median(seconds),
      },
      goals: [
        atMost('rows written at central', each(cost.ownRows + cost.branchRows), 3),
        atMost('ms of central CPU', each(cost.cpuSeconds) * 1000, 20),
        atMost('sessions at central', seen.sessionsOfABranch, 1),
      ],
    },
  ];
}

/** A run of a fleet, and the tables that were not equal afterwards. */
interface ComparedRun extends FleetReport {
  readonly unequal: readonly string[];
}

/** @returns null if PgBouncer is asked for and missing */
async function firstLoad(branches: Branches, way: FleetWay): Promise<ComparedRun | null> {
  if (way.pooled && pgbouncerProgram() === null) return null;
  const size = { maxConnections: MAX_CONNECTIONS, pool: way.pooled ? POOL : null };
  await using headOffice: HeadOffice = await startHeadOffice(size);
  await using agents = await startAgents(branches, headOffice, way);
  const run = await measureRun(headOffice, agents);
  return { ...run, unequal: await unequalBranches(branches, headOffice, agents.central, way.layout) };
}

function sizeOf({ fleetScale, rowsScale }: BenchOptions, branches: number): FleetSize {
  return {
    branches: Math.max(2, Math.round(branches * fleetScale)),
    tables: TABLES,
    rows: Math.ceil(ROWS * rowsScale),
  };
}

function complete(run: ComparedRun): readonly Goal[] {
  const failed = run.agents.reduce((sum, agent) => sum + agent.failed.length, 0);
  for (const problem of problemsOf(run).slice(0, 20)) console.log(`!! ${problem}`);
  for (const [reason, count] of reasonsOf(run)) console.log(`!! tried again ${count} times: ${reason}`);
  return [
    atMost(
      'branches that did not complete',
      run.agents.filter(({ status }) => status !== 'completed').length,
      0,
    ),
    atMost('tables that failed', failed, 0),
    atMost('tables that differ afterwards', run.unequal.length, 0),
  ];
}

function line(what: string, run: ComparedRun, goals: readonly Goal[]): Line {
  return {
    what,
    seconds: [run.seconds],
    rows: run.agents.reduce((sum, { rows }) => sum + rows, 0),
    bytes: null,
    facts: {
      'central cpu s': run.cost.cpuSeconds,
      'wal MB at central': run.cost.walBytes / 1e6,
      ...factsOf(run),
    },
    goals,
  };
}
