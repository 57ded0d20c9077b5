import { z } from 'zod';
import type { Pause } from '../../shared/service.ts';
import type { ServiceNotes } from '../journal/serviceNotes.ts';

const NOTE = 'pause';

const pauseNote = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime().nullable(),
  /** The batch that it stopped. */
  batchId: z.string().nullable(),
});

type PauseNote = z.output<typeof pauseNote>;

/** The pause, kept in the journal: a person who pauses for the night means it across a restart too. */
export class PauseKeeper {
  readonly #notes: ServiceNotes;

  constructor(notes: ServiceNotes) {
    this.#notes = notes;
  }

  current(): Pause | null {
    const kept = this.#kept();
    return kept === null ? null : { since: kept.since, until: kept.until };
  }

  begin(now: Date, until: Date | null): Pause {
    const before = this.#kept();
    const pause = {
      since: before?.since ?? now.toISOString(),
      until: until === null ? null : until.toISOString(),
    };
    this.#notes.setServiceNote(NOTE, { ...pause, batchId: before?.batchId ?? null });
    return pause;
  }

  /** Remembers the batch that the pause has stopped. */
  stopped(batchId: string): void {
    const kept = this.#kept();
    if (kept !== null) this.#notes.setServiceNote(NOTE, { ...kept, batchId });
  }

  /** @returns the batch that the pause had stopped */
  end(): string | null {
    const kept = this.#kept();
    this.#notes.setServiceNote(NOTE, null);
    return kept?.batchId ?? null;
  }

  isOver(now: Date): boolean {
    const until = this.#kept()?.until ?? null;
    return until !== null && now.getTime() >= Date.parse(until);
  }

  #kept(): PauseNote | null {
    return pauseNote.safeParse(this.#notes.serviceNote(NOTE)).data ?? null;
  }
}
