import { BatchStatus } from '../../src/shared/status.ts';
import type { AgentRun, Agents, FleetRun } from './agents.ts';
import { type CentralCost, costing } from './centralCost.ts';
import { type Seen, watching } from './centralWatch.ts';
import type { HeadOffice } from './headOffice.ts';

/** One run of a fleet with everything that was measured. */
export interface FleetReport extends FleetRun {
  readonly cost: CentralCost;
  readonly seen: Seen;
}

/** Runs all agents once and measures head office meanwhile. */
export async function measureRun(headOffice: HeadOffice, agents: Agents): Promise<FleetReport> {
  const { result, cost } = await costing(headOffice, agents.central, () =>
    watching(headOffice, agents.central, () => agents.run()),
  );
  return { ...result.result, seen: result.seen, cost };
}

const MB = 1e6;

/** The figures of a run by name with unit, for the bench's table. */
export function factsOf({ agents, sample, cost, seen }: FleetReport): Readonly<Record<string, number>> {
  const count = agents.length;
  const sum = (of: (agent: AgentRun) => number): number => agents.reduce((all, agent) => all + of(agent), 0);
  return {
    'agents that completed': agents.filter(({ status }) => status === BatchStatus.Completed).length,
    'tables that failed': sum(({ failed }) => failed.length),
    'retries of tables': sum(({ retries }) => retries),
    'refused connections': cost.refusals,
    'waits for head office': sum(({ waits }) => waits),
    's, the longest wait for head office': Math.max(...agents.map(({ waitSeconds }) => waitSeconds)),
    'sessions at central, at most': seen.sessions,
    ...(!Number.isNaN(seen.sessionsOfABranch) && {
      'sessions of one branch, at most': seen.sessionsOfABranch,
    }),
    'sessions that wait for a lock, at most': seen.waitingForLock,
    'sessions that wait for a lock, on average': seen.meanWaitingForLock,
    ...(Number.isNaN(seen.sessionsOfABranch) && {
      'clients that wait in the pool, at most': seen.poolQueue,
      's, the longest wait in the pool': seen.poolWaitSeconds,
    }),
    'rows a branch in its tables': cost.branchRows / count,
    "rows a branch in Branchline's own tables": cost.ownRows / count,
    'rows a branch in the catalogue': cost.catalogueRows / count,
    '% of updates in place (HOT)': cost.updates === 0 ? 0 : (100 * cost.hotUpdates) / cost.updates,
    'KB of WAL a branch': cost.walBytes / count / 1e3,
    'ms of central CPU a branch': (cost.cpuSeconds * 1000) / count,
    'sessions opened a branch': cost.sessions / count,
    'transactions a branch': cost.transactions / count,
    'MB by which the catalogue has grown': cost.catalogueBytes / MB,
    'MB by which the database has grown': cost.databaseBytes / MB,
    'KB of checkpoints a branch': cost.checkpointBytes / count / 1e3,
    "s of CPU of an agent's process": sample.cpuSeconds,
    "MB of memory of an agent's process": sample.rssBytes / MB,
    "s, an agent's run on average": sum(({ seconds }) => seconds) / count,
  };
}

/** What was not well: agents and tables that did not complete, with the reason. */
export function problemsOf({ agents }: FleetRun): readonly string[] {
  return agents
    .filter(({ status, failed }) => status !== BatchStatus.Completed || failed.length > 0)
    .flatMap(({ id, status, failed }) => [`${id} ended ${status}`, ...failed.map((one) => `${id}: ${one}`)]);
}

/** Why tables were tried again, with how often, the most frequent first. */
export function reasonsOf({ agents }: FleetRun): readonly (readonly [reason: string, count: number])[] {
  const all = new Map<string, number>();
  for (const [reason, count] of agents.flatMap(({ reasons }) => reasons))
    all.set(reason, (all.get(reason) ?? 0) + count);
  return [...all].sort(([, a], [, b]) => b - a);
}
