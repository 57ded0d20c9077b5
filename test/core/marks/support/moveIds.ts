import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { TestServer } from '../../../support/servers.ts';

const DEBIAN = '/usr/lib/postgresql';

/** The `bin` folder of an installed PostgreSQL that has pg_resetwal (the embedded one has not); null where there is none. */
export function binWithResetWal(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const majors = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  const bins = majors.map((major) => join(DEBIAN, major, 'bin'));
  return bins.find((bin) => existsSync(join(bin, 'pg_resetwal')) && existsSync(join(bin, 'initdb'))) ?? null;
}

/** Transaction ids of one file of pg_xact, two bits each, and the file's size. */
const IDS_OF_A_FILE = 0x10_0000;
const BYTES_OF_A_FILE = IDS_OF_A_FILE / 4;

/** Stops a server, sets its next transaction id (32 bit), and starts it again. */
export async function moveNextId(server: TestServer, bin: string, next: number): Promise<void> {
  await server.stop();
  const { dataFolder, user } = server.place;
  if (next % IDS_OF_A_FILE !== 0) {
    // PostgreSQL makes a file with the first id that lies in it; one that it begins in the middle of has to be there.
    const name = Math.floor(next / IDS_OF_A_FILE)
      .toString(16)
      .toUpperCase()
      .padStart(4, '0');
    const file = join(dataFolder, 'pg_xact', name);
    writeFileSync(file, Buffer.alloc(BYTES_OF_A_FILE), { mode: 0o600 });
    if (user !== null) chownSync(file, user.uid, user.gid);
  }
  const as = user === null ? {} : { uid: user.uid, gid: user.gid };
  execFileSync(join(bin, 'pg_resetwal'), ['-x', String(next), '-D', dataFolder], {
    ...as,
    cwd: '/',
    stdio: 'pipe',
  });
  await server.restart();
  // A run that begins with what pg_resetwal has written proves nothing to a mark; one that begins after it does.
  await server.stop();
  await server.restart();
}

/** Freezes all rows of all databases, so that the next id may move on by half of the circle. */
export async function freezeAll(server: TestServer): Promise<void> {
  const admin = await server.connect();
  await admin.query('UPDATE pg_database SET datallowconn = true');
  const found = await admin.query<{ name: string }>('SELECT datname AS name FROM pg_database');
  await admin.end();
  for (const { name } of found.rows) {
    const client = await server.connect(name);
    await client.query('VACUUM (FREEZE, INDEX_CLEANUP off)').finally(() => client.end());
  }
}

/** Uses up transaction ids, each in a transaction of its own. */
export async function useIds(server: TestServer, count: number): Promise<void> {
  const client = await server.connect();
  await client.query('SET synchronous_commit = off');
  await client.query(
    `DO $$ BEGIN FOR i IN 1..${count} LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$`,
  );
  await client.end();
}

/** The next transaction id with its epoch, 64 bit. */
export async function nextId(server: TestServer): Promise<bigint> {
  const client: pg.Client = await server.connect();
  try {
    const found = await client.query<{ id: string }>(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS id',
    );
    return BigInt(found.rows[0]?.id ?? 0);
  } finally {
    await client.end();
  }
}
