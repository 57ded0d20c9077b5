import type { EngineEvent, TableOutcome, TableProgress, TableRef } from '../../shared/contract.ts';
import type { FailureDetail } from '../../shared/errors.ts';
import { modelName } from '../../shared/naming.ts';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import { Strategy, TableStatus } from '../../shared/status.ts';
import type { WritableJournal } from '../journal/journal.ts';
import type { Clock } from '../ports.ts';
import type { CentralWaitState } from '../table/centralWait.ts';
import type { TableRecorder } from '../table/tableRun.ts';
import { type Checkpoint, NO_COUNTS, type PassCounts } from '../target/checkpoint.ts';

export type Emit = (event: EngineEvent) => void;

/**
 * Whether a pass has compared every row of both databases, so that changes made by others at central are repaired. Other
 * passes only see changes at the source, and a `replace` may have found none and read nothing.
 */
function provesEqual(strategy: Strategy, { bytes, deleted }: PassCounts): boolean {
  if (strategy === Strategy.Replace) return bytes + deleted > 0;
  return strategy === Strategy.Full || strategy === Strategy.Compare;
}

/**
 * Writes what happens to one table to the journal, then emits the event. A table of a batch has a row of its own; a
 * single-table run has entries in the event log only.
 */
export class JournalRecorder implements TableRecorder {
  readonly #journal: WritableJournal;
  readonly #emit: Emit;
  readonly #clock: Clock;
  readonly #ref: TableRef;
  readonly #estimatedRows: number | null;
  readonly #startedAt: number;
  #strategy: Strategy | null = null;
  #counts: PassCounts = NO_COUNTS;
  /** The last checkpoint that was written to the journal. */
  #kept: Checkpoint | null = null;
  /** The table has started, but that is not in the journal yet. */
  #startsNext = false;
  #msAgo = 0;
  #meter: Meter | null = null;

  constructor(
    journal: WritableJournal,
    emit: Emit,
    clock: Clock,
    ref: TableRef,
    estimatedRows: number | null,
  ) {
    this.#journal = journal;
    this.#emit = emit;
    this.#clock = clock;
    this.#ref = ref;
    this.#estimatedRows = estimatedRows;
    this.#startedAt = clock.monotonic();
  }

  /**
   * Marks the table as started. It is written with the next entry, because each transaction waits for the disk and the
   * event goes out only when the strategy is chosen.
   *
   * @param msAgo how long ago that was
   */
  started(msAgo = 0): void {
    this.#startsNext = true;
    this.#msAgo = msAgo;
  }

  chosen(strategy: Strategy, reason: string): void {
    this.#strategy = strategy;
    // Written without waiting for the disk: after a power cut the table is pending, and central has its checkpoint.
    this.#journal.togetherLazily(() => {
      this.#begin();
      this.#write((row) => this.#journal.chooseStrategy(row, strategy, reason), 'strategy_chosen', {
        strategy,
        reason,
      });
    });
    this.#startsNext = false;
    this.#emit({ type: 'table_started', ...this.#ref, strategy, estimatedRows: this.#estimatedRows });
  }

  resumed(checkpoint: Checkpoint): void {
    this.#keep(checkpoint);
    const atRow = checkpoint.processed + checkpoint.skipped;
    this.#journal.logEvent('table_goes_on', {
      ...this.#ref,
      detail: { at_row: atRow, key: checkpoint.lastKey?.values ?? null },
    });
    this.#emit({ type: 'table_resumed', ...this.#ref, atRow });
  }

  committed(checkpoint: Checkpoint): void {
    this.#meter ??= new Meter(this.#ref, this.#estimatedRows, this.#counts, this.#startedAt);
    // Written without waiting for the disk: central's checkpoint has the same, and the next run reads it there. Waiting
    // several times a second for a slow disk would hold up the tray and the other tables' streams.
    this.#journal.togetherLazily(() => this.#keep(checkpoint));
    this.#emit({ type: 'table_progress', ...this.#meter.read(checkpoint, this.#clock.monotonic()) });
  }

  retrying(failure: FailureDetail, attempt: number, delayMs: number): void {
    const detail = { code: failure.code, message: failure.message, attempt };
    this.#together(() =>
      this.#write((row) => this.#journal.retryTable(row, failure, delayMs), 'table_retrying', detail),
    );
    this.#emit({ type: 'table_retrying', ...this.#ref, attempt, delayMs, failure });
  }

  waiting(state: CentralWaitState): void {
    tellCentralWait({ journal: this.#journal, emit: this.#emit }, this.#ref, state);
  }

  deletesOff(): void {
    const { connection, table } = this.#ref;
    this.#journal.logEvent('deletes_off', this.#ref);
    this.#emit({ type: 'deletes_off', connection, table });
  }

  notice(notice: Notice): void {
    const { connection, table } = this.#ref;
    this.#journal.logEvent('notice', { ...this.#subject(), detail: { code: notice.code, ...notice.params } });
    this.#emit({ type: 'notice', connection, table, notice });
  }

  /** All rows are written. The deletes wait for other tables. */
  deletesHeld(): void {
    this.#journal.logEvent('deletes_held', this.#subject());
  }

  /** The table is done, but waits until the tables that head office changed along with it are compared. */
  waitsFor(tables: readonly string[]): void {
    this.#journal.logEvent('waits_for_comparison', {
      ...this.#subject(),
      detail: { tables: tables.join(', ') },
    });
  }

  completed(checkpoint: Checkpoint): TableOutcome {
    this.#together(() => {
      if (checkpoint !== this.#kept) this.#keep(checkpoint);
      this.#write((row) => this.#journal.completeTable(row, this.#counts), 'table_completed', {
        ...this.#counts,
        source_snapshot_at: checkpoint.sourceSnapshotAt,
      });
      const { connection, table } = this.#ref;
      if (this.#strategy !== null && provesEqual(this.#strategy, this.#counts))
        this.#journal.provedByPass(connection, table, this.#strategy);
    });
    return this.#end(TableStatus.Completed, null);
  }

  failed(failure: FailureDetail): TableOutcome {
    const detail = { code: failure.code, message: failure.message };
    this.#together(() => this.#write((row) => this.#journal.failTable(row, failure), 'table_failed', detail));
    return this.#end(TableStatus.Failed, failure);
  }

  skipped(reason: string): TableOutcome {
    this.#write((row) => this.#journal.skipTable(row, reason), 'table_skipped', { reason });
    return this.#end(TableStatus.Skipped, null);
  }

  /** The run was stopped within the table. Its row stays as it is, and the next run continues. */
  stopped(): TableOutcome {
    return this.#outcome(TableStatus.InProgress, null);
  }

  /** Writes in one transaction, including a start that is not written yet. */
  #together(work: () => void): void {
    this.#journal.together(() => {
      this.#begin();
      work();
    });
    this.#startsNext = false;
  }

  #begin(): void {
    if (!this.#startsNext) return;
    const facts = { strategy: null, estimatedRows: this.#estimatedRows, msAgo: this.#msAgo };
    this.#write((row) => this.#journal.startTable(row, facts), 'table_started', {});
  }

  #keep(checkpoint: Checkpoint): void {
    const { processed, skipped, deleted, bytes } = checkpoint;
    this.#counts = { processed, skipped, deleted, bytes };
    this.#write((row) =>
      this.#journal.progressTable(row, {
        ...this.#counts,
        checkpoint: checkpoint.lastKey === null ? null : JSON.stringify(checkpoint.lastKey.values),
        sourceSnapshotAt: checkpoint.sourceSnapshotAt,
      }),
    );
    this.#kept = checkpoint;
  }

  #end(status: TableStatus, failure: FailureDetail | null): TableOutcome {
    const outcome = this.#outcome(status, failure);
    this.#emit({ type: 'table_ended', ...this.#ref, outcome });
    return outcome;
  }

  #outcome(status: TableStatus, failure: FailureDetail | null): TableOutcome {
    const { connection, table } = this.#ref;
    const durationSeconds = (this.#clock.monotonic() - this.#startedAt) / 1000;
    return {
      connection,
      table,
      model: modelName(table),
      status,
      strategy: this.#strategy,
      ...this.#counts,
      durationSeconds,
      failure,
    };
  }

  #subject() {
    const { batchId, connection, table } = this.#ref;
    return { ...(batchId === null ? {} : { batchId }), connection, table };
  }

  /** @param event the event-log entry for a single-table run; none where progress needs no entry */
  #write(
    inBatch: (row: { readonly batchId: string; readonly connection: string; readonly table: string }) => void,
    event?: string,
    detail?: Readonly<Record<string, unknown>>,
  ): void {
    const { batchId, connection, table } = this.#ref;
    if (batchId !== null) inBatch({ batchId, connection, table });
    else if (event !== undefined)
      this.#journal.logEvent(event, { connection, table, ...(detail === undefined ? {} : { detail }) });
  }
}

/**
 * Tells that a table, or the whole connection, waits for a busy head office, or that the wait is over.
 *
 * @param about without a table, the whole connection
 */
export function tellCentralWait(
  { journal, emit }: { readonly journal: WritableJournal; readonly emit: Emit },
  about: { readonly batchId: string | null; readonly connection: string; readonly table?: string },
  { seconds, over, failure }: CentralWaitState,
): void {
  const { batchId, connection, table } = about;
  const { code, message, params } = failure;
  journal.logEvent('waiting_for_central', {
    ...(batchId === null ? {} : { batchId }),
    connection,
    ...(table === undefined ? {} : { table }),
    detail: { seconds, over, failure: { code, message, params } },
  });
  emit({ type: 'waiting_for_central', batchId, connection, table: table ?? null, seconds, over, failure });
}

/** A recorder that only writes to the event log: the table's row keeps the result of its own turn. */
export function quietRecorder(journal: WritableJournal, ref: TableRef, forTable: string): TableRecorder {
  const { batchId, connection, table } = ref;
  const subject = { ...(batchId === null ? {} : { batchId }), connection, table };
  const log = (event: string, detail: Readonly<Record<string, unknown>>): void =>
    journal.logEvent(event, { ...subject, detail });
  const nothing = (): void => {};
  return {
    started: () => log('table_brought_again', { for: forTable }),
    chosen: nothing,
    resumed: nothing,
    committed: (at: Checkpoint) =>
      log('table_again_committed', { processed: at.processed, deleted: at.deleted }),
    retrying: nothing,
    waiting: nothing,
    deletesOff: nothing,
    // All other notices come in the table's own turn.
    notice: ({ code, params }) => {
      if (code === NoticeCode.NotNullDropped) log('notice', { code, ...params });
    },
  };
}

/** Time constant of the smoothed rates, in seconds: a few chunks on a slow link. */
const MEMORY_SECONDS = 15;

/** Computes rates and the time left from committed counts, for display. */
export class Meter {
  readonly #ref: TableRef;
  readonly #estimatedRows: number | null;
  #at: number;
  #rows: number;
  #bytes: number;
  #rowRate: number | null = null;
  #byteRate: number | null = null;

  /**
   * @param from counts at the start of this attempt, since rows of earlier attempts say nothing about its speed
   * @param now monotonic milliseconds
   */
  constructor(ref: TableRef, estimatedRows: number | null, from: PassCounts, now: number) {
    this.#ref = ref;
    this.#estimatedRows = estimatedRows;
    this.#at = now;
    this.#rows = from.processed + from.skipped;
    this.#bytes = from.bytes;
  }

  /** The progress to show after a committed chunk. */
  read(counts: PassCounts, now: number): TableProgress {
    const seconds = Math.max(0.001, (now - this.#at) / 1000);
    const rows = counts.processed + counts.skipped;
    // Exponential smoothing over uneven intervals: a chunk of a minute weighs more than one of a second.
    const weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
    this.#rowRate = smooth(this.#rowRate, (rows - this.#rows) / seconds, weight);
    this.#byteRate = smooth(this.#byteRate, (counts.bytes - this.#bytes) / seconds, weight);
    this.#at = now;
    this.#rows = rows;
    this.#bytes = counts.bytes;
    const left = this.#estimatedRows === null ? null : Math.max(0, this.#estimatedRows - rows);
    return {
      ...this.#ref,
      processed: counts.processed,
      skipped: counts.skipped,
      deleted: counts.deleted,
      bytes: counts.bytes,
      estimatedRows: this.#estimatedRows,
      rowsPerSecond: this.#rowRate,
      bytesPerSecond: this.#byteRate,
      // With all the rows that were estimated it still runs, so the estimate says nothing any more.
      etaSeconds: left === null || left === 0 || this.#rowRate <= 0 ? null : left / this.#rowRate,
    };
  }
}

function smooth(before: number | null, now: number, weight: number): number {
  return before === null ? now : before + weight * (now - before);
}
