import { z } from 'zod';
import type { Refusal } from '../../shared/service.ts';

/** Something that did not end well, as far as notifying goes. Times are ISO 8601 in UTC. */
export interface Trouble {
  readonly batchId: string;
  /** Tables of the batch in all. */
  readonly total: number;
  /** Names of the failed tables, each once; empty where the batch stopped before its end for another reason. */
  readonly failed: readonly string[];
  /** Whether it is going to be tried again without a person. */
  readonly resumesAlone: boolean;
  /** A person has stopped it, and knows. */
  readonly byPerson: boolean;
  readonly since: string;
}

/** What may be worth a person's attention. */
export type Occurrence =
  /** How things stand: after each batch, and every few minutes. */
  | { readonly kind: 'standing'; readonly troubles: readonly Trouble[] }
  | { readonly kind: 'resumed'; readonly batchId: string; readonly table: string; readonly row: number }
  | { readonly kind: 'no_success'; readonly since: string; readonly hours: number }
  | { readonly kind: 'gave_up'; readonly batchId: string; readonly attempts: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'run_refused'; readonly schedule: string; readonly refusal: Refusal }
  | { readonly kind: 'journal_set_aside'; readonly file: string };

/** What is told. The words are the face's, in the person's language. */
export type Note =
  | {
      readonly kind: 'failed';
      readonly batchId: string;
      readonly failed: readonly string[];
      readonly total: number;
    }
  | { readonly kind: 'interrupted'; readonly batchId: string }
  | {
      readonly kind: 'still_failing';
      readonly batchId: string;
      readonly failed: readonly string[];
      readonly since: string;
    }
  | { readonly kind: 'recovered'; readonly since: string }
  | Exclude<Occurrence, { kind: 'standing' }>;

/** What was told before; kept across restarts, so that a restart does not repeat it. */
export const notifyStateSchema = z.object({
  /** The trouble that was told and is not over. */
  told: z
    .object({
      since: z.string(),
      lastAt: z.string(),
      failed: z.array(z.string()),
      batchIds: z.array(z.string()),
    })
    .nullable(),
  refusal: z.string().nullable(),
});
export type NotifyState = z.output<typeof notifyStateSchema>;

export const NOTHING_TOLD: NotifyState = { told: null, refusal: null };

/** What is tried again by itself is told only where that does not help for so long. */
const PATIENCE_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Decides what a person is told: once for each batch that needs one, never once for each table; the same trouble
 * again not before a day has passed, as "still failing since"; its end once.
 *
 * @param now wall clock
 */
export function notify(
  state: NotifyState,
  occurrence: Occurrence,
  now: Date,
): { readonly state: NotifyState; readonly notes: readonly Note[] } {
  switch (occurrence.kind) {
    case 'standing':
      return standing(state, occurrence.troubles, now);
    case 'refused': {
      const refusal = JSON.stringify(occurrence.refusal);
      if (refusal === state.refusal) return { state, notes: [] };
      return { state: { ...state, refusal }, notes: [occurrence] };
    }
    default:
      return { state, notes: [occurrence] };
  }
}

function standing(
  state: NotifyState,
  troubles: readonly Trouble[],
  now: Date,
): { readonly state: NotifyState; readonly notes: readonly Note[] } {
  const { told } = state;
  const left = troubles.filter((one) => !one.byPerson);
  // The settings can be read again, or there would be no standing.
  if (left.length === 0 && told !== null)
    return { state: NOTHING_TOLD, notes: [{ kind: 'recovered', since: told.since }] };
  const pressing = left.filter((one) => isPressing(one, now));
  const [latest] = pressing;
  if (latest === undefined) return { state: { ...state, refusal: null }, notes: [] };
  const failed = [...new Set(pressing.flatMap((one) => one.failed))];
  const batchIds = pressing.map((one) => one.batchId);
  const note = noteOf(latest, failed, told, now);
  const lastAt = note === null ? (told?.lastAt ?? now.toISOString()) : now.toISOString();
  const since = told?.since ?? latest.since;
  return {
    state: { told: { since, lastAt, failed, batchIds }, refusal: null },
    notes: note === null ? [] : [note],
  };
}

function isPressing({ resumesAlone, since }: Trouble, now: Date): boolean {
  return !resumesAlone || now.getTime() - Date.parse(since) > PATIENCE_MS;
}

function noteOf(
  latest: Trouble,
  failed: readonly string[],
  told: NotifyState['told'],
  now: Date,
): Note | null {
  const { batchId, total } = latest;
  const isNew = failed.some((name) => told?.failed.includes(name) !== true);
  if (isNew) return { kind: 'failed', batchId, failed, total };
  if (failed.length === 0 && told?.batchIds.includes(batchId) !== true)
    return { kind: 'interrupted', batchId };
  if (told === null || now.getTime() - Date.parse(told.lastAt) < DAY_MS) return null;
  return { kind: 'still_failing', batchId, failed, since: told.since };
}
