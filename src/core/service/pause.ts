import { z } from 'zod';
import type { BatchRow } from '../../shared/contract.ts';
import type { Pause } from '../../shared/service.ts';
import type { Queries } from '../journal/queries.ts';
import type { ServiceNotes } from '../journal/serviceNotes.ts';

const NOTE = 'pause';
const STOPPED = 'stopped_by_pause';

const pauseNote = z.object({ since: z.iso.datetime(), until: z.iso.datetime().nullable() });

/** A batch as a pause left it: once it has been resumed, by whomever, it is no more the one that was stopped. */
const stoppedNote = z.array(z.object({ batchId: z.string(), resumeCount: z.int() }));

/** A pause stops what runs; a person may start batches in it and pause again. The oldest of so many have ended. */
const KEPT = 20;

/** The pause, kept in the journal: a person who pauses for the night means it across a restart too. */
export class PauseKeeper {
  readonly #journal: Pick<Queries, 'batch'> & ServiceNotes;

  constructor(journal: Pick<Queries, 'batch'> & ServiceNotes) {
    this.#journal = journal;
  }

  current(): Pause | null {
    return pauseNote.safeParse(this.#journal.serviceNote(NOTE)).data ?? null;
  }

  begin(now: Date, until: Date | null): Pause {
    const pause = {
      since: this.current()?.since ?? now.toISOString(),
      until: until === null ? null : until.toISOString(),
    };
    this.#journal.setServiceNote(NOTE, pause);
    return pause;
  }

  /**
   * Remembers the batch that the pause stops, in the journal too: it goes on after the pause, though its
   * interruption says that a person stopped it, and though the service was restarted in between.
   */
  stops(batchId: string): void {
    const batch = this.#journal.batch(batchId);
    if (batch === null) return;
    const stopped = { batchId, resumeCount: batch.resume_count };
    this.#journal.setServiceNote(STOPPED, [...stoppedNotes(this.#journal), stopped].slice(-KEPT));
  }

  end(): void {
    this.#journal.setServiceNote(NOTE, null);
  }

  isOver(now: Date): boolean {
    const until = this.current()?.until ?? null;
    return until !== null && now.getTime() >= Date.parse(until);
  }
}

/** Whether a pause stopped the batch, and nobody has dealt with it since. */
export function stoppedByPause(journal: ServiceNotes, batch: BatchRow): boolean {
  return stoppedNotes(journal).some(
    (one) => one.batchId === batch.batch_id && one.resumeCount === batch.resume_count,
  );
}

function stoppedNotes(journal: ServiceNotes): z.output<typeof stoppedNote> {
  return stoppedNote.safeParse(journal.serviceNote(STOPPED)).data ?? [];
}
