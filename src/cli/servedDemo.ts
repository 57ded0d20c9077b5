import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DemoEndpoint, OpenSession } from '../demo/endpoint.ts';
import type { Lent } from '../demo/lend.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';

/** The demo that a person starts in the window of `serve`: its servers end with it, unless they were there before. */
export class ServedDemo {
  readonly #folder: string;
  readonly #stop: AbortSignal;
  #starting: Promise<Started> | null = null;

  /** @param folder the user-data folder that gets the settings */
  constructor(folder: string, stop: AbortSignal) {
    this.#folder = folder;
    this.#stop = stop;
  }

  /**
   * Starts it, and writes settings for it. Asked twice it is one: a person who sees nothing happen clicks again.
   *
   * @throws UsageError `demo_not_here` where there are settings; `demo_failed`
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

  /** The service has ended by now: it would find its databases gone. */
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
    import('../demo/lend.ts'),
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

/** The demo's databases, spoken to through the engine's own driver. */
export const openDemoSession: OpenSession = async (endpoint) => {
  const { DEFAULT_TIMEOUTS, Session } = await import('../core/postgres/session.ts');
  const session = await withVariable(endpoint, (password) =>
    Session.open({
      // The branch's data are written, too.
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
 * Settings name passwords and never hold them, so the throwaway one goes by way of a variable of this
 * process, for as long as signing in takes.
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
