import { FailureCode } from '../shared/errors.ts';
import type { JournalReader } from './journalReader.ts';

const COPIED: ReadonlySet<string | null> = new Set<string | null>([
  FailureCode.FolderCopied,
  FailureCode.FolderPrevious,
  FailureCode.FolderCopyAtWork,
]);

/** Whether a connection is one of those that a batch did not write because of the copy. */
export function copiedIn(reader: JournalReader, batchId: string): (connection: string) => boolean {
  const rows = reader.read((journal) => journal.tables(batchId));
  const copied = new Set(rows.flatMap((row) => (COPIED.has(row.error_code) ? [row.connection] : [])));
  return (connection) => copied.has(connection);
}
