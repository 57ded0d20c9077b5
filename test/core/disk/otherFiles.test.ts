import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atBranch, run } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { carriedDisk, exportTo, importFrom } from './support/carried.ts';

const PART_BYTES = 8 * 1024 * 1024;

/** More than one part of rows that do not compress. */
async function twoParts(pair: DatabasePair): Promise<void> {
  await atBranch(
    pair,
    'CREATE TABLE photo (id int PRIMARY KEY, bytes bytea)',
    `INSERT INTO photo SELECT n, (SELECT string_agg(sha256((n * 100000 + m)::text::bytea), '' ORDER BY m) FROM generate_series(1, 4000) m)
     FROM generate_series(1, 90) n`,
  );
}

test('a file that has the name of a further part is neither replaced nor removed, and once it is gone the export goes on', async () => {
  await using pair = await freshDatabases();
  await twoParts(pair);
  using branch = makeHome(pair);
  using disk = carriedDisk();
  await using engine = branch.open();
  const second = `${disk.file}.002`;
  writeFileSync(second, 'of somebody else');
  const exporting = () => exportTo(engine, disk.file, { partBytes: PART_BYTES });

  for (const _ of [1, 2])
    await expect(exporting()).rejects.toMatchObject({ code: 'export_exists', params: { file: second } });

  expect(readFileSync(second, 'utf8')).toBe('of somebody else');
  rmSync(second);
  expect(await exporting()).toMatchObject({ complete: true, rows: 90 });
});

test('a link on the disk is not followed, and leaves nothing behind', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using branch = makeHome(pair);
  using disk = carriedDisk();
  using elsewhere = carriedDisk();
  await using engine = branch.open();
  symlinkSync(join(elsewhere.folder, 'profile'), disk.file);

  await expect(exportTo(engine, disk.file)).rejects.toMatchObject({ code: 'export_exists' });

  rmSync(disk.file);
  symlinkSync(join(elsewhere.folder, 'state'), `${disk.file}.progress.new`);
  expect(await exportTo(engine, disk.file)).toMatchObject({ complete: true });
  expect(readdirSync(elsewhere.folder)).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'a pipe in the place of an export, or of its state, is refused and holds nothing up',
  async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
    using branch = makeHome(pair);
    using disk = carriedDisk();
    await using engine = branch.open();
    execFileSync('mkfifo', [disk.file]);

    await expect(importFrom(engine, disk.file)).rejects.toMatchObject({ code: 'export_foreign' });
    await expect(exportTo(engine, disk.file)).rejects.toMatchObject({ code: 'export_exists' });
    rmSync(disk.file);
    execFileSync('mkfifo', [`${disk.file}.progress`]);
    await expect(exportTo(engine, disk.file)).rejects.toMatchObject({ code: 'export_foreign' });
  },
);

test("no export is made among Branchline's own files, by whatever way their folder is named", async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using branch = makeHome(pair);
  using disk = carriedDisk();
  await using engine = branch.open();
  symlinkSync(branch.folder, join(disk.folder, 'data'));

  for (const file of [join(branch.folder, 'pgpass'), join(disk.folder, 'data', 'new.export')])
    await expect(exportTo(engine, file)).rejects.toMatchObject({ code: 'export_path_reserved' });

  expect(existsSync(join(branch.folder, 'new.export'))).toBe(false);
});

test('an import that did not complete is never resumed from the branch itself', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item VALUES (1, 'a')",
  );
  await run(pair.central, 'CREATE TABLE item (id int PRIMARY KEY, note int)');
  // Head office that could read the branch as well.
  using branch = makeHome(pair);
  using disk = carriedDisk();
  await using engine = branch.open();
  await exportTo(engine, disk.file);
  const { batch, tables } = await importFrom(engine, disk.file);
  expect([batch.status, tables.length]).toEqual(['failed', 1]);

  const resumed = engine.resume(batch.batch_id, { trigger: 'cli' });

  await expect(resumed).rejects.toMatchObject({
    code: 'batch_imported',
    params: { batch: batch.batch_id, file: disk.file },
  });
  const alone = { trigger: 'cli', table: 'item', connection: CONNECTION, batchId: batch.batch_id } as const;
  await expect(engine.syncTable(alone)).rejects.toMatchObject({ code: 'batch_imported' });
});
