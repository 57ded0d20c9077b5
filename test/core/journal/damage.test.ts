import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openJournal, openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { startChild } from './support/child.ts';
import { overwrite, overwriteTablePages } from './support/damage.ts';
import { counts, freshFolder, handClock, journalIn, planOf, realPorts } from './support/world.ts';

const ports = { ...realPorts, clock: handClock('2025-11-08T14:30:52.000Z') };

test.each([
  ['garbage in the middle', (file: string) => overwrite(file, 3 * 4096, 6 * 4096)],
  ['garbage in the header', (file: string) => overwrite(file, 0, 100)],
  ['garbage to the end', (file: string) => overwrite(file, 4096, statSync(file).size - 4096)],
  ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['cut inside a page', (file: string) => truncateSync(file, statSync(file).size - 1000)],
  ['a text file', (file: string) => writeFileSync(file, 'this is no database\n'.repeat(500))],
])('a damaged journal (%s) is set aside whole, and a new one begun', (_name, damage) => {
  const folder = filledFolder();
  const file = join(folder, 'journal.db');
  damage(file);
  const size = statSync(file).size;
  const { journal, setAside } = openJournal(folder, ports);
  expect(setAside).toBe('journal.corrupt-20251108T143052Z.db');
  expect(statSync(join(folder, String(setAside))).size).toBe(size);
  expect(journal.latestBatch()).toBeNull();
  const { batch_id } = journal.beginBatch(planOf('ad_org'));
  journal.close();

  const again = openJournal(folder, ports);
  expect(again.setAside).toBeNull();
  expect(again.journal.latestBatch()?.batch_id).toBe(batch_id);
  again.journal.close();
});

const COMPLETES =
  "AFTER UPDATE ON sync_batches WHEN new.status <> 'completed' BEGIN UPDATE sync_batches SET status = 'completed'; END";

test.each([
  ['a trigger that completes batches', `CREATE TRIGGER t ${COMPLETES}`],
  [
    'our trigger of another text',
    `DROP TRIGGER event_log_append_only; CREATE TRIGGER event_log_append_only ${COMPLETES}`,
  ],
  [
    'a view that never ends',
    `ALTER TABLE shape_cache RENAME TO shapes; CREATE VIEW shape_cache AS
       WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM shapes, r`,
  ],
  ['tables without a version', 'PRAGMA user_version = 0'],
])(
  'a journal with what we have not made (%s) is set aside, also by one who only looks',
  (_name, statements) => {
    for (const open of [openJournal, openJournalToRead]) {
      const folder = filledFolder();
      const db = new Database(join(folder, 'journal.db'));
      db.exec(statements);
      db.close();

      const opened = open(folder, ports);
      const journal = 'journal' in opened ? opened.journal : opened;

      expect(journal.latestBatch()).toBeNull();
      journal.close();
      expect(readdirSync(folder)).toContain('journal.corrupt-20251108T143052Z.db');
    }
  },
);

test('a second damaged journal in the same second does not overwrite the first', () => {
  const folder = freshFolder();
  const file = join(folder, 'journal.db');
  const names = ['one', 'two'].map((text) => {
    writeFileSync(file, `${text} is no database\n`.repeat(100));
    const { journal, setAside } = openJournal(folder, ports);
    journal.close();
    return setAside;
  });
  expect(names).toEqual(['journal.corrupt-20251108T143052Z.db', 'journal.corrupt-20251108T143052Z-2.db']);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(names));
});

test('two processes that find the same damaged journal set one file aside and share the new one', async () => {
  const children = await Promise.all([startChild(), startChild()]);
  for (let round = 0; round < 5; round += 1) {
    const folder = freshFolder();
    writeFileSync(join(folder, 'journal.db'), 'this is no database\n'.repeat(500));
    await Promise.all(children.map((child) => child.ask({ do: 'open', folder })));
    expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toHaveLength(1);
    expect(journalIn(folder).log()).toHaveLength(2);
  }
});

test('a large journal closed in peace opens without a whole check; damage met later brings one', () => {
  const folder = filledFolder();
  const file = join(folder, 'journal.db');
  fatten(file);
  overwriteTablePages(file, 'event_log');

  const first = openJournal(folder, ports);
  expect(first.setAside).toBeNull();
  expect(() => first.journal.log()).toThrow(
    expect.objectContaining({ detail: expect.objectContaining({ code: 'journal_failed' }) }),
  );
  first.journal.close();
  const second = openJournal(folder, ports);
  expect(second.setAside).toMatch(/^journal\.corrupt-/);
  second.journal.close();
});

test('a large journal whose process died is checked whole', () => {
  const folder = filledFolder();
  const file = join(folder, 'journal.db');
  fatten(file);
  overwriteTablePages(file, 'event_log');
  // What a dead process leaves behind: the database and a -wal file that nobody has open.
  writeFileSync(`${file}-wal`, '');
  const { journal, setAside } = openJournal(folder, ports);
  expect(setAside).toMatch(/^journal\.corrupt-/);
  journal.close();
});

test('a lock is no damage: a journal locked by another is left where it is', () => {
  const folder = filledFolder();
  const other = new Database(join(folder, 'journal.db'));
  other.pragma('locking_mode = EXCLUSIVE');
  other.exec('BEGIN EXCLUSIVE');
  expect(() => openJournal(folder, ports)).toThrow(expect.objectContaining({ code: 'data_folder_unusable' }));
  other.close();
  expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([]);
});

/** A journal with enough in it to have pages in the middle. */
function filledFolder(): string {
  const folder = freshFolder();
  const { journal } = openJournal(folder, realPorts);
  const tables = Array.from({ length: 60 }, (_, index) => `table_${index}`);
  for (let batch = 0; batch < 3; batch += 1) {
    const { batch_id } = journal.beginBatch(planOf(...tables));
    for (const table of tables) {
      const ref = { batchId: batch_id, connection: 'pgsql_lmp', table };
      journal.startTable(ref, { strategy: 'full', estimatedRows: 1 });
      journal.completeTable(ref, counts);
    }
    journal.endBatch(batch_id);
  }
  journal.close();
  return folder;
}

/** Makes the file larger than what every opening checks whole. */
function fatten(file: string): void {
  const db = new Database(file);
  const insert = db.prepare(`INSERT INTO outbox (channel, payload, created_at, next_attempt_at)
    VALUES ('webhook', json_quote(hex(zeroblob(40000))), '2025', '2025')`);
  db.transaction(() => {
    for (let row = 0; row < 120; row += 1) insert.run();
  })();
  db.close();
  expect(statSync(file).size).toBeGreaterThan(8 * 1024 * 1024);
}
