import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import { childrenOf } from '../../src/demo/server/processes.ts';
import { connectTo, type TestServer } from '../../test/support/servers.ts';
import type { CentralDatabase, HeadOffice } from './headOffice.ts';

/** What work has cost head office's server, all branches together. */
export interface CentralCost {
  readonly cpuSeconds: number;
  readonly walBytes: number;
  /** Rows inserted, updated and deleted in Branchline's own tables, and in those of the branches. */
  readonly ownRows: number;
  readonly branchRows: number;
  /** Rows written in the server's catalogue. */
  readonly catalogueRows: number;
  /** Of {@link ownRows} and {@link branchRows}, those that were updated, and those in place (HOT). */
  readonly updates: number;
  readonly hotUpdates: number;
  /** By how much the catalogue has grown on the disk, and the whole database. */
  readonly catalogueBytes: number;
  readonly databaseBytes: number;
  /** Likewise Branchline's table of checkpoints. */
  readonly checkpointBytes: number;
  /** Sessions that were opened. */
  readonly sessions: number;
  readonly transactions: number;
  readonly refusals: number;
}

/** @returns the result of `work`, and what head office's server spent in that time */
export async function costing<T>(
  headOffice: HeadOffice,
  { direct }: CentralDatabase,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cost: CentralCost }> {
  const client = await connectTo(headOffice.server, direct.database);
  try {
    const before = await soFar(headOffice, client);
    const result = await work();
    const after = await soFar(headOffice, client);
    return { result, cost: difference(after, before) };
  } finally {
    await client.end();
  }
}

function difference(after: CentralCost, before: CentralCost): CentralCost {
  const cost = { ...after };
  for (const name of Object.keys(cost) as (keyof CentralCost)[]) {
    Object.assign(cost, { [name]: after[name] - before[name] });
  }
  return cost;
}

/** What the server itself counts. */
type Counted = Exclude<keyof CentralCost, 'cpuSeconds' | 'refusals'>;

const COUNTS = `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS "walBytes",
  (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
   WHERE schemaname = 'branchline') AS "ownRows",
  (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
   WHERE schemaname <> 'branchline') AS "branchRows",
  (SELECT coalesce(sum(n_tup_upd), 0) FROM pg_stat_user_tables) AS updates,
  (SELECT coalesce(sum(n_tup_hot_upd), 0) FROM pg_stat_user_tables) AS "hotUpdates",
  (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_sys_tables) AS "catalogueRows",
  (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
   WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r') AS "catalogueBytes",
  coalesce(pg_total_relation_size(to_regclass('branchline.checkpoints')), 0) AS "checkpointBytes",
  pg_database_size(current_database()) AS "databaseBytes", sessions, xact_commit + xact_rollback AS transactions
  FROM pg_stat_database WHERE datname = current_database()`;

async function soFar({ server, refusals }: HeadOffice, client: pg.Client): Promise<CentralCost> {
  await endSessions(client);
  const spent = await cpuSeconds(server, client);
  const { rows } = await client.query<Record<Counted, string>>(COUNTS);
  const [row] = rows;
  if (row === undefined) throw new Error('the database has no statistics');
  const counts = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
  return { ...(counts as Record<Counted, number>), cpuSeconds: spent, refusals: await refusals() };
}

/** A pooler keeps its sessions. A session reports what it has written some time later, or when it ends. */
async function endSessions(client: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1',
      [CENTRAL_ROLE],
    );
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Linux reports 100 to user space on all platforms used here. */
const TICKS = 100;

/**
 * CPU time of a server's processes, those that have ended and those that live: checkpointer and WAL writer, too.
 * Without that of the session that measures.
 *
 * @returns NaN if the system has no `/proc`
 */
async function cpuSeconds(server: TestServer, measuring: pg.Client): Promise<number> {
  const pid = await server.pid();
  if (pid === null) return Number.NaN;
  const { rows } = await measuring.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const children = (await childrenOf(pid)).filter((one) => one !== rows[0]?.pid);
  const [main, ...living] = await Promise.all([pid, ...children].map(ticksOf));
  const all = living.reduce((sum, { own }) => sum + own, (main?.own ?? Number.NaN) + (main?.ofEnded ?? 0));
  return all / TICKS;
}

interface Ticks {
  readonly own: number;
  readonly ofEnded: number;
}

async function ticksOf(pid: number): Promise<Ticks> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name in parentheses, utime and stime are fields 11 and 12, those of ended children 13 and 14.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const sum = (first: number): number => (fields[first] ?? 0) + (fields[first + 1] ?? 0);
  return { own: sum(11), ofEnded: sum(13) };
}
