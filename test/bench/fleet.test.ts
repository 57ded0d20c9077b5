import { expect, test } from 'vitest';
import { startAgents } from '../../bench/fleet/agents.ts';
import { startBranches } from '../../bench/fleet/branches.ts';
import { factsOf, measureRun, problemsOf } from '../../bench/fleet/fleetReport.ts';
import { startHeadOffice } from '../../bench/fleet/headOffice.ts';
import { unequalBranches } from '../../bench/fleet/unequalBranches.ts';
import { connectTo } from '../support/servers.ts';

test.for(['stamp', 'schema'] as const)(
  'a fleet is measured, and what is wrong with it is named (layout %s)',
  async (layout) => {
    await using branches = await startBranches({ branches: 3, tables: 2, rows: 50 });
    await using headOffice = await startHeadOffice({ maxConnections: 30, pool: null });
    await using agents = await startAgents(branches, headOffice, { layout, pooled: false, farEvery: 3 });
    const first = await measureRun(headOffice, agents);
    const unequal = () => unequalBranches(branches, headOffice, agents.central, layout);

    expect(problemsOf(first)).toEqual([]);
    expect(await unequal()).toEqual([]);
    expect(factsOf(first)).toMatchObject({
      'agents that completed': 3,
      'rows a branch in its tables': 100,
      'refused connections': 0,
    });

    await branches.change();
    expect(await unequal()).toHaveLength(6);
    expect(problemsOf(await measureRun(headOffice, agents))).toEqual([]);
    expect(await unequal()).toEqual([]);

    const client = await connectTo(headOffice.server, agents.central.direct.database);
    if (layout === 'stamp') {
      await client.query("DELETE FROM t_fleet_002 WHERE source_connection = 'branch_0002' AND id = 1000020");
    } else {
      await client.query("UPDATE branch_0002.t_fleet_002 SET name = 'x' WHERE id = 1000020");
    }
    await client.end();
    expect(await unequal()).toEqual(['branch_0002/t_fleet_002']);

    const branch = await connectTo(branches.server, 'branch_0001');
    await branch.query('REVOKE SELECT ON adempiere.t_fleet_001 FROM branchline_read');
    await branch.end();
    const problems = problemsOf(await measureRun(headOffice, agents));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toBe('branch_0001 ended failed');
    expect(problems[1]).toMatch(/^branch_0001: t_fleet_001: failed /);
  },
);
