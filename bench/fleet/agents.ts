import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { BatchStatus } from '../../src/shared/status.ts';
import { type FarLink, type LinkSpeed, startFarLink } from '../../test/support/farLink.ts';
import { type Home, makeHome } from '../../test/support/home.ts';
import { memoryFolder } from '../../test/support/memoryFolder.ts';
import type { Branches } from './branches.ts';
import type { CentralDatabase, HeadOffice } from './headOffice.ts';

export type Layout = 'stamp' | 'schema';

/** How a fleet's agents reach head office. */
export interface FleetWay {
  readonly layout: Layout;
  /** Through PgBouncer. */
  readonly pooled: boolean;
  /** Every how many agents one has a slow link to head office; 0 for none. */
  readonly farEvery: number;
}

/** One agent's work, as its process is told. */
export interface AgentOrder {
  readonly id: string;
  readonly folder: string;
}

/** What one agent's batch came to. */
export interface AgentRun {
  readonly id: string;
  /** Null if there was no batch: the engine threw. */
  readonly status: BatchStatus | null;
  readonly seconds: number;
  readonly rows: number;
  /** Tables that were not completed, with the reason. */
  readonly failed: readonly string[];
  /** Attempts of tables that failed and were made again. */
  readonly retries: number;
  /** Waits for a place at head office, or for its lock on DDL. */
  readonly waits: number;
  readonly waitSeconds: number;
  /** Why tables were tried again, and how often. */
  readonly reasons: readonly (readonly [reason: string, count: number])[];
}

/** What a process with agents reports at the end of their batches. */
export interface AgentsReply {
  readonly runs: readonly AgentRun[];
  readonly cpuSeconds: number;
  /** The most memory that the process has had. */
  readonly rssBytes: number;
}

/** One run of all agents at once. */
export interface FleetRun {
  /** From the first agent's start to the last one's end. */
  readonly seconds: number;
  readonly agents: readonly AgentRun[];
  /** Of the process with one agent in it. */
  readonly sample: { readonly cpuSeconds: number; readonly rssBytes: number };
}

/** Engines in a few processes, one for each branch. */
export interface Agents extends AsyncDisposable {
  readonly central: CentralDatabase;
  readonly layout: Layout;
  /** All agents sync all tables, at once. */
  run(): Promise<FleetRun>;
}

const PROCESSES = 4;
/** What a branch far away has. */
const FAR: LinkSpeed = { roundTripMs: 50, kbps: 4000 };

/** Starts the processes of a fleet, with a new central database. The first agent has a process of its own. */
export async function startAgents(
  { all }: Branches,
  headOffice: HeadOffice,
  { layout, pooled, farEvery }: FleetWay,
): Promise<Agents> {
  const central = await headOffice.makeDatabase();
  const near = pooled ? central.pooled : central.direct;
  if (near === null) throw new Error('there is no pooler');
  const links: FarLink[] = [];
  const homes: Home[] = [];
  const orders: AgentOrder[] = [];
  // Each agent of a real fleet has a disk of its own for its journal. Here they would wait for one.
  const under = memoryFolder();
  for (const [index, branch] of all.entries()) {
    const isFar = farEvery > 0 && (index + 1) % farEvery === 0;
    const link = isFar ? await startFarLink(near, FAR) : null;
    if (link !== null) links.push(link);
    const home = makeHome(
      { source: branch.database, central: { ...near, port: link?.port ?? near.port } },
      { connection: { id: branch.id }, central: { layout }, ...(under === null ? {} : { under }) },
    );
    homes.push(home);
    orders.push({ id: branch.id, folder: home.folder });
  }
  const processes = await Promise.all(shared(orders).map(startProcess));
  return {
    central,
    layout,
    run: async () => {
      const begun = performance.now();
      const replies = await Promise.all(processes.map((one) => one.run()));
      const [sample] = replies;
      if (sample === undefined) throw new Error('a fleet has at least one agent');
      return {
        seconds: (performance.now() - begun) / 1000,
        agents: replies.flatMap(({ runs }) => runs),
        sample: { cpuSeconds: sample.cpuSeconds, rssBytes: sample.rssBytes },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(processes.map((one) => one.end()));
      await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
      for (const home of homes) home[Symbol.dispose]();
    },
  };
}

/** The first alone; the others dealt out to the processes. */
function shared([first, ...others]: readonly AgentOrder[]): readonly (readonly AgentOrder[])[] {
  const parts = Array.from({ length: PROCESSES }, (_, part) =>
    others.filter((_order, index) => index % PROCESSES === part),
  );
  return [first === undefined ? [] : [first], ...parts].filter((part) => part.length > 0);
}

interface AgentProcess {
  run(): Promise<AgentsReply>;
  end(): Promise<void>;
}

async function startProcess(orders: readonly AgentOrder[]): Promise<AgentProcess> {
  const child = fork(new URL('./agentsMain.ts', import.meta.url), { execArgv: [] });
  const gone = once(child, 'exit');
  await reply(child);
  return {
    run: async () => {
      child.send(orders);
      const replied = await reply(child);
      if (replied === null) throw new Error('a process of agents replied too early');
      return replied;
    },
    end: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** @throws Error if the process ends instead */
function reply(child: ChildProcess): Promise<AgentsReply | null> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a process of agents ended with ${code}`));
    child.once('exit', died);
    child.once('message', (message: AgentsReply | null) => {
      child.off('exit', died);
      resolve(message);
    });
  });
}
