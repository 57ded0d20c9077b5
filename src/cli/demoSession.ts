import { randomBytes } from 'node:crypto';
import type { DemoEndpoint, OpenSession } from '../demo/endpoint.ts';

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
