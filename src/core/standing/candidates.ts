import { z } from 'zod';
import type { TableRow } from '../../shared/contract.ts';
import { TableStatus } from '../../shared/status.ts';
import type { ReadableJournal, WritableJournal } from '../journal/journal.ts';
import type { Unresolved } from '../journal/outcomes.ts';
import type { AutoResume } from '../journal/serviceNotes.ts';

/** An unfinished or failed batch, with its automatic resumes so far. */
export interface Candidate extends Unresolved {
  readonly tried: AutoResume | null;
  /** See {@link progressOf}. */
  readonly progress: number;
  /** It was already reported that there are no more attempts. */
  readonly gaveUp: boolean;
}

/** The unfinished and failed batches, latest first. */
export function candidates(journal: ReadableJournal): readonly Candidate[] {
  const told = givenUp(journal);
  return journal.unresolved().map((one) => {
    const tried = journal.autoResume(one.batch.batch_id);
    return {
      ...one,
      tried,
      progress: progressOf(journal.tables(one.batch.batch_id)),
      gaveUp: tried !== null && told[one.batch.batch_id] === tried.lastAt,
    };
  });
}

const NOTE = 'gave_up';
/** The number of the last attempt, by batch. */
const gaveUpNote = z.record(z.string(), z.string());

/**
 * Notes in the journal that a batch is no longer resumed automatically, so that it is reported once and not at every
 * start. After another attempt it may be reported again.
 */
export function noteGaveUp(journal: WritableJournal, batchId: string, attempts: number): void {
  journal.together(() => {
    // Notes of batches that are no longer candidates are dropped.
    const current = new Set(journal.unresolved().map(({ batch }) => batch.batch_id));
    const kept = Object.entries(givenUp(journal.reader)).filter(([id]) => current.has(id));
    const lastAt = journal.autoResume(batchId)?.lastAt ?? '';
    journal.setServiceNote(NOTE, { ...Object.fromEntries(kept), [batchId]: lastAt });
    journal.logEvent('resume_given_up', { batchId, detail: { attempts } });
  });
}

function givenUp(journal: ReadableJournal): z.output<typeof gaveUpNote> {
  return gaveUpNote.safeParse(journal.serviceNote(NOTE)).data ?? {};
}

/** A measure of a batch's progress. It grows with every committed chunk and every completed table. */
export function progressOf(tables: readonly TableRow[]): number {
  return tables.reduce(
    (sum, row) =>
      sum +
      row.records_processed +
      row.records_skipped +
      row.records_deleted +
      (row.status === TableStatus.Completed ? 1 : 0),
    0,
  );
}
