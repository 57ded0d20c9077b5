import { z } from 'zod';
import type { BatchRow } from '../../shared/contract.ts';
import { FailureCode } from '../../shared/errors.ts';
import { type HookSettings, hookName } from '../../shared/hookSettings.ts';
import { HookOutcome, type HookStanding } from '../../shared/hooks.ts';
import type { Settings } from '../../shared/settings.ts';
import { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { ReadableJournal, WritableJournal } from '../journal/journal.ts';

/** The part of a batch that a hook is about: the tables of its connections. */
const covered = z.object({
  succeeded: z.boolean(),
  connections: z.array(z.string()),
  tables: z.number(),
  failedTables: z.number(),
  rowsWritten: z.number(),
  rowsDeleted: z.number(),
});
export type Covered = z.output<typeof covered>;

const dueHook = z.object({
  batchId: z.string(),
  hook: z.string(),
  /** Written before it is begun: whatever happens then, it is not begun again. */
  begun: z.boolean(),
  covered,
});
/** A hook that is to run, or runs, for a batch that has ended. */
export type DueHook = z.output<typeof dueHook>;

const reason = z.object({
  what: z.enum(['sql', 'command']),
  outcome: z.enum(Object.values(HookOutcome)),
  seconds: z.number(),
  exitCode: z.number().nullable(),
  message: z.string().nullable(),
  failure: z
    .object({
      code: z.enum(Object.values(FailureCode)),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
    })
    .nullable(),
});

const memory = z.object({
  /** Rows have been written since it last succeeded. */
  owed: z.boolean(),
  /** The last batch with rows for it, and their number: a resumed batch counts its earlier rows again. */
  seen: z.object({ batchId: z.string(), rows: z.number() }).nullable(),
  failing: z
    .object({
      batchId: z.string(),
      batchSucceeded: z.boolean(),
      since: z.string(),
      reason,
      /** It runs after failed batches alone, and one has succeeded since: there is nothing left that it could do. */
      moot: z.boolean().default(false),
    })
    .nullable(),
});
export type HookMemory = z.output<typeof memory>;

/** Names of the notes in the journal. */
const DUE = 'hooks_due';
const MEMORY = 'hooks';

/** The hooks that are left to run, in order. */
export function dueHooks(journal: Pick<ReadableJournal, 'serviceNote'>): readonly DueHook[] {
  return z.array(dueHook).safeParse(journal.serviceNote(DUE)).data ?? [];
}

export function setDueHooks(journal: WritableJournal, due: readonly DueHook[]): void {
  journal.setServiceNote(DUE, due.length === 0 ? null : due);
}

/** What is remembered of a hook. */
export function hookMemory(journal: Pick<ReadableJournal, 'serviceNote'>, hook: string): HookMemory {
  return memoriesOf(journal).get(hook) ?? { owed: false, seen: null, failing: null };
}

/** @param known the names of all hooks in the settings; others are forgotten */
export function setHookMemory(
  journal: WritableJournal,
  hook: string,
  memory: HookMemory,
  known: readonly string[],
): void {
  const all = [...memoriesOf(journal).set(hook, memory)];
  journal.setServiceNote(MEMORY, Object.fromEntries(all.filter(([name]) => known.includes(name))));
}

/** By the name of the hook. One that cannot be read is left out, and the others are not lost with it. */
function memoriesOf(journal: Pick<ReadableJournal, 'serviceNote'>): Map<string, HookMemory> {
  const noted = journal.serviceNote(MEMORY);
  const all = typeof noted === 'object' && noted !== null ? Object.entries(noted) : [];
  return new Map(
    all.flatMap(([name, one]): [string, HookMemory][] => {
      const { data } = memory.safeParse(one);
      return data === undefined ? [] : [[name, data]];
    }),
  );
}

/** How the hooks of the settings stand. One whose failure is moot is left out: it neither fails nor works again. */
export function hookStandings(
  journal: Pick<ReadableJournal, 'serviceNote'>,
  { hooks }: Pick<Settings, 'hooks'>,
): readonly HookStanding[] {
  const all = memoriesOf(journal);
  return hooks.afterBatch.map(hookName).flatMap((hook): HookStanding[] => {
    const found = all.get(hook)?.failing ?? null;
    if (found === null) return [{ hook, failing: null }];
    const { moot, ...failing } = found;
    return moot ? [] : [{ hook, failing }];
  });
}

/**
 * Notes which hooks are due, in the transaction that ends the batch: after a power cut between the two, they are still
 * known.
 */
export function noteDueHooks(
  journal: WritableJournal,
  hooks: readonly HookSettings[],
  batch: BatchRow,
): void {
  const names = hooks.map(hookName);
  const due = hooks.flatMap((hook): DueHook[] => {
    const part = coveredBy(hook, journal, batch);
    const name = hookName(hook);
    const before = hookMemory(journal, name);
    if (part === null) return [];
    const memory = after(before, hook, part, batch.batch_id);
    if (memory !== before) setHookMemory(journal, name, memory, names);
    if (!isDue(hook.when, part.succeeded, memory.owed)) return [];
    return [{ batchId: batch.batch_id, hook: name, begun: false, covered: part }];
  });
  if (due.length > 0) setDueHooks(journal, [...dueHooks(journal), ...due]);
}

/** What is remembered once a batch has ended, whether or not the hook runs. */
function after(before: HookMemory, { when }: HookSettings, part: Covered, batchId: string): HookMemory {
  const rows = part.rowsWritten + part.rowsDeleted;
  const isNews = rows > 0 && !(before.seen?.batchId === batchId && before.seen.rows === rows);
  const isMoot = when === 'failure' && part.succeeded && before.failing?.moot === false;
  if (!isNews && !isMoot) return before;
  const { owed, seen, failing } = before;
  return {
    owed: owed || isNews,
    seen: isNews ? { batchId, rows } : seen,
    failing: failing !== null && isMoot ? { ...failing, moot: true } : failing,
  };
}

function isDue(when: HookSettings['when'], succeeded: boolean, isOwed: boolean): boolean {
  switch (when) {
    case 'success':
      return succeeded;
    case 'failure':
      return !succeeded;
    case 'always':
      return true;
    case 'changed':
      return isOwed;
  }
}

/** Null if the batch has no table of the hook's connections, or has not come to its end. */
function coveredBy(
  { connections }: HookSettings,
  journal: WritableJournal,
  { batch_id, status }: BatchRow,
): Covered | null {
  if (status !== BatchStatus.Completed && status !== BatchStatus.Failed) return null;
  const rows = journal
    .tables(batch_id)
    .filter((row) => connections.includes('*') || connections.includes(row.connection));
  if (rows.length === 0) return null;
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((all, row) => all + of(row), 0);
  const failedTables = sum((row) => Number(row.status === TableStatus.Failed));
  return {
    succeeded: failedTables === 0,
    connections: [...new Set(rows.map((row) => row.connection))],
    tables: rows.length,
    failedTables,
    rowsWritten: sum((row) => row.records_processed),
    rowsDeleted: sum((row) => row.records_deleted),
  };
}
