import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { TestDatabase } from '../../support/databases.ts';

/** Ends our sessions in a database, as an administrator does with `pg_terminate_backend`; resolves when they are gone. */
export async function terminateOurs(database: TestDatabase): Promise<void> {
  await asAdmin(database, async (admin) => {
    const ours = `FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'branchline/%'`;
    await admin.query(`SELECT pg_terminate_backend(pid) ${ours}`);
    await until(async () => (await admin.query(`SELECT ${ours}`)).rowCount === 0);
  });
}

export async function asAdmin<T>(database: TestDatabase, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = await database.connectAdmin();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** Waits until a condition of the server holds, which nobody tells. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

/** Another program's session that waits for a lock. */
export async function waitsForLock(admin: pg.Client, pid: number): Promise<void> {
  const waiting = 'SELECT FROM pg_locks WHERE pid = $1 AND NOT granted';
  await until(async () => (await admin.query(waiting, [pid])).rowCount === 1);
}
