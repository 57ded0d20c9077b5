import { z } from 'zod';
import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { TableStatus } from '../../shared/status.ts';
import type { Journal } from '../journal/journal.ts';
import type { Unresolved } from '../journal/outcomes.ts';
import type { AutoResume, ServiceNotes } from '../journal/serviceNotes.ts';

/** A batch that did not end well, and what was tried. */
export interface Candidate extends Unresolved {
  readonly tried: AutoResume | null;
  /** See {@link progressOf}. */
  readonly progress: number;
  /** A pause stopped it, and no person that wanted it stopped. */
  readonly paused: boolean;
  /** The end of the attempts was told. */
  readonly gaveUp: boolean;
}

/** The batches that did not end well, latest first. */
export function candidates(journal: Journal): readonly Candidate[] {
  const told = givenUp(journal);
  return journal.unresolved().map((one) => {
    const tried = journal.autoResume(one.batch.batch_id);
    return {
      ...one,
      tried,
      progress: progressOf(journal.tables(one.batch.batch_id)),
      paused: stoppedByPause(journal, one.batch),
      gaveUp: tried !== null && told[one.batch.batch_id] === tried.lastAt,
    };
  });
}

const NOTE = 'gave_up';
/** By batch, which attempt was the last. */
const gaveUpNote = z.record(z.string(), z.string());

/**
 * Notes that a batch is not resumed any more without a person, in the journal: it is told once, and not after every
 * start. After another attempt it may be told again.
 */
export function noteGaveUp(journal: Journal, batchId: string, attempts: number): void {
  journal.together(() => {
    // Those that nobody looks at any more are dropped.
    const current = new Set(journal.unresolved().map(({ batch }) => batch.batch_id));
    const kept = Object.entries(givenUp(journal)).filter(([id]) => current.has(id));
    const lastAt = journal.autoResume(batchId)?.lastAt ?? '';
    journal.setServiceNote(NOTE, { ...Object.fromEntries(kept), [batchId]: lastAt });
    journal.logEvent('resume_given_up', { batchId, detail: { attempts } });
  });
}

function givenUp(journal: Journal): z.output<typeof gaveUpNote> {
  return gaveUpNote.safeParse(journal.serviceNote(NOTE)).data ?? {};
}

/** How far a batch is: grows with every committed chunk and every table that ends well. */
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

export function stoppedNotes(journal: ServiceNotes): z.output<typeof stoppedNote> {
  return stoppedNote.safeParse(journal.serviceNote(STOPPED)).data ?? [];
}

/** Whether a pause stopped the batch, and nobody has dealt with it since. */
export function stoppedByPause(journal: ServiceNotes, batch: BatchRow): boolean {
  return stoppedNotes(journal).some(
    (one) => one.batchId === batch.batch_id && one.resumeCount === batch.resume_count,
  );
}

/** A batch as a pause left it: once it has been resumed, by whomever, it is no more the one that was stopped. */
export const stoppedNote = z.array(z.object({ batchId: z.string(), resumeCount: z.int() }));

export const STOPPED = 'stopped_by_pause';
