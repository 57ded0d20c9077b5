import { z } from 'zod';
import { hasPassed } from '../../core/schedule/decide.ts';
import { type TableName, tableKey } from '../../shared/contract.ts';
import type { HookFailure, HookStanding } from '../../shared/hooks.ts';
import type { Difference, Refusal } from '../../shared/service.ts';

/** A batch that did not end well, as the notification policy sees it. Times are ISO 8601 in UTC. */
export interface Trouble {
  readonly batchId: string;
  /** Number of all tables in the batch. */
  readonly total: number;
  /** Failed tables that need a person; empty if the batch stopped early for another reason. */
  readonly failed: readonly TableName[];
  /** Those of them that wait for a person's answer. */
  readonly asking: readonly TableName[];
  /** Failed tables that are retried automatically. */
  readonly retrying: readonly TableName[];
  /** Whether the service resumes all of it by itself. */
  readonly resumesAlone: boolean;
  /** A person stopped it and therefore knows. */
  readonly byPerson: boolean;
  readonly since: string;
}

/** A table known to differ, and whether a repair would not last ({@link Difference.collides}). */
export type Differing = Pick<Difference, 'connection' | 'table' | 'since' | 'collides'>;

/** What may need a notification. */
export type Occurrence =
  /** The current state: after each batch, and every few minutes. */
  | {
      readonly kind: 'standing';
      readonly troubles: readonly Trouble[];
      /** Tables known to differ at head office. */
      readonly differing: readonly Differing[];
      readonly hooks: readonly HookStanding[];
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

/** A notification to send. noteTexts.ts puts it into words. */
export type Note =
  | {
      readonly kind: 'failed';
      readonly batchId: string;
      /** All failed tables that need a person, across all batches. */
      readonly failed: readonly TableName[];
      /** Number of all tables in the batch; null if the failed ones are from several batches. */
      readonly total: number | null;
    }
  | { readonly kind: 'interrupted'; readonly batchId: string }
  | {
      readonly kind: 'still_failing';
      readonly batchId: string;
      readonly failed: readonly TableName[];
      readonly since: string;
    }
  | {
      /** Tables that wait for a person's answer, such as whether rows may be deleted. */
      readonly kind: 'asking' | 'still_asking';
      readonly batchId: string;
      readonly failed: readonly TableName[];
      readonly since: string;
    }
  | { readonly kind: 'recovered'; readonly since: string }
  | {
      readonly kind: 'differs' | 'still_differs';
      readonly tables: readonly TableName[];
      /** True if no repair lasts, because branches have the same keys. */
      readonly collides: boolean;
      readonly since: string;
    }
  | { readonly kind: 'equal_again'; readonly since: string }
  | ({ readonly kind: 'hook_failed' | 'hook_still_failing'; readonly hook: string } & HookFailure)
  | { readonly kind: 'hook_recovered'; readonly hook: string; readonly since: string }
  | Exclude<Occurrence, { kind: 'standing' }>;

/**
 * What was already notified. It is kept across restarts, so that a restart repeats nothing. Tables are stored
 * as (connection, table).
 */
export const notifyStateSchema = z.object({
  /** The failure that was notified and still lasts. */
  told: z
    .object({
      since: z.string(),
      lastAt: z.string(),
      failed: z.array(z.string()),
      batchIds: z.array(z.string()),
    })
    .nullable(),
  /** The differences that were notified and still last. */
  differing: z
    .object({ since: z.string(), lastAt: z.string(), tables: z.array(z.string()) })
    .nullable()
    .default(null),
  /** The hooks whose failure was notified and still lasts, by name. */
  hooks: z.record(z.string(), z.object({ since: z.string(), lastAt: z.string() })).default({}),
  refusal: z.string().nullable(),
});
export type NotifyState = z.output<typeof notifyStateSchema>;

export const NOTHING_TOLD: NotifyState = { told: null, differing: null, hooks: {}, refusal: null };

/** A failure that is retried automatically is notified only if it lasts this long. */
const PATIENCE_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** A verify runs once a week, so there is nothing new about a difference before that. */
const WEEK_MS = 7 * DAY_MS;

type Told = { readonly state: NotifyState; readonly notes: readonly Note[] };

/**
 * Decides what to notify: once per batch or verify, never once per table; a lasting failure again after a
 * day, as "still failing since"; its end once.
 *
 * @param now wall clock
 */
export function notify(state: NotifyState, occurrence: Occurrence, now: Date): Told {
  switch (occurrence.kind) {
    case 'standing': {
      const afterTroubles = troubles(state, occurrence.troubles, now);
      const afterDifferences = differences(afterTroubles.state, occurrence.differing, now);
      const afterAll = hooks(afterDifferences.state, occurrence.hooks, now);
      const notes = [...afterTroubles.notes, ...afterDifferences.notes, ...afterAll.notes];
      return { state: afterAll.state, notes };
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
  // The settings are valid again: otherwise there would be no standing.
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
  const since = told?.since ?? latest.since;
  const notes = [
    noteOf(pressing.flatMap(withoutQuestions), told, now),
    questionOf(pressing, told, since, now),
  ];
  const said = notes.filter((one) => one !== null);
  const lastAt = said.length === 0 ? (told?.lastAt ?? now.toISOString()) : now.toISOString();
  return {
    state: { ...state, told: { since, lastAt, failed: failed.map(keyOf), batchIds } },
    notes: said,
  };
}

/**
 * The part of a failure to notify now: tables that need a person at once, and retried ones if the retries
 * have not helped for long enough.
 */
function pressingPart(trouble: Trouble, now: Date): Trouble | null {
  const { resumesAlone, since, failed, retrying } = trouble;
  if (hasPassed(since, PATIENCE_MS, now)) return { ...trouble, failed: [...failed, ...retrying] };
  return resumesAlone ? null : trouble;
}

/** The failures of a batch without what only waits for an answer. */
function withoutQuestions(trouble: Trouble): readonly Trouble[] {
  if (trouble.asking.length === 0) return [trouble];
  const asking = new Set(trouble.asking.map(keyOf));
  const failed = trouble.failed.filter((one) => !asking.has(keyOf(one)));
  return failed.length === 0 ? [] : [{ ...trouble, failed }];
}

function questionOf(
  pressing: readonly Trouble[],
  told: NotifyState['told'],
  since: string,
  now: Date,
): Note | null {
  const batches = pressing.filter((one) => one.asking.length > 0);
  const withNew = batches.find((one) => one.asking.some(isNewTo(told)));
  const isDue = told !== null && hasPassed(told.lastAt, DAY_MS, now);
  const batch = withNew ?? (isDue ? batches[0] : undefined);
  if (batch === undefined) return null;
  const kind = withNew === undefined ? 'still_asking' : 'asking';
  return { kind, batchId: batch.batchId, failed: distinct(batches.flatMap((one) => one.asking)), since };
}

function isNewTo(told: NotifyState['told']): (table: TableName) => boolean {
  return (table) => told?.failed.includes(keyOf(table)) !== true;
}

function noteOf(pressing: readonly Trouble[], told: NotifyState['told'], now: Date): Note | null {
  const failed = distinct(pressing.flatMap((one) => one.failed));
  const isNew = isNewTo(told);
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

/** One that is no longer in the settings is forgotten: it neither fails nor works again. */
function hooks(state: NotifyState, all: readonly HookStanding[], now: Date): Told {
  const notes: Note[] = [];
  const still: Record<string, NotifyState['hooks'][string]> = {};
  for (const { hook, failing } of all) {
    const told = state.hooks[hook];
    if (failing === null) {
      if (told !== undefined) notes.push({ kind: 'hook_recovered', hook, since: told.since });
      continue;
    }
    const isDue = told === undefined || hasPassed(told.lastAt, DAY_MS, now);
    still[hook] = { since: failing.since, lastAt: isDue ? now.toISOString() : told.lastAt };
    if (!isDue) continue;
    // No text of a server or of the system leaves this computer.
    const reason = { ...failing.reason, message: null };
    const kind = told === undefined ? 'hook_failed' : 'hook_still_failing';
    notes.push({ kind, hook, ...failing, reason });
  }
  return { state: { ...state, hooks: still }, notes };
}

function keyOf({ connection, table }: TableName): string {
  return tableKey(connection, table);
}

function distinct(tables: readonly TableName[]): readonly TableName[] {
  return [...new Map(tables.map((one) => [keyOf(one), one])).values()];
}
