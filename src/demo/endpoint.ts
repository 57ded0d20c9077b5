import type { Execute } from './erp/seed.ts';

/** Where a demo database is and how to sign in there. */
export interface DemoEndpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** One session at a database. */
export interface SqlSession {
  readonly execute: Execute;
  close(): Promise<void>;
}

/** The demo itself has no PostgreSQL driver: whoever starts it brings one. */
export type OpenSession = (endpoint: DemoEndpoint) => Promise<SqlSession>;

/** Runs statements one by one on a session of their own. */
export async function runAll(
  openSession: OpenSession,
  endpoint: DemoEndpoint,
  statements: readonly string[],
): Promise<void> {
  await withSession(openSession, endpoint, async (execute) => {
    for (const statement of statements) await execute(statement);
  });
}

/** Opens a session for `work` and closes it whatever happens. */
export async function withSession<T>(
  openSession: OpenSession,
  endpoint: DemoEndpoint,
  work: (execute: Execute) => Promise<T>,
): Promise<T> {
  const session = await openSession(endpoint);
  try {
    return await work(session.execute);
  } finally {
    await session.close();
  }
}
