import type { DatabasePair } from '../../support/databases.ts';
import { type Home, makeHome } from '../../support/home.ts';
import type { FaultProxy } from '../../support/proxy.ts';

/** Small chunks over a link to head office that can be made slow, so that there is a middle to look at. */
export function slowHome(pair: DatabasePair, central: FaultProxy, tables: readonly string[]): Home {
  return makeHome(pair, {
    connection: { tables },
    central: { port: central.port },
    sync: { chunkRows: 50, parallelTables: 1 },
  });
}
