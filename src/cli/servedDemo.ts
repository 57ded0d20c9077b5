import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DemoEndpoint, Lent, OpenSession } from '../demo/endpoint.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';

/**
 * The demo that a person starts from the window of `serve`. Its servers end with `serve`, unless they were
 * running before.
 */
export class ServedDemo {
  readonly #folder: string;
  readonly #stop: AbortSignal;
  #starting: Promise<Started> | null = null;

  /** @param folder user-data folder that the settings are written to */
  constructor(folder: string, stop: AbortSignal) {
    this.#folder = folder;
    this.#stop = stop;
  }

  /**
   * Starts the demo and writes settings for it. A second call while it starts joins the first, because people
   * click again if nothing seems to happen.
   *
   * @throws UsageError `demo_not_here` if there are settings; `demo_failed`
   */
  async start(): Promise<void> {
    const starting = this.#starting ?? begin(this.#folder, this.#stop);
    this.#starting = starting;
    try {
      await starting;
    } catch (error) {
      this.#starting = null;
      throw error;
    }
  }

  /** Call it after the service has ended, which would otherwise lose its databases. */
  async end(): Promise<void> {
    const started = await this.#starting?.catch(() => null);
    await started?.end();
  }
}

interface Started {
  end(): Promise<void>;
}

async function begin(folder: string, signal: AbortSignal): Promise<Started> {
  const [{ demoStatus, startDemo, stopDemo }, { lendSettings }, { settingsFile }] = await Promise.all([
    import('../demo/demo.ts'),
    import('../demo/endpoint.ts'),
    import('../core/settings/load.ts'),
  ]);
  if (existsSync(settingsFile(folder))) throw new UsageError(UsageCode.DemoNotHere, { folder });
  const there = await demoStatus();
  if (there?.running) {
    await lendSettings(there, folder);
    return { end: async () => {} };
  }
  const demo = await startDemo({ scale: 1, openSession: openDemoSession, signal });
  let lent: Lent;
  try {
    lent = await lendSettings(demo, folder);
  } catch (error) {
    await stopDemo(demo.folder);
    throw error;
  }
  return {
    end: async () => {
      await lent.takeBack();
      await stopDemo(demo.folder);
    },
  };
}

/** Opens sessions to the demo's databases with the engine's own driver. */
export const openDemoSession: OpenSession = async (endpoint) => {
  const { DEFAULT_TIMEOUTS, Session } = await import('../core/postgres/session.ts');
  const session = await withVariable(endpoint, (password) =>
    Session.open({
      // Also for the branch's database, which the demo writes to: sessions of side `source` are read-only.
      side: 'central',
      endpoint: {
        host: endpoint.host,
        port: endpoint.port,
        database: endpoint.database,
        user: endpoint.user,
        password,
        sslmode: 'disable',
        connectTimeoutSeconds: 30,
      },
      connection: 'demo',
      folder: process.cwd(),
      applicationName: 'branchline/demo',
      timeouts: DEFAULT_TIMEOUTS,
    }),
  );
  return {
    execute: async (sql) => {
      await session.query(sql, [], session.workMs);
    },
    close: () => session.close(),
  };
};

/**
 * Settings reference passwords but never contain them, so this temporary one is put into an environment
 * variable while signing in.
 */
async function withVariable<T>(
  { password }: DemoEndpoint,
  work: (reference: string) => Promise<T>,
): Promise<T> {
  const name = `BRANCHLINE_DEMO_${randomBytes(6).toString('hex').toUpperCase()}`;
  process.env[name] = password;
  try {
    return await work(`\${${name}}`);
  } finally {
    delete process.env[name];
  }
}
