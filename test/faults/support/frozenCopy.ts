import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, run } from '../../../src/demo/server/processes.ts';
import type { Runner } from '../../support/runner.ts';
import type { ServerAddress, TestServer } from '../../support/servers.ts';
import { type CopiedServer, copyServer, copyTree } from './copiedServer.ts';

/** A branch, head office and the machine between, at one moment. */
export interface FrozenCopy extends AsyncDisposable {
  readonly source: CopiedServer;
  readonly central: CopiedServer;
  /** The user-data folder. */
  readonly folder: string;
  /** Writes into the copied settings where the servers are now. */
  pointAt(source: ServerAddress, central: ServerAddress): void;
}

export interface World {
  readonly source: TestServer;
  readonly central: TestServer;
  readonly runner: Runner;
  readonly folder: string;
}

/**
 * Stops every process in the middle of whatever it does, copies all files, and lets everything go on. What is
 * copied is what the system had been given by then: on disks that keep it, what a power cut leaves.
 */
export async function frozenCopy(world: World, random: () => number): Promise<FrozenCopy> {
  const { source, central, runner, folder } = world;
  await freeze(world, random);
  const home = mkdtempSync(join(tmpdir(), 'branchline-home-'));
  const copied = await Promise.all([copyServer(source), copyServer(central), copyTree(`${folder}/.`, home)]);
  await Promise.all([source.thaw(), central.thaw()]);
  runner.thaw();
  return {
    source: copied[0],
    central: copied[1],
    folder: home,
    pointAt: (...servers) => pointAt(home, ...servers),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([copied[0][Symbol.asyncDispose](), copied[1][Symbol.asyncDispose]()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** In any order: whoever is last may still have got on a little, as machines do whose power fails one by one. */
async function freeze({ source, central, runner }: World, random: () => number): Promise<void> {
  const parts = [() => source.freeze(), () => central.freeze(), async () => runner.freeze()];
  while (parts.length > 0) await parts.splice(Math.floor(random() * parts.length), 1)[0]?.();
  for (const server of [source, central]) {
    const pid = await server.pid();
    if (pid === null) throw new Error('a server is gone');
    await stopped(pid);
    for (const child of await childrenOf(pid)) await stopped(child);
  }
  await stopped(runner.pid);
}

/** A signal takes its time: a process that writes is stopped when the write is done. */
async function stopped(pid: number): Promise<void> {
  // `T` is stopped; a zombie writes nothing any more.
  for (let state = await stateOf(pid); state !== 'T' && state !== 'Z'; state = await stateOf(pid)) {
    await sleep(1);
  }
}

async function stateOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') {
    return (await run('ps', ['-o', 'stat=', '-p', String(pid)])).output.slice(0, 1);
  }
  const raw = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return raw.slice(raw.lastIndexOf(')') + 2)[0] ?? '';
}

function pointAt(home: string, source: ServerAddress, central: ServerAddress): void {
  const file = join(home, 'settings.json');
  const settings: Settings = JSON.parse(readFileSync(file, 'utf8'));
  const passfile = join(home, 'pgpass');
  const moved = {
    ...settings,
    central: { ...settings.central, port: central.port, passfile },
    connections: settings.connections.map((one) => ({ ...one, port: source.port, passfile })),
  };
  writeFileSync(file, JSON.stringify(moved, null, 2));
}

type Part = Readonly<Record<string, unknown>>;
type Settings = Part & { readonly central: Part; readonly connections: readonly Part[] };
