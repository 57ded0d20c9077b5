import { execFileSync } from 'node:child_process';
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestServer } from '../../../support/servers.ts';

/** A server's files as they were at some time. */
export interface Backup {
  /** Stops the server, puts the files in the place of its own, and starts it: on the same timeline. */
  restore(): Promise<void>;
}

/** A base backup of a server that runs, by PostgreSQL's own functions (15 and later). */
export async function baseBackup(server: TestServer): Promise<Backup> {
  const { dataFolder, user } = server.place;
  const copy = `${dataFolder}.backup`;
  const client = await server.connect();
  try {
    await client.query("SELECT pg_backup_start('test', true)");
    copyFolder(dataFolder, copy);
    const stopped = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    // Restored without an archive, it needs the WAL up to its end.
    copyFolder(join(dataFolder, 'pg_wal'), join(copy, 'pg_wal'));
    const label = join(copy, 'backup_label');
    writeFileSync(label, stopped.rows[0]?.labelfile ?? '', { mode: 0o600 });
    if (user !== null) chownSync(label, user.uid, user.gid);
  } finally {
    await client.end();
  }
  rmSync(join(copy, 'postmaster.pid'), { force: true });
  return backup(server, copy);
}

/** A copy of a server that was stopped in order for it. */
export async function coldCopy(server: TestServer): Promise<Backup> {
  const copy = `${server.place.dataFolder}.copy`;
  await server.stop();
  copyFolder(server.place.dataFolder, copy);
  await server.restart();
  return backup(server, copy);
}

/** The files as a virtual machine's snapshot of the disk has them: all at one instant, the server running. */
export async function diskSnapshot(server: TestServer): Promise<Backup> {
  const copy = `${server.place.dataFolder}.disk`;
  await server.freeze();
  copyFolder(server.place.dataFolder, copy);
  await server.thaw();
  rmSync(join(copy, 'postmaster.pid'), { force: true });
  return backup(server, copy);
}

function backup(server: TestServer, copy: string): Backup {
  return {
    restore: async () => {
      await server.stop();
      copyFolder(copy, server.place.dataFolder);
      await server.restart();
    },
  };
}

function copyFolder(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to], { cwd: dirname(from) });
}
