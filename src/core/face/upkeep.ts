import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Sizes } from '../../shared/window/views.ts';
import type { Journal } from '../journal/journal.ts';

/** What the history takes on this computer's disk. */
export function measureSizes(journal: Journal, folder: string): Sizes {
  const oldest = journal.oldestBatchAt();
  return {
    batches: journal.history({}, 0, 1).total,
    oldest,
    journalBytes: ['journal.db', 'journal.db-wal'].reduce(
      (sum, name) => sum + bytesOf(join(folder, name)),
      0,
    ),
    logBytes: logFiles(folder).reduce((sum, file) => sum + bytesOf(file), 0),
  };
}

/** The log files of a user-data folder. */
export function logFiles(folder: string): readonly string[] {
  const logs = join(folder, 'logs');
  try {
    return readdirSync(logs, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(logs, entry.name))
      .sort();
  } catch {
    // None has been written yet.
    return [];
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
