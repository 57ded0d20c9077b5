import { asOwner, type Bench } from '../setUp.ts';
import { serverCpuSeconds } from './serverCpu.ts';

/** What a task cost the two servers. */
export interface ServerCost {
  /** Written at central. */
  readonly walBytes: number;
  readonly sourceCpuSeconds: number;
  readonly centralCpuSeconds: number;
}

/** @returns the result of `work`, and what the servers spent in that time */
export async function counting<T>(
  bench: Bench,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly servers: ServerCost }> {
  const before = await soFar(bench);
  const result = await work();
  const after = await soFar(bench);
  return {
    result,
    servers: {
      walBytes: after.walBytes - before.walBytes,
      sourceCpuSeconds: after.sourceCpuSeconds - before.sourceCpuSeconds,
      centralCpuSeconds: after.centralCpuSeconds - before.centralCpuSeconds,
    },
  };
}

async function soFar({ source, central }: Bench): Promise<ServerCost> {
  const walBytes = await asOwner(central.server, async (client) => {
    const { rows } = await client.query<{ bytes: string }>(
      "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes",
    );
    return Number(rows[0]?.bytes);
  });
  return {
    walBytes,
    sourceCpuSeconds: await serverCpuSeconds(source.server),
    centralCpuSeconds: await serverCpuSeconds(central.server),
  };
}
