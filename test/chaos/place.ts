import { readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { type FarLink, startFarLink } from '../support/farLink.ts';
import { type Home, makeHome } from '../support/home.ts';
import { type FaultProxy, startProxy } from '../support/proxy.ts';
import { startServer, type TestServer } from '../support/servers.ts';
import { type SshServer, startSshServer } from '../support/sshServer.ts';
import { ChunkCounter } from './chunkCounter.ts';
import { ServiceProcess } from './serviceProcess.ts';

/** How the service reaches head office: at once, through an SSH tunnel, or over a slow and far link. */
export type Way = 'direct' | 'ssh' | 'far';

/** A branch, head office, the links between, and a service, all of which may be hurt. */
export interface ChaosPlace {
  readonly source: TestServer;
  readonly central: TestServer;
  readonly pair: DatabasePair;
  readonly sourceLink: FaultProxy;
  readonly centralLink: FaultProxy;
  /** Through which the service reaches {@link centralLink}; null where it needs none. */
  readonly ssh: SshServer | null;
  readonly home: Home;
  readonly service: ServiceProcess;
  readonly chunks: ChunkCounter;
  /** Ends all that runs and removes it. */
  remove(): Promise<void>;
  /** Ends all that runs. @returns the folders that are left */
  keep(): Promise<readonly string[]>;
}

/** 40,000 rows and 100 a chunk: a first load of some seconds, so that faults fall into it. */
const SCALE = 0.1;
const CHUNK_ROWS = 100;
const RUN_EVERY_SECONDS = 3;

/** Slow enough that several pipelines are under way when a fault comes. */
const FAR = { roundTripMs: 150, kbps: 8000 };

/** What is committed without waiting for the disk stays off it for long, so that a kill takes it. */
const LAZY = { wal_writer_delay: '10s', wal_writer_flush_after: '64MB' };

export async function makePlace(way: Way): Promise<ChaosPlace> {
  const [source, central] = await Promise.all([
    startServer({ settings: LAZY }),
    startServer({ settings: LAZY }),
  ]);
  const pair = await freshDatabases({ scale: SCALE, sourceServer: source, centralServer: central });
  const chunks = new ChunkCounter();
  const [sourceLink, centralLink] = await Promise.all([
    startProxy(source),
    startProxy(central, () => chunks.observe()),
  ]);
  const ssh = way === 'ssh' ? await startSshServer() : null;
  const far = way === 'far' ? await startFarLink(centralLink, FAR) : null;
  const home = makeHome(pair, {
    connection: { port: sourceLink.port, connectTimeoutSeconds: 2 },
    central: { connectTimeoutSeconds: 2, ...endpoint({ centralLink, ssh, far }) },
    // Short snapshots: passes go on under a new one in the middle, as with hours of data.
    sync: { chunkRows: CHUNK_ROWS, maxSnapshotMinutes: 0.02 },
  });
  addSettings(home.folder);
  const service = new ServiceProcess(home.folder);
  const end = async (): Promise<void> => {
    await service.kill();
    const ways = [ssh, far, sourceLink, centralLink];
    await Promise.all(ways.map((one) => one?.[Symbol.asyncDispose]()));
  };
  return {
    source,
    central,
    pair,
    sourceLink,
    centralLink,
    ssh,
    home,
    service,
    chunks,
    remove: async () => {
      await end();
      await Promise.all([source.remove(), central.remove()]);
      home[Symbol.dispose]();
    },
    keep: async () => {
      await end();
      await Promise.all([source.stop('immediate'), central.stop('immediate')]);
      return [home.folder, await kept(source, 'source'), await kept(central, 'central')];
    },
  };
}

/** Head office as the settings name it. */
function endpoint({
  centralLink,
  ssh,
  far,
}: Pick<ChaosPlace, 'centralLink' | 'ssh'> & { far: FarLink | null }) {
  if (ssh === null) return { port: (far ?? centralLink).port };
  const { host, port, user, keyFile } = ssh;
  return { port: centralLink.port, ssh: { host, port, user, keyFile, keepAliveSeconds: 2 } };
}

/** A run every three seconds, which takes several schedules: one has a minute at least. Nothing is given up, and no history is pruned. */
function addSettings(folder: string): void {
  const file = join(folder, 'settings.json');
  const settings: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  settings.schedules = Array.from({ length: 60 / RUN_EVERY_SECONDS }, (_, index) => {
    const second = index * RUN_EVERY_SECONDS;
    return { id: `second ${second}`, cron: `${second} * * * * *`, jitterSeconds: 0 };
  });
  settings.resume = { maxAttempts: 1000 };
  settings.retention = { batches: 1_000_000 };
  writeFileSync(file, JSON.stringify(settings, null, 2));
}

/** Under its old name the next run of the tests would remove it as abandoned. */
async function kept(server: TestServer, side: string): Promise<string> {
  const folder = dirname(dirname(server.place.dataFolder));
  const name = join(tmpdir(), `${basename(folder).replace('branchline-test-', 'branchline-chaos-')}-${side}`);
  await rename(folder, name);
  return name;
}
