import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { literal, SCHEMA } from './erp/expressions.ts';
import type { Execute } from './erp/seed.ts';
import { homeFolder } from './folder.ts';

/** Where a demo database is and how to sign in there. */
export interface DemoEndpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** One session at a database. */
interface SqlSession {
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

/** The name as it stands in the settings: relative to them. */
export const PASSFILE = 'pgpass';

/**
 * Writes passwords in the format of libpq's password file, readable by us alone. Nothing is escaped: our
 * passwords and names have neither colons nor backslashes.
 */
export async function writePassfile(folder: string, endpoints: readonly DemoEndpoint[]): Promise<void> {
  const lines = endpoints.map(
    ({ host, port, database, user, password }) => `${host}:${port}:${database}:${user}:${password}\n`,
  );
  await writeFile(join(homeFolder(folder), PASSFILE), lines.join(''), { mode: 0o600 });
}

/** @returns the password, or null where the file does not have it */
export async function passwordFor(
  folder: string,
  endpoint: Omit<DemoEndpoint, 'password'>,
): Promise<string | null> {
  const { host, port, database, user } = endpoint;
  const start = `${host}:${port}:${database}:${user}:`;
  const raw = await readFile(join(homeFolder(folder), PASSFILE), 'utf8').catch(() => '');
  const line = raw.split('\n').find((one) => one.startsWith(start));
  return line === undefined ? null : line.slice(start.length);
}

/** The role that reads a branch: SELECT in the ERP's schema and nothing else. */
export const SOURCE_ROLE = 'branchline_read';
/** The role that writes to central: it owns schema `public` there and may make schemas. */
export const CENTRAL_ROLE = 'branchline';

export function createRole(role: string, password: string): string {
  return `CREATE ROLE ${role} LOGIN PASSWORD ${literal(password)}`;
}

/**
 * To be run in the branch database by the owner of its tables. The tables' own grants come by default
 * privileges, so that they hold for tables made later, too.
 */
export const SOURCE_GRANTS: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`,
  `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${SOURCE_ROLE}`,
  `GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${SOURCE_ROLE}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMA} GRANT SELECT ON TABLES TO ${SOURCE_ROLE}`,
];

/** To be run in the central database by its owner. CREATE is for Branchline's own schema, `branchline`. */
export function centralGrants(database: string): readonly string[] {
  return [
    `ALTER SCHEMA public OWNER TO ${CENTRAL_ROLE}`,
    `GRANT CREATE, TEMPORARY ON DATABASE "${database}" TO ${CENTRAL_ROLE}`,
  ];
}
