import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildsOf } from './buildOnce.ts';
import { prepareShared, type SharedServers } from './databases.ts';
import { removeAbandonedServers, type ServerAddress, startServer } from './servers.ts';
import { startSshServer } from './sshServer.ts';
import { announceSsh, throughSsh } from './way.ts';

/** Starts one source and one central for all test files; each test makes databases of its own there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandonedServers();
  const [source, central] = await Promise.all([
    startServer({ settings: { timezone: 'Asia/Jakarta', ...LOG } }),
    startServer({ settings: LOG }),
  ]);
  await prepareShared({ source, central });
  const ssh = throughSsh ? await startSshServer() : null;
  if (ssh !== null) announceSsh(ssh);
  const folder = await mkdtemp(join(tmpdir(), 'branchline-passfile-'));
  const servers: SharedServers = {
    source: addressOf(source),
    central: addressOf(central),
    passfile: join(folder, 'pgpass'),
  };
  await writeFile(servers.passfile, passfileFor([source, central]), { mode: 0o600 });
  project.provide('servers', servers);
  return async () => {
    const folders = [folder, buildsOf(process.pid)];
    await Promise.all([
      source.remove(),
      central.remove(),
      ssh?.[Symbol.asyncDispose](),
      ...folders.map((one) => rm(one, { recursive: true, force: true })),
    ]);
    await removeAbandonedServers();
  };
}

/** So that a line of the log tells whose connection it is about. */
const LOG = { log_line_prefix: '%m [%p] %u@%d ' };

function addressOf({ host, port, password, logFile }: ServerAddress): ServerAddress {
  return { host, port, password, ...(logFile !== undefined && { logFile }) };
}

function passfileFor(servers: readonly ServerAddress[]): string {
  return servers.map(({ host, port, password }) => `${host}:${port}:*:*:${password}\n`).join('');
}
