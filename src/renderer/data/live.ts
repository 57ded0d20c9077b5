import type { QueryClient } from '@tanstack/react-query';
import { type BatchSummary, type TableRow, type TestProgress, tableKey } from '../../shared/contract.ts';
import { assertNever, type OpenTableStatus, TableStatus } from '../../shared/status.ts';
import type { LinkLoss } from '../../window-api/bridge.ts';
import type { BatchView, LiveView, Refusal, RunView, TableState } from '../../window-api/views.ts';
import { EVENTS, type WindowEvent } from '../../window-api/windowApi.ts';
import { invalidate, keyOf, patch } from './calls.ts';
import { takeFleet } from './fleet.ts';

/** The latest live data from the program. */
export class LiveStore {
  readonly #listeners = new Set<() => void>();
  #live: LiveView | null = null;
  // Null until the link first reports: the page is still opening.
  #loss: LinkLoss | null = null;
  /** Progress of this window's tests, by the names that it gave them. Those of other windows come to nothing. */
  readonly #tests = new Map<string, TestProgress | null>();
  #version = 0;
  #refusals: ((refusal: Refusal) => void) | null = null;

  readonly live = (): LiveView | null => this.#live;
  /** Why the program cannot be reached; null if it can. */
  readonly loss = (): LinkLoss | null => this.#loss;

  setLive(live: LiveView): void {
    this.#live = live;
    this.#tell();
  }

  setLoss(loss: LinkLoss | null): void {
    if (loss === this.#loss) return;
    this.#loss = loss;
    this.#tell();
  }

  /** Keeps the progress of a test from now on. @returns forgets it */
  followTest(name: string): () => void {
    this.#tests.set(name, null);
    return () => {
      this.#tests.delete(name);
      this.#tell();
    };
  }

  /** Changes with every event about tests, for those who follow many. */
  readonly testsVersion = (): number => this.#version;

  /** Null before its first step. */
  testOf(name: string): TestProgress | null {
    return this.#tests.get(name) ?? null;
  }

  setTests(progress: Readonly<Record<string, TestProgress>>): void {
    for (const [name, one] of Object.entries(progress)) if (this.#tests.has(name)) this.#tests.set(name, one);
    this.#version += 1;
    this.#tell();
  }

  /** Sets the listener for commands that failed after they were accepted. */
  onRefused(show: (refusal: Refusal) => void): void {
    this.#refusals = show;
  }

  refused(refusal: Refusal): void {
    this.#refusals?.(refusal);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * Updates the window's data from an event.
 *
 * @param show opens a page
 */
export function takeEvent(
  event: WindowEvent,
  queries: QueryClient,
  live: LiveStore,
  show: (page: string) => void,
): void {
  void invalidate(queries, EVENTS[event.type].invalidates);
  switch (event.type) {
    case 'live':
      live.setLive(event.live);
      return;
    case 'tables':
      patch<BatchView>(queries, keyOf('batch', event.batchId), (view) => ({
        ...view,
        tables: withRows(view.tables, event.rows),
      }));
      patch<readonly TableState[]>(queries, keyOf('tables'), (states) => withRuns(states, event.rows));
      return;
    case 'history':
    case 'settings':
      return;
    case 'tests':
      live.setTests(event.progress);
      return;
    case 'fleet':
      takeFleet(event, queries);
      return;
    case 'refused':
      live.refused(event.refusal);
      return;
    case 'show':
      show(event.page);
      return;
    default:
      assertNever(event);
  }
}

function withRows(tables: readonly TableRow[], rows: readonly TableRow[]): readonly TableRow[] {
  const newer = new Map(rows.map((row) => [tableKey(row.connection, row.table_name), row]));
  return tables.map((row) => newer.get(tableKey(row.connection, row.table_name)) ?? row);
}

/** Tables with their live results, so the page updates before the batch ends. */
export function withRuns(states: readonly TableState[], rows: readonly TableRow[]): readonly TableState[] {
  const newer = new Map(rows.map((row) => [tableKey(row.connection, row.table_name), row]));
  return states.map((state) => {
    const row = newer.get(tableKey(state.connection, state.table));
    return row === undefined ? state : withRun(state, row);
  });
}

function withRun(state: TableState, row: TableRow): TableState {
  const { status, ended_at: endedAt } = row;
  if (isOpen(status)) return { ...state, now: status };
  const ended = { ...state, last: row, now: null };
  if (status !== TableStatus.Completed || endedAt === null) return ended;
  return { ...ended, success: { batchId: row.batch_id, endedAt, snapshotAt: row.source_snapshot_at } };
}

function isOpen(status: TableStatus): status is OpenTableStatus {
  return status === TableStatus.Pending || status === TableStatus.InProgress;
}

/** Adds live progress to a batch, if it is the one that runs. */
export function withLive(batch: BatchSummary, run: RunView | null): BatchSummary {
  if (run === null || run.batchId !== batch.batch_id) return batch;
  return {
    ...batch,
    total_tables: run.totalTables,
    completed_tables: run.doneTables,
    failed_tables: run.failedTables,
    records_processed: run.written,
    records_skipped: run.checked - run.written,
    bytes: run.bytes,
  };
}
