import pg from 'pg';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import { connectTo } from '../../test/support/servers.ts';
import type { CentralDatabase, HeadOffice } from './headOffice.ts';

/** What was seen at head office while a fleet ran, by looking again and again. */
export interface Seen {
  readonly looks: number;
  /** Most sessions of Branchline's role at once. */
  readonly sessions: number;
  /** Most sessions of one branch at once. Behind a pooler a session belongs to nobody, so NaN. */
  readonly sessionsOfABranch: number;
  /** Sessions that waited for a lock: the most at once, and on average. */
  readonly waitingForLock: number;
  readonly meanWaitingForLock: number;
  /** Most clients that PgBouncer let wait for a session, and the longest wait; 0 where there is none. */
  readonly poolQueue: number;
  readonly poolWaitSeconds: number;
}

/** Often enough that a session of a short run is seen. */
const LOOK_MS = 100;

/** @returns the result of `work`, and what was seen meanwhile */
export async function watching<T>(
  headOffice: HeadOffice,
  central: CentralDatabase,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seen: Seen }> {
  const client = await connectTo(headOffice.server, central.direct.database);
  const pooler = await poolConsole(headOffice, central);
  const looks: Look[] = [];
  let over = false;
  const watch = async (): Promise<void> => {
    while (!over) {
      looks.push({ ...(await lookAtServer(client)), ...(await lookAtPool(pooler)) });
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  const watched = watch();
  try {
    const result = await work();
    over = true;
    await watched;
    return { result, seen: summary(looks, pooler !== null) };
  } finally {
    over = true;
    await watched.catch(() => undefined);
    await Promise.all([client.end(), pooler?.end()]);
  }
}

interface Look {
  readonly sessions: number;
  readonly ofABranch: number;
  readonly locked: number;
  readonly poolQueue: number;
  readonly poolWait: number;
}

async function lookAtServer(client: pg.Client): Promise<Pick<Look, 'sessions' | 'ofABranch' | 'locked'>> {
  const { rows } = await client.query<{ n: string; locked: string }>(
    `SELECT count(*) AS n, count(*) FILTER (WHERE wait_event_type = 'Lock') AS locked FROM pg_stat_activity
     WHERE datname = current_database() AND usename = $1 GROUP BY split_part(application_name, '/', 3)`,
    [CENTRAL_ROLE],
  );
  const of = (read: (row: { n: string; locked: string }) => string): number[] =>
    rows.map((row) => Number(read(row)));
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const sessions = of(({ n }) => n);
  return {
    sessions: sum(sessions),
    ofABranch: Math.max(0, ...sessions),
    locked: sum(of(({ locked }) => locked)),
  };
}

/** PgBouncer's own console, if agents go through it. */
async function poolConsole({ pooler }: HeadOffice, { direct }: CentralDatabase): Promise<pg.Client | null> {
  if (pooler === null) return null;
  const client = new pg.Client({ ...direct, port: pooler.port, database: 'pgbouncer' });
  await client.connect();
  return client;
}

async function lookAtPool(client: pg.Client | null): Promise<Pick<Look, 'poolQueue' | 'poolWait'>> {
  if (client === null) return { poolQueue: 0, poolWait: 0 };
  const { rows } = await client.query<{ cl_waiting: string; maxwait: string }>('SHOW POOLS');
  return {
    poolQueue: Math.max(0, ...rows.map((row) => Number(row.cl_waiting))),
    poolWait: Math.max(0, ...rows.map((row) => Number(row.maxwait))),
  };
}

function summary(looks: readonly Look[], isPooled: boolean): Seen {
  const most = (of: (look: Look) => number): number =>
    looks.reduce((max, look) => Math.max(max, of(look)), 0);
  return {
    looks: looks.length,
    sessions: most(({ sessions }) => sessions),
    sessionsOfABranch: isPooled ? Number.NaN : most(({ ofABranch }) => ofABranch),
    waitingForLock: most(({ locked }) => locked),
    meanWaitingForLock: looks.reduce((sum, { locked }) => sum + locked, 0) / Math.max(1, looks.length),
    poolQueue: most(({ poolQueue }) => poolQueue),
    poolWaitSeconds: most(({ poolWait }) => poolWait),
  };
}
