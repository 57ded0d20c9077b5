import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ExportFile } from '../../../src/core/disk/exportFile.ts';
import { ExportWriter } from '../../../src/core/disk/exportWriter.ts';
import { copyData } from '../../../src/core/postgres/wire.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';
import { carriedDisk, exportTo, importFrom, PASSPHRASE } from './support/carried.ts';

test('a branch server that ends its connections is asked again, and the export goes on behind the last row', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE keyed (id int PRIMARY KEY, note text)',
    'INSERT INTO keyed SELECT n, repeat(md5(n::text), 32) FROM generate_series(1, 120000) n',
    'CREATE TABLE keyless (note text)',
    'INSERT INTO keyless SELECT repeat(md5(n::text), 32) FROM generate_series(1, 120000) n',
  );
  using branch = makeHome(pair);
  using office = makeHome(pair, { connection: { id: 'another', enabled: false } });
  using disk = carriedDisk();
  await using engine = branch.open();
  await using atOffice = office.open();
  const events = listen(engine);
  const cut = new Set<string>();
  engine.on((event) => {
    if (event.type !== 'table_progress' || cut.has(event.table)) return;
    cut.add(event.table);
    void atBranch(
      pair,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = '${pair.source.user}'`,
    );
  });

  const report = await exportTo(engine, disk.file);

  expect(report).toMatchObject({ complete: true, tables: 2, rows: 240_000, failed: [] });
  const retried = events.flatMap((one) => (one.type === 'table_retrying' ? [one.table] : []));
  expect(retried).toContain('keyed');
  const { batch } = await importFrom(atOffice, disk.file);
  expect(batch.status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT count(*), count(DISTINCT id) FROM keyed')).toEqual([
    ['120000', '120000'],
  ]);
  expect(await fromCentral(pair, 'SELECT count(*), count(DISTINCT note) FROM keyless')).toEqual([
    ['120000', '120000'],
  ]);
});

test('a branch server that was restarted between export and sync still tells what has changed', async () => {
  await using sourceServer = await startServer();
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'note' FROM generate_series(1, 1000) n",
  );
  using branch = makeHome(pair);
  using office = makeHome(pair, { connection: { id: 'another', enabled: false } });
  using disk = carriedDisk();
  await using engine = branch.open();
  await using atOffice = office.open();
  await exportTo(engine, disk.file);
  await sourceServer.stop();
  await sourceServer.restart();
  await atBranch(pair, "UPDATE item SET note = 'changed' WHERE id = 3");
  await importFrom(atOffice, disk.file);

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 1 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('an index that does not fit into the last part begins the next one', async () => {
  const message = copyData(Buffer.from(`1\t${'x'.repeat(1000)}\n`));
  const write = async (file: string, partBytes: number): Promise<{ parts: number; before: number }> => {
    const head = {
      ...{ createdAt: '', connection: { id: 'a' }, layout: 'auto', schema: 'public' },
      ...{ identity: null, hidden: null },
    };
    const writer = await ExportWriter.open(file, PASSPHRASE, { head, names: [], partBytes });
    try {
      await writer.add({ messages: message, rows: 1, lastRowAt: 0, memory: null });
      await writer.endTable({ ...TABLE, columns: ['id', 'note'] });
      const before = statSync(file).size;
      const { parts } = await writer.finish();
      return { parts, before };
    } finally {
      await writer.close();
    }
  };
  using first = carriedDisk();
  using second = carriedDisk();
  const { before, parts } = await write(first.file, 1_000_000);
  expect(parts).toBe(1);
  const split = await write(second.file, before + 100);
  expect(split.parts).toBe(2);
  for (const { file } of [first, second]) {
    await using exported = await ExportFile.open(file, PASSPHRASE);
    const [table] = exported.tables;
    const rows: Buffer[] = [];
    for (const segment of table?.segments ?? [])
      for await (const block of exported.rows(segment)) rows.push(block);
    expect(Buffer.concat(rows).equals(message)).toBe(true);
  }
  expect(readFileSync(`${second.file}.002`).length).toBeGreaterThan(100);
});

const TABLE = {
  name: 'item',
  facts: '{}',
  types: null,
  version: 180000,
  recoding: null,
  bytes: 0,
  estimatedRows: null,
  mark: {
    ...{ xmin: '1', durable: '1', flushed: true, started: '', recovered: '', lsn: null, timeline: '1' },
    ...{ identity: '', fingerprint: null, cursor: null, cursorOf: null },
  },
  takenAt: '2026-01-01T00:00:00.000Z',
  allowDeletes: false,
  segments: [],
};
