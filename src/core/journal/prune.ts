import { existsSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Settings } from '../../shared/settings.ts';
import type { Clock, Ports } from '../ports.ts';
import { appendEvent, dropUnusedLists } from './batchTotals.ts';
import type { WritableJournal } from './journal.ts';
import type { WritableStore } from './store.ts';

/** Limits of what is kept. A batch that exceeds either limit is removed. */
export interface PruneRequest {
  /** Batches that ended longer ago are removed. */
  readonly days: number;
  /** Number of the newest batches that are kept. */
  readonly batches: number;
  /** The present time, from which days are counted. */
  readonly now: Date;
  /** Counts what would be removed, without removing it. */
  readonly dryRun: boolean;
  /** After so many seconds no further step begins; the next pruning continues. Without it everything is removed. */
  readonly seconds?: number;
}

/** What was removed, or would be removed with `dryRun`. */
export interface PruneReport {
  readonly dryRun: boolean;
  /** Batches that were removed completely. */
  readonly batches: number;
  readonly tableRuns: number;
  readonly logLines: number;
  /** Size of `journal.db` with its `-wal`. */
  readonly bytesBefore: number;
  /** With `dryRun` an estimate that takes all rows as equally large. */
  readonly bytesAfter: number;
}

/** Number of removed rows of each kind. */
interface Removed {
  readonly batches: number;
  readonly tableRuns: number;
  readonly logLines: number;
}

const NOTHING: Removed = { batches: 0, tableRuns: 0, logLines: 0 };

/** 600 table runs and their lines: about 20 ms under the write lock. Others wait up to 5 s for it. */
const BATCHES_A_STEP = 5;
/** About as many rows as a step with batches removes. */
const LINES_A_STEP = 2500;

/**
 * Removes old batches with their table runs and their lines in the event log, and old lines of no batch.
 *
 * What stays, however old it is:
 * - the last success of each (connection, table): its row, its lines, and its batch without its other tables;
 * - a batch that runs, and one that was interrupted and can go on (all but `superseded`).
 *
 * A failed batch is removed like a completed one: by then later batches have run its tables again.
 *
 * It needs no lease and does not disturb a run in another process: each step is one short transaction that checks again
 * what may be removed, and a running batch may not. If this process is killed between two steps, whole batches are
 * removed and the rest is unchanged.
 *
 * @throws SyncFailure `journal_failed`
 */
export async function prune(
  store: WritableStore,
  clock: Clock,
  file: string,
  request: PruneRequest,
): Promise<PruneReport> {
  const bytesBefore = bytesOf(file);
  const cutoff = new Date(request.now.getTime() - request.days * 86_400_000).toISOString();
  const look = request.dryRun;
  const began = clock.monotonic();
  const hasTime = (): boolean => clock.monotonic() - began < (request.seconds ?? Infinity) * 1000;
  let all = NOTHING;
  const old = oldBatches(store, cutoff, request.batches);
  // At least one step, so that something is removed even on a machine on which the query takes all the time.
  for (let at = 0; at < old.length && (at === 0 || hasTime()); at += BATCHES_A_STEP) {
    const step = old.slice(at, at + BATCHES_A_STEP);
    const work = (): Removed => removeBatches(store, step, look);
    all = sum(all, look ? work() : store.write(work));
    await setImmediate();
  }
  all = sum(all, { ...NOTHING, logLines: await removeLines(store, cutoff, look, hasTime) });
  if (look) return { dryRun: true, ...all, bytesBefore, bytesAfter: estimate(store, bytesBefore, all) };
  if (all.tableRuns + all.logLines > 0) {
    const { batches, tableRuns: table_runs, logLines: log_lines } = all;
    store.write(() => appendEvent(store, clock, 'pruned', { detail: { batches, table_runs, log_lines } }));
  }
  await giveBackSpace(store, hasTime);
  return { dryRun: false, ...all, bytesBefore, bytesAfter: bytesOf(file) };
}

const MAY_GO = `(status IN ('completed', 'failed') OR interruption_reason = 'superseded')`;

/** Oldest first. Batches of which only last successes are left are found each time: at most one per table. */
function oldBatches(store: WritableStore, cutoff: string, keep: number): readonly string[] {
  return store
    .all<{ readonly batch_id: string }>(
      `SELECT batch_id FROM sync_batches WHERE ${MAY_GO} AND (ended_at < @cutoff OR rowid <= coalesce(
         (SELECT rowid FROM sync_batches ORDER BY rowid DESC LIMIT 1 OFFSET @keep), -1)) ORDER BY rowid`,
      { cutoff, keep },
    )
    .map((row) => row.batch_id);
}

/**
 * Condition on a row `p` of `sync_progress`: no later success of its table is known. Later both by the order in
 * which batches began and by the clock: an old batch may have been resumed after a newer one, and a clock may
 * have been wrong.
 */
const LAST_SUCCESS = `p.status = 'completed' AND NOT EXISTS (
  SELECT 1 FROM sync_progress q WHERE q.connection = p.connection AND q.table_name = p.table_name
    AND q.rowid > p.rowid AND q.status = 'completed' AND q.ended_at >= p.ended_at)`;

function removeBatches(store: WritableStore, ids: readonly string[], look: boolean): Removed {
  const removed = ids.map((id) => removeBatch(store, id, look)).reduce(sum, NOTHING);
  if (!look) dropUnusedLists(store);
  return removed;
}

function removeBatch(store: WritableStore, batchId: string, look: boolean): Removed {
  const id = { batch_id: batchId };
  const mayGo = store.get(`SELECT 1 FROM sync_batches WHERE batch_id = @batch_id AND ${MAY_GO}`, id);
  // Another process has resumed it since the list was read.
  if (mayGo === undefined) return NOTHING;
  const stays = store.get(
    `SELECT 1 FROM sync_progress p WHERE p.batch_id = @batch_id AND ${LAST_SUCCESS} LIMIT 1`,
    id,
  );
  const lines = stays === undefined ? 'batch_id = @batch_id' : LINES_THAT_GO;
  const runs =
    stays === undefined ? 'p.batch_id = @batch_id' : `p.batch_id = @batch_id AND NOT (${LAST_SUCCESS})`;
  // Lines first, because the table runs decide which lines are removed.
  const logLines = remove(store, `event_log WHERE ${lines}`, id, look);
  const tableRuns = remove(store, `sync_progress AS p WHERE ${runs}`, id, look);
  if (stays !== undefined) return { batches: 0, tableRuns, logLines };
  return { batches: remove(store, 'sync_batches WHERE batch_id = @batch_id', id, look), tableRuns, logLines };
}

/** If a batch is kept for a last success: the lines of its other tables. */
const LINES_THAT_GO = `batch_id = @batch_id AND table_name IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM sync_progress p WHERE p.batch_id = @batch_id AND p.connection = event_log.connection
    AND p.table_name = event_log.table_name AND ${LAST_SUCCESS})`;

/** Lines of no batch: tables run alone, verifications, prunings. */
async function removeLines(
  store: WritableStore,
  cutoff: string,
  look: boolean,
  hasTime: () => boolean,
): Promise<number> {
  const old = 'SELECT id FROM event_log WHERE batch_id IS NULL AND at < @cutoff';
  if (look) return remove(store, `(${old})`, { cutoff }, true);
  let all = 0;
  for (;;) {
    const step = { cutoff, limit: LINES_A_STEP };
    const gone = remove(store, `event_log WHERE id IN (${old} LIMIT @limit)`, step, false);
    all += gone;
    if (gone < LINES_A_STEP || !hasTime()) return all;
    await setImmediate();
  }
}

function remove(
  store: WritableStore,
  what: string,
  params: Readonly<Record<string, string | number>>,
  look: boolean,
): number {
  if (!look) return store.run(`DELETE FROM ${what}`, params);
  return store.get<{ readonly rows: number }>(`SELECT count(*) AS rows FROM ${what}`, params)?.rows ?? 0;
}

function estimate(store: WritableStore, bytes: number, { tableRuns, logLines }: Removed): number {
  const rows = remove(store, 'sync_progress', {}, true) + remove(store, 'event_log', {}, true);
  return rows === 0 ? bytes : Math.round(bytes * (1 - (tableRuns + logLines) / rows));
}

function sum(a: Removed, b: Removed): Removed {
  return {
    batches: a.batches + b.batches,
    tableRuns: a.tableRuns + b.tableRuns,
    logLines: a.logLines + b.logLines,
  };
}

function bytesOf(file: string): number {
  return [file, `${file}-wal`].reduce((all, one) => all + (existsSync(one) ? statSync(one).size : 0), 0);
}

/** A run must not seem to hang at its end when years are pruned at once. The next run continues. */
const PRUNING_SECONDS = 3;

/**
 * Prunes old batches after a run, and makes the check that the opening put off. The run has ended and is recorded, so an
 * error here must not fail it.
 */
export async function tidyJournal(
  journal: WritableJournal,
  retention: Settings['retention'],
  { clock, logger }: Ports,
): Promise<void> {
  try {
    await journal.prune({ ...retention, now: clock.now(), dryRun: false, seconds: PRUNING_SECONDS });
    await journal.checkIfDue();
  } catch (error) {
    logger.log('warn', 'The journal could not be tidied', { error: String(error) });
  }
}

/** 1 MB: some milliseconds under the write lock. */
const PAGES_A_STEP = 256;
/** Free pages that are kept for the next batch, so that it does not have to extend the file. */
const SPARE_PAGES = 256;

/**
 * Returns the space of removed rows to the system, in small steps, so that neither readers nor writers have to wait. If
 * this process is killed, the remaining pages stay free for later writes.
 *
 * @param hasTime if it returns false, the rest is left for the next time
 * @throws SyncFailure `journal_failed`
 */
async function giveBackSpace(store: WritableStore, hasTime: () => boolean): Promise<void> {
  let free = store.pragma('freelist_count');
  if (free <= SPARE_PAGES) return;
  while (free > SPARE_PAGES && hasTime()) {
    store.pragma(`incremental_vacuum(${Math.min(PAGES_A_STEP, free - SPARE_PAGES)})`);
    const left = store.pragma('freelist_count');
    // No page was freed, or another process frees pages as fast as we do.
    if (left >= free) break;
    free = left;
    await setImmediate();
  }
  // The file shrinks only when the WAL is written back. Without a time-out it does not wait for readers, during which
  // TRUNCATE would block all writers.
  const patience = store.pragma('busy_timeout');
  store.pragma('busy_timeout = 0');
  store.pragma('wal_checkpoint(TRUNCATE)');
  store.pragma(`busy_timeout = ${patience}`);
}
