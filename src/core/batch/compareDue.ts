import { z } from 'zod';
import { NoticeCode } from '../../shared/notices.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import { tellNotice } from './batchNotices.ts';
import type { RunContext } from './connectionRun.ts';

const noteOf = (connection: string): string => `compare_due/${connection}`;

/** Notes that all tables are due to be compared, because the known differences were lost with the journal. */
export function noteCompareDue({ journal, ports }: RunContext, connection: string): void {
  journal.setServiceNote(noteOf(connection), ports.clock.now().toISOString());
}

/** The tables of a connection that have not been compared since the journal was lost. */
export function notComparedSince(journal: ReadableJournal, connection: string): readonly string[] {
  const since = z.iso.datetime().safeParse(journal.serviceNote(noteOf(connection))).data;
  if (since === undefined) return [];
  const compared = journal.verifications(connection).filter((one) => one.checked_at >= since);
  const names = new Set(compared.map((one) => one.table_name));
  return journal.knownTables(connection).filter((table) => !names.has(table));
}

/** Whether the tables of a connection are still to be compared since the journal was lost. */
export function isCompareDue(journal: ReadableJournal, connection: string): boolean {
  if (journal.serviceNote(noteOf(connection)) === null) return false;
  return !journal.hasSucceeded(connection) || notComparedSince(journal, connection).length > 0;
}

/** Reports in each batch that comparing is due, until all tables have been compared. */
export function tellCompareDue(run: RunContext, connection: string): void {
  const { journal } = run;
  if (journal.serviceNote(noteOf(connection)) === null) return;
  if (isCompareDue(journal.reader, connection))
    tellNotice(run, connection, null, { code: NoticeCode.CompareDue, params: { connection } });
  else journal.togetherLazily(() => journal.setServiceNote(noteOf(connection), null));
}
