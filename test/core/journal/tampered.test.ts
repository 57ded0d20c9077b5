import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import type { Logger } from '../../../src/core/ports.ts';
import { sayLogRow } from '../../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { runCli } from '../../cli/run.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { freshFolder, realPorts } from './support/world.ts';

/** Edits a journal that nobody has open, as a person with any SQLite program can. */
function edit(folder: string, ...statements: readonly string[]): void {
  const db = new Database(join(folder, 'journal.db'));
  db.exec('DROP TRIGGER event_log_append_only');
  for (const statement of statements) db.exec(statement);
  db.close();
}

const EDITS: Readonly<Record<string, readonly string[]>> = {
  'a begin that is no time': ["UPDATE sync_batches SET started_at = 'x'"],
  'a begin of another form': ["UPDATE sync_batches SET started_at = '08/11/2025 14:30'"],
  'a day that no month has': ["UPDATE sync_batches SET started_at = '2025-13-45T10:00:00.000Z'"],
  'a batch that runs, with no time': [
    "UPDATE sync_batches SET status = 'running', started_at = 'x', ended_at = NULL",
    "UPDATE event_log SET at = 'x'",
  ],
  'no time anywhere': [
    "UPDATE sync_batches SET started_at = 'x', ended_at = 'x'",
    "UPDATE sync_progress SET started_at = 'x', ended_at = 'x', source_snapshot_at = 'x'",
    "UPDATE event_log SET at = 'x'",
    "UPDATE schedule_runs SET due_at = 'x', ran_at = 'x'",
  ],
  'details of another form': [
    "UPDATE sync_batches SET options = '1'",
    "UPDATE event_log SET detail = '[]'",
    "UPDATE sync_progress SET status = 'failed', error_code = 'source_unreachable', error_detail = '1'",
    "UPDATE sync_batches SET status = 'failed', failed_tables = 1, completed_tables = 0",
  ],
};

for (const [what, statements] of Object.entries(EDITS)) {
  test(`a journal that somebody has edited stops nothing: ${what}`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
    using home = makeHome(pair);
    {
      await using engine = home.open();
      await sync(engine);
    }
    edit(home.folder, ...statements);

    for (const command of [['sync-status'], ['sync-status', '--events'], ['sync-status', '--json']]) {
      const { stdout, stderr } = await runCli(['--data-dir', home.folder, ...command]);
      expect(`${stdout}${stderr}`).not.toMatch(/unexpected|RangeError|TypeError|Invalid time/i);
    }
    await using engine = home.open();
    expect(() => engine.standing()).not.toThrow();
    for (const row of engine.log()) expect(sayLogRow(row, createTranslator('id'))).not.toBe('');
    expect((await sync(engine)).batch.status).toBe('completed');
  });
}

test('a time that cannot be read is told in the log, once', () => {
  const folder = freshFolder();
  const { journal } = openJournal(folder, realPorts);
  const { batch_id } = journal.beginBatch({
    trigger: 'cli',
    tables: [],
    options: { connections: [], tables: [], strategy: null, allowDeletes: false },
  });
  journal.endBatch(batch_id);
  journal.close();
  edit(folder, "UPDATE sync_batches SET started_at = 'x', ended_at = 'y'");
  const told: unknown[] = [];
  const logger: Logger = { log: (...line) => void told.push(line) };

  const again = openJournal(folder, { ...realPorts, logger });
  for (let look = 0; look < 2; look++)
    expect(again.journal.latestBatch()).toMatchObject({
      started_at: '1970-01-01T00:00:00.000Z',
      ended_at: null,
    });
  again.journal.close();

  const message = 'The journal has a time that cannot be read; it counts as unknown';
  expect(told).toEqual([
    ['warn', message, { column: 'started_at', value: 'x' }],
    ['warn', message, { column: 'ended_at', value: 'y' }],
  ]);
});
