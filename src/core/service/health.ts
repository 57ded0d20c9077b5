import { z } from 'zod';
import type { Settings } from '../../shared/settings.ts';
import type { Outcomes } from '../journal/outcomes.ts';
import type { ServiceNotes } from '../journal/serviceNotes.ts';

/** Connections of which nothing has arrived: since the latest of their last successes, for so many whole hours. */
export interface Silence {
  readonly connections: readonly string[];
  readonly since: string;
  readonly hours: number;
}

/** By connection, when it was seen first; it may never have been copied. */
const SEEN = 'first_seen_at';
/** By connection, since when the silence was that was told last. */
const TOLD = 'silence_told';
const times = z.record(z.string(), z.string());

/**
 * Notices that no table of a connection has been completed for too long, also where nothing runs at all: a schedule
 * that was switched off, a line that is down all week. One branch that is silent is told while others go on; each
 * such time once, and several connections together.
 */
export class Health {
  readonly #journal: Outcomes & ServiceNotes;

  constructor(journal: Outcomes & ServiceNotes) {
    this.#journal = journal;
  }

  /** @returns what is to be told now, or null */
  look({ notifications, connections }: Settings, now: Date): Silence | null {
    const enabled = connections.filter((one) => one.enabled).map((one) => one.id);
    const seen = this.#seen(enabled, now);
    const limit = notifications.noSuccessHours;
    if (limit === 0) return null;
    const told = this.#note(TOLD);
    const silent = enabled.flatMap((id) => {
      const since = this.#journal.lastSuccessAt(id) ?? seen[id] ?? now.toISOString();
      return hoursSince(since, now) < limit || told[id] === since ? [] : [{ id, since }];
    });
    const since = silent
      .map((one) => one.since)
      .sort()
      .at(-1);
    if (since === undefined) return null;
    this.#journal.setServiceNote(TOLD, {
      ...told,
      ...Object.fromEntries(silent.map((one) => [one.id, one.since])),
    });
    return { connections: silent.map((one) => one.id), since, hours: Math.floor(hoursSince(since, now)) };
  }

  /** A connection that is enabled after a pause of months is not late at once. */
  #seen(enabled: readonly string[], now: Date): Readonly<Record<string, string>> {
    const kept = this.#note(SEEN);
    const seen = Object.fromEntries(enabled.map((id) => [id, kept[id] ?? now.toISOString()]));
    if (JSON.stringify(seen) !== JSON.stringify(kept)) this.#journal.setServiceNote(SEEN, seen);
    return seen;
  }

  #note(name: string): Readonly<Record<string, string>> {
    return times.safeParse(this.#journal.serviceNote(name)).data ?? {};
  }
}

function hoursSince(at: string, now: Date): number {
  return (now.getTime() - Date.parse(at)) / 3_600_000;
}
