import { z } from 'zod';
import type { ReadableJournal, WritableJournal } from '../core/journal/journal.ts';
import { isAhead } from '../core/schedule/decide.ts';
import type { Pause } from '../shared/service.ts';

const NOTE = 'pause';

const pauseNote = z.object({ since: z.iso.datetime(), until: z.iso.datetime().nullable() });

/** The pause that is in force; null where there is none. */
export function pauseIn(journal: ReadableJournal): Pause | null {
  return pauseNote.safeParse(journal.serviceNote(NOTE)).data ?? null;
}

/** The pause. It is kept in the journal, so that it also holds across a restart. */
export class PauseKeeper {
  readonly #journal: WritableJournal;

  constructor(journal: WritableJournal) {
    this.#journal = journal;
  }

  current(): Pause | null {
    return pauseIn(this.#journal.reader);
  }

  begin(now: Date, until: Date | null): Pause {
    const pause = {
      since: this.current()?.since ?? now.toISOString(),
      until: until === null ? null : until.toISOString(),
    };
    this.#journal.setServiceNote(NOTE, pause);
    return pause;
  }

  end(): void {
    this.#journal.setServiceNote(NOTE, null);
  }

  isOver(now: Date): boolean {
    const { since, until } = this.current() ?? { since: '', until: null };
    if (until === null) return false;
    // If the clock was far ahead when the pause began, it would otherwise last for years.
    return now.getTime() >= Date.parse(until) || isAhead(new Date(since), now);
  }
}
