import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsSchema } from '../shared/settings.ts';
import { type DemoEndpoint, type OpenSession, runAll, withSession } from './endpoint.ts';
import { seedBranch } from './erp/seed.ts';
import { SCHEMA } from './erp/table.ts';
import { homeFolder } from './folder.ts';
import { PASSFILE, writePassfile } from './passfile.ts';
import { CENTRAL_ROLE, centralGrants, createRole, SOURCE_GRANTS, SOURCE_ROLE } from './roles.ts';
import { newPassword } from './server/server.ts';

export const SOURCE_DATABASE = 'idempiere';
export const CENTRAL_DATABASE = 'marketing_dashboard';
/** Who owns the demo's servers. */
export const ADMIN = 'postgres';

/**
 * Makes the branch's database, full, and the role that reads it.
 *
 * @param admin the server's owner
 * @returns how the role signs in
 */
export async function makeBranch(
  openSession: OpenSession,
  admin: DemoEndpoint,
  scale: number,
): Promise<DemoEndpoint> {
  const reader = { ...admin, database: SOURCE_DATABASE, user: SOURCE_ROLE, password: newPassword() };
  await runAll(openSession, admin, [
    createRole(SOURCE_ROLE, reader.password),
    `CREATE DATABASE ${SOURCE_DATABASE}`,
  ]);
  await withSession(openSession, { ...admin, database: SOURCE_DATABASE }, async (execute) => {
    await seedBranch(execute, scale);
    for (const grant of SOURCE_GRANTS) await execute(grant);
  });
  return reader;
}

/** Makes head office's database, empty, and the role that writes to it; see {@link makeBranch}. */
export async function makeCentral(openSession: OpenSession, admin: DemoEndpoint): Promise<DemoEndpoint> {
  const writer = { ...admin, database: CENTRAL_DATABASE, user: CENTRAL_ROLE, password: newPassword() };
  await runAll(openSession, admin, [
    createRole(CENTRAL_ROLE, writer.password),
    `CREATE DATABASE ${CENTRAL_DATABASE}`,
  ]);
  await runAll(openSession, { ...admin, database: CENTRAL_DATABASE }, centralGrants(CENTRAL_DATABASE));
  return writer;
}

/** Writes the settings by which every command works on the demo, and the passwords beside them. */
export async function writeHome(
  folder: string,
  source: DemoEndpoint,
  central: DemoEndpoint,
  admins: readonly DemoEndpoint[],
): Promise<void> {
  const settings = {
    central: { ...signIn(central), schema: 'public' },
    connections: [{ id: 'pgsql_lmp', label: 'Lampung', ...signIn(source), schema: SCHEMA, tables: ['*'] }],
    // Small enough that the demo's larger tables have several chunks, so that there is a middle to be killed in.
    sync: { chunkRows: 20_000 },
  };
  settingsSchema.parse(settings);
  await writePassfile(folder, [source, central, ...admins]);
  await writeFile(join(homeFolder(folder), 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`, {
    mode: 0o600,
  });
}

function signIn({ host, port, database, user }: DemoEndpoint) {
  return { host, port, database, user, passfile: PASSFILE, sslmode: 'disable' as const };
}
