import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExportFile } from '../../../src/core/disk/exportFile.ts';
import { atBranch, fromCentral } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import {
  type CarriedDisk,
  carriedDisk,
  exportTo,
  failuresOf,
  importFrom,
  PASSPHRASE,
} from './support/carried.ts';

const PART_BYTES = 8 * 1024 * 1024;

let pair: DatabasePair;
/** An export of one part, and one of several. */
let small: CarriedDisk;
let large: CarriedDisk;
beforeAll(async () => {
  pair = await freshDatabases();
  small = carriedDisk();
  large = carriedDisk();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    'INSERT INTO item SELECT n, md5(n::text) FROM generate_series(1, 2000) n',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await exportTo(engine, small.file);
  // Random bytes, which no compression makes smaller: sha256 of the number, 640 kB a row.
  await atBranch(
    pair,
    'CREATE TABLE photo (id int PRIMARY KEY, bytes bytea)',
    `INSERT INTO photo SELECT n, (SELECT string_agg(sha256((n * 100000 + m)::text::bytea), '' ORDER BY m) FROM generate_series(1, 20000) m)
     FROM generate_series(1, 30) n`,
  );
  const report = await exportTo(engine, large.file, { partBytes: PART_BYTES });
  expect(report).toMatchObject({ complete: true, parts: 3 });
}, 120_000);
afterAll(async () => {
  small[Symbol.dispose]();
  large[Symbol.dispose]();
  await pair.drop();
});

/** A copy to damage. */
function copyOf({ folder }: CarriedDisk): CarriedDisk {
  const copy = carriedDisk();
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy.folder, name));
  return copy;
}

/** Reads all of an export, as an import does. */
async function readAll(file: string, passphrase = PASSPHRASE): Promise<number> {
  await using exported = await ExportFile.open(file, passphrase);
  let bytes = 0;
  for (const { segments } of exported.tables)
    for (const segment of segments) for await (const block of exported.rows(segment)) bytes += block.length;
  return bytes;
}

/** The code of what it ends in. */
function outcome(file: string, passphrase?: string): Promise<string> {
  return readAll(file, passphrase).then(
    () => 'read',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
}

test('what was written is read, and with no other passphrase', async () => {
  expect(await outcome(small.file)).toBe('read');
  expect(await outcome(large.file)).toBe('read');
  expect(await outcome(small.file, `${PASSPHRASE} `)).toBe('export_passphrase_wrong');
  expect(readFileSync(large.file).includes('photo')).toBe(false);
});

test('a byte that was changed anywhere is found', async () => {
  const whole = readFileSync(small.file);
  // Every region of the header and of the trailer, and a sample of the blocks between. Opening one takes half a second.
  const header = Array.from({ length: 28 }, (_, index) => index * 4);
  const trailer = Array.from({ length: 10 }, (_, index) => whole.length - 1 - index * 8);
  const between = Array.from(
    { length: 20 },
    (_, index) => 112 + Math.floor(((whole.length - 192) * index) / 20),
  );
  using copy = carriedDisk();
  const read: number[] = [];
  for (const at of new Set([...header, ...between, ...trailer])) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x20;
    writeFileSync(copy.file, bytes);
    const code = await outcome(copy.file);
    expect(code).toMatch(/^(read|export_(damaged|foreign|newer|part_missing|part_other|passphrase_wrong))$/);
    if (code === 'read') read.push(at);
  }
  expect(read).toEqual([]);
});

test('a file that was cut off anywhere is found', async () => {
  const { length } = readFileSync(small.file);
  for (const left of [0, 10, 50, 112, 300, Math.floor(length / 2), length - 81, length - 80, length - 1]) {
    using copy = copyOf(small);
    truncateSync(copy.file, left);
    expect(await outcome(copy.file)).toMatch(/^export_(foreign|damaged|part_missing)$/);
  }
  using longer = copyOf(small);
  writeFileSync(longer.file, Buffer.concat([readFileSync(small.file), Buffer.from('more')]));
  expect(await outcome(longer.file)).toBe('export_part_missing');
});

test('a part that is missing, swapped, cut off or of another export is named', async () => {
  const part = (copy: CarriedDisk, number: number): string => `${copy.file}.00${number}`;
  {
    using copy = copyOf(large);
    rmSync(part(copy, 3));
    await expect(readAll(copy.file)).rejects.toMatchObject({
      code: 'export_part_missing',
      params: { part: part(copy, 3) },
    });
    rmSync(part(copy, 2));
    copyFileSync(part(large, 3), part(copy, 3));
    await expect(readAll(copy.file)).rejects.toMatchObject({
      code: 'export_part_missing',
      params: { part: part(copy, 2) },
    });
  }
  {
    using copy = copyOf(large);
    copyFileSync(part(large, 3), part(copy, 2));
    copyFileSync(part(large, 2), part(copy, 3));
    await expect(readAll(copy.file)).rejects.toMatchObject({
      code: 'export_part_other',
      params: { part: part(copy, 2), number: 2 },
    });
  }
  {
    using copy = copyOf(large);
    truncateSync(part(copy, 2), PART_BYTES / 2);
    await expect(readAll(copy.file)).rejects.toMatchObject({
      code: 'export_damaged',
      params: { file: part(copy, 2) },
    });
  }
  {
    using copy = copyOf(large);
    copyFileSync(small.file, copy.file);
    expect(await outcome(copy.file)).toBe('export_part_other');
    expect(await outcome(part(large, 2))).toBe('export_part_other');
  }
});

test('blocks in another order are found', async () => {
  using copy = copyOf(large);
  const bytes = readFileSync(copy.file);
  const starts: number[] = [];
  for (let at = 112; at < bytes.length; at += 5 + bytes.readUInt32BE(at)) starts.push(at);
  const [, one = 0, two = 0, three = bytes.length] = starts;
  const swapped = [
    bytes.subarray(0, one),
    bytes.subarray(two, three),
    bytes.subarray(one, two),
    bytes.subarray(three),
  ];
  writeFileSync(copy.file, Buffer.concat(swapped));
  expect(await outcome(copy.file)).toBe('export_damaged');
});

test('a newer format and any other file are told apart', async () => {
  using copy = copyOf(small);
  const bytes = readFileSync(small.file);
  bytes.writeUInt16BE(2, 16);
  writeFileSync(copy.file, bytes);
  await expect(readAll(copy.file)).rejects.toMatchObject({
    code: 'export_newer',
    params: { format: 2, known: 1 },
  });
  writeFileSync(copy.file, 'PGDMP');
  expect(await outcome(copy.file)).toBe('export_foreign');
  expect(await outcome(`${copy.file}.gone`)).toBe('export_missing');
  writeFileSync(`${small.file}.progress`, '');
  expect(await outcome(small.file)).toBe('export_unfinished');
  rmSync(`${small.file}.progress`);
});

test('a table with a damaged block fails by its name, the others arrive, and a good copy completes it', async () => {
  using home = makeHome(pair, { connection: { id: 'another', enabled: false } });
  using copy = copyOf(large);
  const bytes = readFileSync(`${copy.file}.002`);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  writeFileSync(`${copy.file}.002`, bytes);
  await using engine = home.open();

  const { batch, tables } = await importFrom(engine, copy.file);

  expect(batch.status).toBe('failed');
  expect(failuresOf(tables)).toEqual([
    ['item', null],
    ['photo', 'exported_rows_damaged'],
  ]);
  const whole = await importFrom(engine, large.file);
  expect(whole.batch.status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT count(*) FROM photo')).toEqual([['30']]);
});
