import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCli } from '../../cli/run.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { withCentralOf } from '../owners/support.ts';
import { carriedDisk, exportTo, failuresOf, importFrom, PASSPHRASE } from './support/carried.ts';

const BANDUNG = 'pgsql_bdg';
const ROWS = 20_000;
const central = { layout: 'merge' };

function branchOf(pair: DatabasePair, id: string, allowDeletes = false): Home {
  return makeHome(pair, { central, connection: { id, tables: [{ name: 'item', allowDeletes }] } });
}

function officeOf(pair: DatabasePair): Home {
  return makeHome(pair, {
    central,
    connection: { id: 'another', enabled: false },
    // Many chunks, so that a kill falls between two of them.
    sync: { chunkRows: 1000 },
  });
}

/** Keys of one branch from a number on, and one row that both branches have alike. */
function items(from: number): readonly string[] {
  return [
    'CREATE TABLE item (id int PRIMARY KEY, name text)',
    `INSERT INTO item SELECT n, 'item ' || n FROM generate_series(${from + 1}, ${from + ROWS}) n`,
    "INSERT INTO item VALUES (0, 'both')",
  ];
}

const counted = (pair: DatabasePair) =>
  fromCentral(
    pair,
    `SELECT count(*) FILTER (WHERE id BETWEEN 1 AND ${ROWS}), count(*) FILTER (WHERE id > 100000), count(*) FILTER (WHERE id = 0) FROM item`,
  );

test('two branches are imported into one merged table, one of them through a kill, and each then sends only its changes', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ...items(0));
  await atBranch(bandung, ...items(100_000));
  // Head office had rows of its own in that table before.
  await atCentral(
    lampung,
    'CREATE TABLE item (id int PRIMARY KEY, name text)',
    `GRANT SELECT, INSERT, UPDATE, DELETE ON item TO ${lampung.central.user}`,
    "INSERT INTO item VALUES (-5, 'head office')",
  );
  using first = branchOf(lampung, CONNECTION);
  using second = branchOf(withCentralOf(bandung, lampung), BANDUNG);
  using office = officeOf(lampung);
  using disk = carriedDisk();
  using other = carriedDisk();
  await using one = first.open();
  await using two = second.open();
  await exportTo(one, disk.file);
  await exportTo(two, other.file, { connection: BANDUNG });

  const passphrase = `${disk.folder}/passphrase`;
  writeFileSync(passphrase, PASSPHRASE);
  let seen = '';
  const importing = ['import', disk.file, '--passphrase-file', passphrase, '--data-dir', office.folder];
  const killed = await runCli([...importing, '--json'], {
    onStart: (child) =>
      child.stderr?.on('data', (text: string) => {
        seen += text;
        if (seen.includes('"table_progress"')) child.kill('SIGKILL');
      }),
  });
  expect(killed.code).toBe(null);
  const [[cut] = []] = await counted(lampung);
  expect(Number(cut)).toBeGreaterThan(0);
  expect(Number(cut)).toBeLessThan(ROWS);
  await using atOffice = office.open();
  const ofSecond = await importFrom(atOffice, other.file);
  expect([ofSecond.batch.status, failuresOf(ofSecond.tables)]).toEqual(['completed', [['item', null]]]);
  const ofFirst = await importFrom(atOffice, disk.file);
  expect([ofFirst.batch.status, failuresOf(ofFirst.tables)]).toEqual(['completed', [['item', null]]]);
  expect(await counted(lampung)).toEqual([[String(ROWS), String(ROWS), '1']]);

  const change = (from: number, word: string): readonly string[] => [
    `UPDATE item SET name = '${word}' WHERE id = ${from + 3}`,
    `INSERT INTO item VALUES (${from + ROWS + 1}, '${word}')`,
    `DELETE FROM item WHERE id = ${from + 9}`,
  ];
  await atBranch(lampung, ...change(0, 'of Lampung'));
  await atBranch(bandung, ...change(100_000, 'of Bandung'));
  for (const engine of [one, two]) {
    const { batch, table } = await sync(engine);
    expect(batch.status).toBe('completed');
    expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 2, records_deleted: 0 });
  }
  // Nothing is deleted in a merged table unless somebody has asked for it.
  expect(
    await fromCentral(
      lampung,
      "SELECT id FROM item WHERE name LIKE 'of %' OR id IN (9, 100009, -5, 0) ORDER BY 1",
    ),
  ).toEqual([
    ['-5'],
    ['0'],
    ['3'],
    ['9'],
    [String(ROWS + 1)],
    ['100003'],
    ['100009'],
    [String(100_001 + ROWS)],
  ]);
});

test('a branch that may delete in a merged table imports its rows, deletes its own afterwards, and no other is let in', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ...items(0));
  await atBranch(bandung, ...items(100_000));
  using first = branchOf(lampung, CONNECTION, true);
  using second = branchOf(withCentralOf(bandung, lampung), BANDUNG);
  using office = officeOf(lampung);
  using disk = carriedDisk();
  using other = carriedDisk();
  await using one = first.open();
  await using two = second.open();
  await using atOffice = office.open();
  await exportTo(one, disk.file);
  await exportTo(two, other.file, { connection: BANDUNG });
  expect((await importFrom(atOffice, disk.file)).batch.status).toBe('completed');

  const refused = await importFrom(atOffice, other.file);

  expect(failuresOf(refused.tables)).toEqual([['item', 'central_deletes_owned']]);
  expect(await counted(lampung)).toEqual([[String(ROWS), '0', '1']]);
  await atBranch(lampung, 'DELETE FROM item WHERE id = 9');
  const { table } = await sync(one);
  expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 0, records_deleted: 1 });
});

test('rows that two branches have under the same key are found by comparing after their import', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ...items(0));
  await atBranch(bandung, ...items(100_000), "UPDATE item SET name = 'not alike' WHERE id = 0");
  using first = branchOf(lampung, CONNECTION);
  using second = branchOf(withCentralOf(bandung, lampung), BANDUNG);
  using office = officeOf(lampung);
  using disk = carriedDisk();
  using other = carriedDisk();
  await using one = first.open();
  await using two = second.open();
  await using atOffice = office.open();
  await exportTo(one, disk.file);
  await exportTo(two, other.file, { connection: BANDUNG });
  await importFrom(atOffice, disk.file);
  await importFrom(atOffice, other.file);

  // The one that came last stands there, as on the link.
  expect(await fromCentral(lampung, 'SELECT name FROM item WHERE id = 0')).toEqual([['not alike']]);
  const report = await one.verify({ trigger: 'cli' });
  expect(report.tables).toMatchObject([{ table_name: 'item', different_rows: 1, collisions: 1 }]);
});
