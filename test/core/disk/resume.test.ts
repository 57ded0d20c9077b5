import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCli } from '../../cli/run.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';
import { smallDisk } from '../../support/smallDisk.ts';
import { carriedDisk, exportTo, importFrom, PASSPHRASE } from './support/carried.ts';

/** Rows of 1 kB, which compression halves. An export keeps its state every 64 MB. */
const ROWS = 100_000;
/** The smallest that there are, so that the state is kept in a further part. */
const PART_BYTES = 8 * 1024 * 1024;

async function largeTable(pair: DatabasePair): Promise<void> {
  await atBranch(
    pair,
    'CREATE TABLE large (id int PRIMARY KEY, note text)',
    `INSERT INTO large SELECT n, (SELECT string_agg(md5((n * 100 + m)::text), '') FROM generate_series(1, 32) m) FROM generate_series(1, ${ROWS}) n`,
    'CREATE TABLE log (line text)',
    "INSERT INTO log SELECT 'line ' || n FROM generate_series(1, 100) n",
  );
}

test('an export and an import that are stopped go on inside a table, each row once', async () => {
  await using pair = await freshDatabases();
  await largeTable(pair);
  using branch = makeHome(pair);
  using office = makeHome(pair, {
    connection: { id: 'another', enabled: false },
    sync: { chunkRows: 20_000 },
  });
  using disk = carriedDisk();
  await using engine = branch.open();
  await using atOffice = office.open();
  const stop = new AbortController();
  const off = engine.on((event) => {
    if (event.type === 'table_progress' && event.table === 'large') stop.abort('user');
  });

  const first = await exportTo(engine, disk.file, { partBytes: PART_BYTES }, { stop: stop.signal });

  off();
  expect(first).toMatchObject({ complete: false, failed: [] });
  await expect(importFrom(atOffice, disk.file)).rejects.toMatchObject({ code: 'export_unfinished' });
  await expect(exportTo(engine, disk.file, { passphrase: 'a wrong passphrase' })).rejects.toMatchObject({
    code: 'export_passphrase_wrong',
  });
  // Rows on both sides of the place where it stopped.
  const changes = (text: string): readonly string[] => [
    `UPDATE large SET note = '${text}' WHERE id IN (5, ${ROWS - 5})`,
    `DELETE FROM large WHERE id IN (${text === 'one' ? 7 : 8}, ${ROWS - (text === 'one' ? 7 : 8)})`,
    `INSERT INTO large VALUES (${text === 'one' ? -1 : -2}, 'new'), (${ROWS + (text === 'one' ? 1 : 2)}, 'new')`,
  ];
  await atBranch(pair, ...changes('one'));
  const events = listen(engine);
  const whole = await exportTo(engine, disk.file, { partBytes: PART_BYTES });
  expect(whole).toMatchObject({ complete: true, tables: 2 });
  expect(whole.parts).toBeGreaterThan(3);
  const resumed = events.find((one) => one.type === 'table_resumed');
  expect(resumed).toMatchObject({ table: 'large', atRow: expect.any(Number) });
  await expect(exportTo(engine, disk.file)).rejects.toMatchObject({ code: 'export_exists' });
  await atBranch(pair, ...changes('two'));

  const halt = new AbortController();
  let chunks = 0;
  const offImport = atOffice.on((event) => {
    if (event.type === 'table_progress' && event.table === 'large' && ++chunks === 2) halt.abort('user');
  });
  const cut = await importFrom(atOffice, disk.file, {}, { stop: halt.signal });
  offImport();
  expect(cut.batch.status).toBe('interrupted');
  const seen = listen(atOffice);
  const done = await importFrom(atOffice, disk.file);
  expect(done.tables.map((one) => one.error_detail)).toEqual([null, null]);
  expect(done.batch.status).toBe('completed');
  expect(seen.find((one) => one.type === 'table_resumed')).toMatchObject({ table: 'large' });
  const [rows] = await fromCentral(pair, 'SELECT count(*), count(DISTINCT id) FROM large');
  expect(rows?.[0]).toBe(rows?.[1]);

  const ran = await sync(engine);
  expect(ran.table('large')).toMatchObject({ strategy: 'changes', status: 'completed' });
  expect(ran.table('large').records_processed).toBeLessThan(20);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('an export and an import that are killed go on, each row once', async () => {
  await using pair = await freshDatabases();
  await largeTable(pair);
  using branch = makeHome(pair);
  using office = makeHome(pair, { connection: { id: 'another', enabled: false }, sync: { chunkRows: 5000 } });
  using disk = carriedDisk();
  const passphrase = ['--passphrase-file', `${disk.folder}/passphrase`];
  writeFileSync(`${disk.folder}/passphrase`, `${PASSPHRASE}\n`);
  const exporting = ['export', '--connection', CONNECTION, '--to', disk.file, ...passphrase];

  const killed = await runCli([...exporting, '--data-dir', branch.folder], {
    onStart: (child) => {
      const timer = setInterval(() => {
        const size = statSync(disk.file, { throwIfNoEntry: false })?.size ?? 0;
        if (size < 1_000_000) return;
        clearInterval(timer);
        child.kill('SIGKILL');
      }, 2);
    },
  });
  expect(killed.code).toBe(null);
  expect(readdirSync(disk.folder)).toContain('lampung.export.progress');
  const again = await runCli([...exporting, '--data-dir', branch.folder, '--json']);
  expect([again.code, again.stderr.includes('error')]).toEqual([0, false]);

  const importing = ['import', disk.file, ...passphrase, '--data-dir', office.folder];
  let seen = '';
  const cut = await runCli([...importing, '--json'], {
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        seen += text;
        if (seen.includes('"table_progress"')) child.kill('SIGKILL');
      });
    },
  });
  expect(cut.code).toBe(null);
  const done = await runCli(importing);
  expect(done.code).toBe(0);
  expect(done.stdout).toContain('The next sync of the branch sends only what has changed there since');
  expect(await fromCentral(pair, 'SELECT count(*), count(DISTINCT id) FROM large')).toEqual([
    [String(ROWS), String(ROWS)],
  ]);
  expect(await fromCentral(pair, 'SELECT count(*), count(DISTINCT line) FROM log')).toEqual([['100', '100']]);

  const synced = await runCli(['sync-all', '--data-dir', branch.folder, '--json']);
  const { tables } = JSON.parse(synced.stdout) as { tables: readonly Record<string, unknown>[] };
  expect(tables.map((one) => [one.strategy, one.records_processed])).toEqual([
    ['changes', 0],
    ['changes', 0],
  ]);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

const disk = smallDisk(64);
const none = typeof disk === 'string';

test.skipIf(none)(
  `an export to a disk that is full says so, and goes on after room was made${none ? `: ${disk}` : ''}`,
  async () => {
    if (typeof disk === 'string') return;
    using small = disk;
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE photo (id int PRIMARY KEY, bytes bytea)',
      `INSERT INTO photo SELECT n, (SELECT string_agg(sha256((n * 100000 + m)::text::bytea), '' ORDER BY m) FROM generate_series(1, 20000) m)
     FROM generate_series(1, 40) n`,
    );
    using branch = makeHome(pair);
    await using engine = branch.open();
    const file = `${small.folder}/lampung.export`;
    small.fillUpTo(6_000_000);

    await expect(exportTo(engine, file)).rejects.toMatchObject({
      code: 'export_disk_full',
      params: { file },
    });
    small.fillUpTo(6_000_000);
    await expect(exportTo(engine, file)).rejects.toMatchObject({ code: 'export_disk_full' });
    small.makeRoom();

    expect(await exportTo(engine, file)).toMatchObject({ complete: true, rows: 40 });
  },
);
