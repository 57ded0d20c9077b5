import { join } from 'node:path';
import { type FaultProxy, startProxy } from '../../test/support/proxy.ts';
import type { Bench, Side } from '../setUp.ts';
import { writePassfile } from './passfile.ts';

/** Bytes over the two links in both directions, as seen by the protocol, without TCP's overhead. */
export interface Wire {
  /** To the branch's database. If Branchline runs at the branch, these cost no line. */
  readonly source: number;
  /** To head office. */
  readonly central: number;
}

/** Runs something over links that count bytes. Do not time it: counting uses CPU too. */
export async function overCountedLinks(
  bench: Bench,
  work: (bench: Bench) => Promise<unknown>,
): Promise<Wire> {
  await using source = await startProxy(bench.source.server);
  await using central = await startProxy(bench.central.server);
  const passfile = join(bench.home, 'pgpass-counted');
  await writePassfile(passfile, [source, central]);
  await work({
    ...bench,
    passfile,
    source: behind(source, bench.source),
    central: behind(central, bench.central),
  });
  return { source: bytesOver(source), central: bytesOver(central) };
}

function behind({ host, port }: FaultProxy, side: Side): Side {
  return { ...side, host, port };
}

function bytesOver({ bytes }: FaultProxy): number {
  return bytes.client + bytes.server;
}
