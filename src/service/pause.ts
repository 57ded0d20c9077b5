import { z } from 'zod';
import type { Queries } from '../core/journal/queries.ts';
import type { ServiceNotes } from '../core/journal/serviceNotes.ts';
import { isAhead } from '../core/schedule/decide.ts';
import { STOPPED, stoppedNotes } from '../core/standing/candidates.ts';
import type { Pause } from '../shared/service.ts';

const NOTE = 'pause';

const pauseNote = z.object({ since: z.iso.datetime(), until: z.iso.datetime().nullable() });

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
    const { since, until } = this.current() ?? { since: '', until: null };
    if (until === null) return false;
    // A clock that was far ahead when it began would pause for years.
    return now.getTime() >= Date.parse(until) || isAhead(new Date(since), now);
  }
}
