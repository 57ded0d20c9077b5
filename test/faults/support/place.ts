import { openEngine } from '../../../src/core/engine.ts';
import type { Engine } from '../../../src/core/engineApi.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import type { Timeouts } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import type { RetryPolicy } from '../../../src/core/table/retry.ts';
import type { DatabasePair } from '../../support/databases.ts';
import { type Home, makeHome } from '../../support/home.ts';
import type { ServerAddress } from '../../support/servers.ts';

export interface BadPlaceOptions {
  /** What stands in front of the source and of central; without one, the way is straight. */
  readonly source?: ServerAddress;
  readonly central?: ServerAddress;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly sync?: Readonly<Record<string, unknown>>;
  /** Default: 2. */
  readonly connectTimeoutSeconds?: number;
}

/** A home whose ways to the databases lead through proxies. */
export function badPlace(pair: DatabasePair, options: BadPlaceOptions = {}): Home {
  const {
    source = pair.source,
    central = pair.central,
    connection,
    sync,
    connectTimeoutSeconds = 2,
  } = options;
  return makeHome(pair, {
    connection: { host: source.host, port: source.port, connectTimeoutSeconds, ...connection },
    central: { host: central.host, port: central.port, connectTimeoutSeconds },
    sync: { chunkRows: 500, ...sync },
  });
}

/** An engine that loses patience soon. */
export function openImpatient(
  home: Home,
  timeouts: Partial<Timeouts>,
  retry: Partial<RetryPolicy> = {},
): Engine {
  return openEngine(systemPorts({ log: () => {} }), {
    folder: home.folder,
    settings: loadSettings(home.folder),
    timeouts,
    retry: { firstDelayMs: 20, longestDelayMs: 200, ...retry },
  });
}
