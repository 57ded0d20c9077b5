import type { Engine } from '../../../src/core/engineApi.ts';
import type { VerifyRow } from '../../../src/shared/verify.ts';
import type { DatabasePair } from '../../support/databases.ts';
import { type Home, type HomeOptions, makeHome } from '../../support/home.ts';
import { type FaultProxy, startProxy } from '../../support/proxy.ts';
import { RoundTrips } from '../../support/roundTrips.ts';

/** A home whose connections to both ends are counted, and may be cut. */
export interface WatchedHome extends AsyncDisposable {
  readonly home: Home;
  readonly source: FaultProxy;
  readonly central: FaultProxy;
  readonly roundTrips: { readonly source: RoundTrips; readonly central: RoundTrips };
}

export async function watchedHome(pair: DatabasePair, options: HomeOptions = {}): Promise<WatchedHome> {
  const roundTrips = { source: new RoundTrips(), central: new RoundTrips() };
  const source = await startProxy(pair.source, roundTrips.source.observe);
  const central = await startProxy(pair.central, roundTrips.central.observe);
  const home = makeHome(pair, {
    ...options,
    connection: { ...options.connection, port: source.port },
    central: { ...options.central, port: central.port },
  });
  return {
    home,
    source,
    central,
    roundTrips,
    [Symbol.asyncDispose]: async () => {
      home[Symbol.dispose]();
      await Promise.all([source[Symbol.asyncDispose](), central[Symbol.asyncDispose]()]);
    },
  };
}

/** Verifies all tables, and counts the round trips. */
export async function verifyAll(
  engine: Engine,
  { roundTrips }: WatchedHome,
  repair = false,
): Promise<{
  readonly row: (table: string) => VerifyRow;
  readonly results: Readonly<Record<string, string>>;
  readonly trips: Readonly<Record<'source' | 'central', number>>;
}> {
  roundTrips.source.reset();
  roundTrips.central.reset();
  const { tables } = await engine.verify({ trigger: 'cli', repair });
  return {
    row: (table) => {
      const found = tables.find((one) => one.table_name === table);
      if (found === undefined) throw new Error(`no verify of ${table}`);
      return found;
    },
    results: Object.fromEntries(tables.map((one) => [one.table_name, one.result])),
    trips: { source: roundTrips.source.count, central: roundTrips.central.count },
  };
}

/** The same result for tables of these names. */
export function all(tables: readonly string[], result: string): Readonly<Record<string, string>> {
  return Object.fromEntries(tables.map((one) => [one, result]));
}
