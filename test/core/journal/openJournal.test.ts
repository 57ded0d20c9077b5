import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { KNOWN_VERSION } from '../../../src/core/journal/migrations/migrate.ts';
import { openJournal, openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { startChild } from './support/child.ts';
import { freshFolder, journalIn, planOf, realPorts } from './support/world.ts';

test('a fresh folder gets a journal with durable settings and the columns of the contract', () => {
  const folder = join(freshFolder(), 'not', 'there', 'yet');
  const { journal, setAside } = openJournal(folder, realPorts);
  const { batch_id } = journal.beginBatch(planOf('ad_org'));
  expect(setAside).toBeNull();
  expect(Object.keys(journal.batch(batch_id) ?? {}).join(' ')).toBe(
    'batch_id status trigger total_tables completed_tables failed_tables skipped_tables options interruption_reason resume_count started_at ended_at duration_seconds sent_bytes received_bytes sent_plain_bytes received_plain_bytes',
  );
  expect(Object.keys(journal.tables(batch_id)[0] ?? {}).join(' ')).toBe(
    'batch_id connection table_name model_name strategy status records_processed records_skipped records_deleted bytes estimated_rows checkpoint source_snapshot_at error_code error_message error_detail retry_count started_at ended_at duration_seconds all_tables sent_bytes received_bytes sent_plain_bytes received_plain_bytes',
  );
  journal.close();
  const db = rawDatabase(folder);
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
  expect(db.pragma('user_version', { simple: true })).toBe(KNOWN_VERSION);
  db.close();
});

test('what was written is there after closing and opening again', () => {
  const folder = freshFolder();
  const first = openJournal(folder, realPorts).journal;
  const batch = first.beginBatch(planOf('ad_org'));
  first.close();
  expect(journalIn(folder).batch(batch.batch_id)).toEqual(batch);
});

test('a journal of a newer Branchline is refused and left as it is', () => {
  const folder = freshFolder();
  openJournal(folder, realPorts).journal.close();
  const db = rawDatabase(folder);
  db.pragma(`user_version = ${KNOWN_VERSION + 1}`);
  db.close();
  const refused = expect.objectContaining({
    code: 'journal_newer',
    params: { file: join(folder, 'journal.db'), version: KNOWN_VERSION + 1, known: KNOWN_VERSION },
  });
  expect(() => openJournal(folder, realPorts)).toThrow(refused);
  expect(() => openJournalToRead(folder, realPorts)).toThrow(refused);
  expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([]);
});

test('the database itself refuses a second running batch and a changed event', () => {
  const folder = freshFolder();
  const journal = journalIn(folder);
  journal.beginBatch(planOf('ad_org'));
  const db = rawDatabase(folder);
  expect(() =>
    db.exec(`INSERT INTO sync_batches (batch_id, status, "trigger", total_tables, options, started_at)
             VALUES ('x', 'running', 'cli', 0, '{}', '2025-11-08T00:00:00.000Z')`),
  ).toThrow(/UNIQUE/);
  expect(() => db.exec(`UPDATE event_log SET event = 'nothing_happened'`)).toThrow(/append-only/);
  expect(() => db.exec(`UPDATE sync_batches SET status = 'done'`)).toThrow(/CHECK/);
  db.close();
});

test('reading where no journal is yet finds nothing and leaves nothing', () => {
  const folder = freshFolder();
  const journal = openJournalToRead(folder, realPorts);
  expect(journal.latestBatch()).toBeNull();
  journal.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('a reader sees what a writer commits meanwhile', () => {
  const folder = freshFolder();
  const writer = journalIn(folder);
  const reader = openJournalToRead(folder, realPorts);
  const batch = writer.beginBatch(planOf('ad_org'));
  expect(reader.runningBatch()).toEqual(batch);
  reader.close();
});

test('a folder that cannot be used is named, and nothing is set aside', () => {
  const parent = freshFolder();
  const file = join(parent, 'file');
  writeFileSync(file, 'no folder');
  expect(() => openJournal(file, realPorts)).toThrow(
    expect.objectContaining({
      code: 'data_folder_unusable',
      params: expect.objectContaining({ folder: file }),
    }),
  );
  mkdirSync(join(parent, 'taken', 'journal.db'), { recursive: true });
  expect(() => openJournal(join(parent, 'taken'), realPorts)).toThrow(
    expect.objectContaining({ code: 'data_folder_unusable' }),
  );
  expect(existsSync(join(parent, 'taken', 'journal.db'))).toBe(true);
});

test('three processes that open a fresh folder at once all succeed, and all are in it', async () => {
  const children = await Promise.all([startChild(), startChild(), startChild()]);
  for (let round = 0; round < 20; round += 1) {
    const folder = freshFolder();
    await Promise.all(children.map((child) => child.ask({ do: 'open', folder })));
    expect(journalIn(folder).log()).toHaveLength(3);
    expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([]);
  }
});

function rawDatabase(folder: string): Database.Database {
  return new Database(join(folder, 'journal.db'));
}
