import { join } from 'node:path';
import { type FaultProxy, startProxy } from '../../test/support/proxy.ts';
import type { Bench, Side } from '../setUp.ts';
import { writePassfile } from './passfile.ts';

/** What has gone over the two links, both ways together: bytes of the protocol, without TCP's own. */
export interface Wire {
  /** To the branch's database. Where Branchline runs in the branch, no line is paid for them. */
  readonly source: number;
  /** To head office. */
  readonly central: number;
}

/** Does something over links that count. Not to be timed: counting takes its share of the machine. */
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
