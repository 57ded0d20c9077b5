import type { Settings } from '../../shared/settings.ts';
import type { Outcomes } from '../journal/outcomes.ts';
import type { ServiceNotes } from '../journal/serviceNotes.ts';

/** Since when nothing has succeeded, and for how many whole hours by now. */
export interface Silence {
  readonly since: string;
  readonly hours: number;
}

const STARTED = 'first_started_at';
const TOLD = 'no_success_told';

/**
 * Notices that no batch has been completed for too long, also where nothing runs at all: a schedule that was
 * switched off, a line that is down all week. Told once for each such time.
 */
export class Health {
  readonly #journal: Outcomes & ServiceNotes;

  constructor(journal: Outcomes & ServiceNotes) {
    this.#journal = journal;
  }

  /** @returns what is to be told now, or null */
  look({ notifications }: Settings, now: Date): Silence | null {
    const limit = notifications.noSuccessHours;
    const since = this.#journal.lastSuccessAt() ?? this.#firstStarted(now);
    const hours = (now.getTime() - Date.parse(since)) / 3_600_000;
    if (limit === 0 || hours < limit || this.#journal.serviceNote(TOLD) === since) return null;
    this.#journal.setServiceNote(TOLD, since);
    return { since, hours: Math.floor(hours) };
  }

  #firstStarted(now: Date): string {
    const kept = this.#journal.serviceNote(STARTED);
    if (typeof kept === 'string') return kept;
    this.#journal.setServiceNote(STARTED, now.toISOString());
    return now.toISOString();
  }
}
