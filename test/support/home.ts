import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../src/core/engine.ts';
import type { Engine } from '../../src/core/engineApi.ts';
import { type Logger, systemPorts } from '../../src/core/ports.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import type { EngineEvent } from '../../src/shared/contract.ts';
import type { TestDatabase } from './databases.ts';
import { waySettings } from './way.ts';

export const CONNECTION = 'pgsql_lmp';

/** A user-data folder of a test, with the settings for a pair of databases. */
export interface Home extends Disposable {
  readonly folder: string;
  /** Opens the engine here; retries come fast, so that tests of failures take no minute. */
  open(): Engine;
}

type Part = Readonly<Record<string, unknown>>;

export interface HomeOptions {
  readonly connection?: Part;
  readonly central?: Part;
  readonly sync?: Part;
  readonly schedules?: readonly Part[];
  /** What runs after a batch. */
  readonly hooks?: readonly Part[];
  /** Further connections to the same branch. */
  readonly others?: readonly Part[];
  /** The folder to make it in; the system's for temporary files where absent. */
  readonly under?: string;
}

const SILENT: Logger = { log: () => {} };

/** A database, and the role that signs in there. */
export type SignIn = Pick<TestDatabase, 'host' | 'port' | 'database' | 'user' | 'password'>;

interface Sides {
  readonly source: SignIn;
  readonly central: SignIn;
}

export function makeHome(pair: Sides, options: HomeOptions = {}): Home {
  const folder = mkdtempSync(join(options.under ?? tmpdir(), 'branchline-home-'));
  const passfile = join(folder, 'pgpass');
  // Any host and port: a test may put a proxy in between.
  const lines = [pair.source, pair.central].map((one) => `*:*:${one.database}:*:${one.password}\n`);
  writeFileSync(passfile, lines.join(''), { mode: 0o600 });
  const endpoint = ({ host, port, database, user }: SignIn): Part => ({
    host,
    port,
    database,
    user,
    passfile,
  });
  const settings = {
    central: { ...endpoint(pair.central), ...waySettings(), ...options.central },
    connections: [
      {
        id: CONNECTION,
        label: 'Lampung',
        ...endpoint(pair.source),
        schema: 'adempiere',
        ...options.connection,
      },
      ...(options.others ?? []).map((one) => ({ ...endpoint(pair.source), schema: 'adempiere', ...one })),
    ],
    sync: { ...options.sync },
    ...(options.schedules && { schedules: options.schedules }),
    ...(options.hooks && { hooks: { afterBatch: options.hooks } }),
  };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
  return {
    folder,
    open: () =>
      openEngine(systemPorts(SILENT), {
        folder,
        settings: loadSettings(folder),
        retry: { firstDelayMs: 20, longestDelayMs: 200 },
      }),
    // Chromium's last writes may still be under way when its process has just ended.
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** Collects what an engine tells. */
export function listen(engine: Engine): EngineEvent[] {
  const events: EngineEvent[] = [];
  engine.on((event) => events.push(event));
  return events;
}
