import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { asAdmin } from '../support/admin.ts';
import { differencesOfFew, FEW, LINES } from '../support/few.ts';
import { badPlace } from '../support/place.ts';
import { SENTENCES } from '../support/sentences.ts';
import { toldOfRow } from '../support/told.ts';
import { SCALE } from '../support/whole.ts';

// What a server says in any case is tested in refusals.test.ts, where the proxy says it.
test('the disk of head office really is full: the table fails alone, and goes on when there is room', async ({
  skip,
}) => {
  await using server = await startServer();
  using small = smallDisk(server, 4);
  if (small === null) return skip('a small file system can only be mounted as root');
  await using pair = await freshDatabases({ scale: SCALE, centralServer: server });
  using home = badPlace(pair, { connection: { tables: FEW } });
  await using engine = home.open();
  await asAdmin(pair.central, async (admin) => {
    await admin.query(`CREATE TABLESPACE small LOCATION '${small.folder}'`);
    await admin.query('GRANT CREATE ON TABLESPACE small TO branchline');
    // An installation's tables are there already; one has been moved to the small disk, which others have filled.
    await engine.syncAll({ trigger: 'cli' });
    await admin.query(`TRUNCATE public.${LINES}`);
    await admin.query(`ALTER TABLE public.${LINES} SET TABLESPACE small`);
    await admin.query('CREATE TABLE public.others (filler text) TABLESPACE small');
    await admin.query('ALTER TABLE public.others ALTER filler SET STORAGE PLAIN');
    const fill = "INSERT INTO public.others SELECT repeat('x', 7000) FROM generate_series(1, 100)";
    await expect(fillUp(() => admin.query(fill))).rejects.toMatchObject({ code: '53100' });

    const { batch_id, status } = await engine.syncAll({ trigger: 'cli', strategy: 'full' });

    const failed = engine.batch(batch_id).tables.filter((row) => row.status !== 'completed');
    expect(status).toBe('failed');
    expect(failed).toMatchObject([
      { table_name: LINES, retry_count: 0, error_detail: { sqlstate: '53100' } },
    ]);
    expect(failed.map(toldOfRow)).toEqual([SENTENCES.diskFull('central')]);
    await admin.query('DROP TABLE public.others');
    const { batch } = await engine.resume(batch_id, { trigger: 'cli' });
    expect(batch.status).toBe('completed');
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  });
});

async function fillUp(insert: () => Promise<unknown>): Promise<never> {
  for (;;) await insert();
}

interface SmallDisk extends Disposable {
  readonly folder: string;
}

/** A file system of its own for a server's user; null where it cannot be mounted. */
function smallDisk(server: TestServer, megabytes: number): SmallDisk | null {
  const mount = mkdtempSync(join(tmpdir(), 'branchline-small-'));
  const remove = (): void => rmSync(mount, { recursive: true, force: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', mount], { stdio: 'ignore' });
  } catch {
    remove();
    return null;
  }
  const folder = join(mount, 'tables');
  mkdirSync(folder, { mode: 0o700 });
  if (server.place.user !== null) chownSync(folder, server.place.user.uid, server.place.user.gid);
  return {
    folder,
    [Symbol.dispose]: () => {
      // Lazily: the server, which ends after this, may still have files open there.
      execFileSync('umount', ['--lazy', mount], { stdio: 'ignore' });
      remove();
    },
  };
}
