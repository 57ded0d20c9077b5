import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createFile } from '../core/files/atomicFile.ts';
import { settingsFile } from '../core/settings/load.ts';
import { UsageError } from '../shared/errors.ts';
import type { SettingsFile } from '../shared/settings.ts';
import type { Demo } from './demo.ts';
import { literal, SCHEMA } from './erp/expressions.ts';
import type { Execute } from './erp/seed.ts';
import { homeFolder } from './folder.ts';

/** Where a demo database is, and how to sign in there. */
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

/** The demo has no PostgreSQL driver of its own: the caller provides one. */
export type OpenSession = (endpoint: DemoEndpoint) => Promise<SqlSession>;

/** Runs statements one by one on a new session. */
export async function runAll(
  openSession: OpenSession,
  endpoint: DemoEndpoint,
  statements: readonly string[],
): Promise<void> {
  await withSession(openSession, endpoint, async (execute) => {
    for (const statement of statements) await execute(statement);
  });
}

/** Opens a session for `work` and always closes it. */
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

/** The file name in the settings, relative to them. */
export const PASSFILE = 'pgpass';

/**
 * Writes passwords in the format of libpq's password file, readable by this user alone. Nothing is escaped,
 * because our passwords and names contain neither colons nor backslashes.
 */
export async function writePassfile(folder: string, endpoints: readonly DemoEndpoint[]): Promise<void> {
  const lines = endpoints.map(
    ({ host, port, database, user, password }) => `${host}:${port}:${database}:${user}:${password}\n`,
  );
  await writeFile(join(homeFolder(folder), PASSFILE), lines.join(''), { mode: 0o600 });
}

/** @returns the password, or null if the file does not have it */
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
/** The role that writes to central: it owns schema `public` there and may create schemas. */
export const CENTRAL_ROLE = 'branchline';

export function createRole(role: string, password: string): string {
  return `CREATE ROLE ${role} LOGIN PASSWORD ${literal(password)}`;
}

/**
 * Run in the branch database by the owner of its tables. The tables' grants are default privileges, so that
 * they also apply to tables created later.
 */
export const SOURCE_GRANTS: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`,
  `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${SOURCE_ROLE}`,
  `GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${SOURCE_ROLE}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMA} GRANT SELECT ON TABLES TO ${SOURCE_ROLE}`,
];

/** Run in the central database by its owner. CREATE is for Branchline's own schema, `branchline`. */
export function centralGrants(database: string): readonly string[] {
  return [
    `ALTER SCHEMA public OWNER TO ${CENTRAL_ROLE}`,
    `GRANT CREATE, TEMPORARY ON DATABASE "${database}" TO ${CENTRAL_ROLE}`,
  ];
}

/** Another name than {@link PASSFILE}, which may exist in a person's own folder. */
const LENT_PASSFILE = 'demo.pgpass';

/** Settings of a demo in a person's own user-data folder. */
export interface Lent {
  /**
   * Removes them, unless a person has put other databases in them since. Other changes of theirs (a language,
   * a schedule) are removed too: they would run against databases that are gone.
   */
  takeBack(): Promise<void>;
}

/**
 * Writes the settings of a demo, and the passwords they need, into a user-data folder without settings.
 *
 * @throws UsageError `demo_not_here` if there are settings, which are left unchanged
 */
export async function lendSettings({ home }: Demo, folder: string): Promise<Lent> {
  const settings = (await readFile(settingsFile(home), 'utf8')).replaceAll(
    `"passfile": "${PASSFILE}"`,
    `"passfile": "${LENT_PASSFILE}"`,
  );
  const passfile = join(folder, LENT_PASSFILE);
  await writeFile(passfile, await passwordsOfRoles(home), { mode: 0o600 });
  if (!createFile(settingsFile(folder), settings)) {
    await rm(passfile, { force: true });
    throw new UsageError('demo_not_here', { folder });
  }
  return {
    takeBack: async () => {
      const now = await readFile(settingsFile(folder), 'utf8').catch(() => '');
      if (!hasSameDatabases(now, settings)) return;
      await rm(settingsFile(folder), { force: true });
      await rm(passfile, { force: true });
    },
  };
}

function hasSameDatabases(now: string, lent: string): boolean {
  const [mine, theirs] = [databasesOf(lent), databasesOf(now)];
  return theirs !== null && isDeepStrictEqual(mine, theirs);
}

/** Null if it is not JSON: a person is editing it. */
function databasesOf(text: string): readonly unknown[] | null {
  try {
    const { central, connections }: Partial<SettingsFile> = JSON.parse(text);
    return [central, connections];
  } catch {
    return null;
  }
}

/** Leaves out the servers' owners, which no sync needs. */
async function passwordsOfRoles(home: string): Promise<string> {
  const lines = (await readFile(join(home, PASSFILE), 'utf8')).split('\n');
  const roles = [SOURCE_ROLE, CENTRAL_ROLE];
  const kept = lines.filter((line) => roles.includes(line.split(':')[3] ?? ''));
  return kept.map((line) => `${line}\n`).join('');
}
