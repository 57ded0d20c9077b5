import { z } from 'zod';
import { hasPassed } from '../../core/schedule/decide.ts';
import { type TableName, tableKey } from '../../shared/contract.ts';
import type { Difference, Refusal } from '../../shared/service.ts';

/** Something that did not end well, as far as notifying goes. Times are ISO 8601 in UTC. */
export interface Trouble {
  readonly batchId: string;
  /** Tables of the batch in all. */
  readonly total: number;
  /** The failed tables that need a person; empty where the batch stopped before its end for another reason. */
  readonly failed: readonly TableName[];
  /** The failed tables that are tried again without a person. */
  readonly retrying: readonly TableName[];
  /** Whether all of it is gone on with without a person. */
  readonly resumesAlone: boolean;
  /** A person has stopped it, and knows. */
  readonly byPerson: boolean;
  readonly since: string;
}

/** A table that is known to differ; with whether a repair would not last ({@link Difference.collides}). */
export type Differing = Pick<Difference, 'connection' | 'table' | 'since' | 'collides'>;

/** What may be worth a person's attention. */
export type Occurrence =
  /** How things stand: after each batch, and every few minutes. */
  | {
      readonly kind: 'standing';
      readonly troubles: readonly Trouble[];
      /** Tables that are known to differ at head office. */
      readonly differing: readonly Differing[];
    }
  | { readonly kind: 'resumed'; readonly batchId: string; readonly table: string; readonly row: number }
  | {
      readonly kind: 'no_success';
      readonly connections: readonly string[];
      readonly since: string;
      readonly hours: number;
    }
  | { readonly kind: 'differences_mended'; readonly tables: readonly TableName[] }
  | { readonly kind: 'gave_up'; readonly batchId: string; readonly attempts: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'run_refused'; readonly schedule: string; readonly refusal: Refusal }
  | { readonly kind: 'journal_set_aside'; readonly file: string };

/** What is told. The words are the window's app's, in the person's language. */
export type Note =
  | {
      readonly kind: 'failed';
      readonly batchId: string;
      /** All that have failed and need a person, of every batch. */
      readonly failed: readonly TableName[];
      /** Tables of the batch in all; null where the failed ones are of several batches. */
      readonly total: number | null;
    }
  | { readonly kind: 'interrupted'; readonly batchId: string }
  | {
      readonly kind: 'still_failing';
      readonly batchId: string;
      readonly failed: readonly TableName[];
      readonly since: string;
    }
  | { readonly kind: 'recovered'; readonly since: string }
  | {
      readonly kind: 'differs' | 'still_differs';
      readonly tables: readonly TableName[];
      /** Nothing of it can be repaired: branches have the same keys. */
      readonly collides: boolean;
      readonly since: string;
    }
  | { readonly kind: 'equal_again'; readonly since: string }
  | Exclude<Occurrence, { kind: 'standing' }>;

/** What was told before; kept across restarts, so that a restart does not repeat it. Tables are (connection, table). */
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
  /** The differences that were told and are not over. */
  differing: z
    .object({ since: z.string(), lastAt: z.string(), tables: z.array(z.string()) })
    .nullable()
    .default(null),
  refusal: z.string().nullable(),
});
export type NotifyState = z.output<typeof notifyStateSchema>;

export const NOTHING_TOLD: NotifyState = { told: null, differing: null, refusal: null };

/** What is tried again by itself is told only where that does not help for so long. */
const PATIENCE_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** A verify looks once a week: until then nothing about a difference is new. */
const WEEK_MS = 7 * DAY_MS;

type Told = { readonly state: NotifyState; readonly notes: readonly Note[] };

/**
 * Decides what a person is told: once for each batch or verify that needs one, never once for each table; the same
 * trouble again not before a day has passed, as "still failing since"; its end once.
 *
 * @param now wall clock
 */
export function notify(state: NotifyState, occurrence: Occurrence, now: Date): Told {
  switch (occurrence.kind) {
    case 'standing': {
      const afterTroubles = troubles(state, occurrence.troubles, now);
      const afterAll = differences(afterTroubles.state, occurrence.differing, now);
      return { state: afterAll.state, notes: [...afterTroubles.notes, ...afterAll.notes] };
    }
    case 'refused': {
      const refusal = JSON.stringify(occurrence.refusal);
      if (refusal === state.refusal) return { state, notes: [] };
      return { state: { ...state, refusal }, notes: [occurrence] };
    }
    default:
      return { state, notes: [occurrence] };
  }
}

function troubles(before: NotifyState, all: readonly Trouble[], now: Date): Told {
  // The settings can be read again, or there would be no standing.
  const state = { ...before, refusal: null };
  const { told } = state;
  const left = all.filter((one) => !one.byPerson);
  if (left.length === 0)
    return told === null
      ? { state, notes: [] }
      : { state: { ...state, told: null }, notes: [{ kind: 'recovered', since: told.since }] };
  const pressing = left.flatMap((one) => pressingPart(one, now) ?? []);
  const [latest] = pressing;
  if (latest === undefined) return { state, notes: [] };
  const failed = distinct(pressing.flatMap((one) => one.failed));
  const batchIds = pressing.map((one) => one.batchId);
  const note = noteOf(pressing, failed, told, now);
  const lastAt = note === null ? (told?.lastAt ?? now.toISOString()) : now.toISOString();
  const since = told?.since ?? latest.since;
  return {
    state: { ...state, told: { since, lastAt, failed: failed.map(keyOf), batchIds } },
    notes: note === null ? [] : [note],
  };
}

/** What of a trouble is told by now: what needs a person at once, what is tried again when that has not helped. */
function pressingPart(trouble: Trouble, now: Date): Trouble | null {
  const { resumesAlone, since, failed, retrying } = trouble;
  if (hasPassed(since, PATIENCE_MS, now)) return { ...trouble, failed: [...failed, ...retrying] };
  return resumesAlone ? null : trouble;
}

function noteOf(
  pressing: readonly Trouble[],
  failed: readonly TableName[],
  told: NotifyState['told'],
  now: Date,
): Note | null {
  const isNew = (one: TableName): boolean => told?.failed.includes(keyOf(one)) !== true;
  const withNew = pressing.find((one) => one.failed.some(isNew));
  if (withNew !== undefined) {
    const { batchId, total } = withNew;
    const isAll = failed.length === withNew.failed.length;
    return { kind: 'failed', batchId, failed, total: isAll ? total : null };
  }
  const stopped = pressing.find(
    (one) => one.failed.length === 0 && told?.batchIds.includes(one.batchId) !== true,
  );
  if (stopped !== undefined) return { kind: 'interrupted', batchId: stopped.batchId };
  const [latest] = pressing;
  if (latest === undefined || told === null || !hasPassed(told.lastAt, DAY_MS, now)) return null;
  return { kind: 'still_failing', batchId: latest.batchId, failed, since: told.since };
}

function differences(state: NotifyState, found: readonly Differing[], now: Date): Told {
  const told = state.differing;
  if (found.length === 0)
    return told === null
      ? { state, notes: [] }
      : { state: { ...state, differing: null }, notes: [{ kind: 'equal_again', since: told.since }] };
  const tables = found.map(({ connection, table }) => ({ connection, table }));
  const since = found.map((one) => one.since).sort()[0] ?? now.toISOString();
  const isNew = tables.some((one) => told?.tables.includes(keyOf(one)) !== true);
  const isDue = told !== null && hasPassed(told.lastAt, WEEK_MS, now);
  const lastAt = isNew || isDue || told === null ? now.toISOString() : told.lastAt;
  const differing = { since, lastAt, tables: tables.map(keyOf) };
  const collides = found.every((one) => one.collides);
  const kind = isNew ? 'differs' : 'still_differs';
  return { state: { ...state, differing }, notes: isNew || isDue ? [{ kind, tables, collides, since }] : [] };
}

function keyOf({ connection, table }: TableName): string {
  return tableKey(connection, table);
}

function distinct(tables: readonly TableName[]): readonly TableName[] {
  return [...new Map(tables.map((one) => [keyOf(one), one])).values()];
}
