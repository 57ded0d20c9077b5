import type { Ports } from '../ports.ts';
import { type BatchWrites, createBatchWrites } from './batches.ts';
import { appendEvent, createWorkTime, type LogSubject } from './batchTotals.ts';
import { createHistory, type History } from './history.ts';
import { checkWhole } from './integrity.ts';
import { createHolderNote, type HolderNote } from './lease.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { type PruneReport, type PruneRequest, prune } from './prune.ts';
import { createQueries, type Queries } from './queries.ts';
import { createScheduleRuns, type ScheduleRuns } from './scheduleRuns.ts';
import { createServiceNotes, type ServiceNotes } from './serviceNotes.ts';
import { createShapeCache, type ShapeCache } from './shapeCache.ts';
import type { Store } from './store.ts';
import { createTableWrites, type TableWrites } from './tableRuns.ts';
import { createTablesPast, type TablesPast } from './tablesPast.ts';
import { createVerifications, type Verifications } from './verifications.ts';

/**
 * The local record of what was done, in SQLite. All methods are synchronous and, but for one, durable when they return.
 * Central's checkpoints are the truth about rows; the journal is the truth about batches.
 *
 * Besides what they say themselves, all methods throw SyncFailure `journal_failed` where the disk is full,
 * the file cannot be written, or is damaged.
 */
export interface Journal
  extends BatchWrites,
    TableWrites,
    Queries,
    History,
    TablesPast,
    HolderNote,
    Verifications,
    Outcomes,
    ScheduleRuns,
    ServiceNotes,
    ShapeCache {
  /**
   * Makes what `work` writes one transaction. Each write alone waits for the disk; what is emitted of them
   * must wait until this returns.
   */
  together<T>(work: () => T): T;
  /**
   * The same, without waiting for the disk, for what is no loss: a power cut may take it, not a crash of this
   * process. What is written next brings it to the disk.
   */
  togetherLazily(work: () => void): void;
  /** Appends a line to the event log. */
  logEvent(event: string, subject?: LogSubject): void;
  /**
   * Removes old batches and what belongs to them; see {@link prune}. In small steps, so that readers and writers
   * in this and other processes go on meanwhile.
   */
  prune(request: PruneRequest): Promise<PruneReport>;
  /**
   * Makes the whole check that the opening has put off, if it has; see {@link checkWhole}. Damage is logged, and
   * the next opening sets the file aside.
   */
  checkIfDue(): Promise<void>;
  /** The last one to close tidies up the `-wal` file; without it the next opening checks the whole file. */
  close(): void;
}

/** The file that a journal is in. */
export interface JournalFile {
  readonly path: string;
  /** Asks for a whole check at the next opening. */
  suspect(): void;
}

export function createJournal(store: Store, ports: Ports, file: JournalFile): Journal {
  const workTime = createWorkTime(ports.clock);
  return {
    ...createBatchWrites(store, ports, workTime),
    ...createTableWrites(store, ports, workTime),
    ...createQueries(store),
    ...createHistory(store),
    ...createTablesPast(store),
    ...createHolderNote(store),
    ...createVerifications(store, ports.clock),
    ...createScheduleRuns(store, ports.clock),
    ...createOutcomes(store),
    ...createServiceNotes(store, ports.clock),
    ...createShapeCache(store),
    together: (work) => store.write(work),
    togetherLazily: (work) => store.writeLazily(work),
    logEvent: (event, subject = {}) => store.write(() => appendEvent(store, ports.clock, event, subject)),
    prune: (request) => prune(store, ports.clock, file.path, request),
    checkIfDue: async () => {
      const verdict = await checkWhole(file.path);
      if (verdict?.kind !== 'corrupt') return;
      file.suspect();
      ports.logger.log('error', 'The journal is damaged; the next opening sets it aside', {
        finding: verdict.finding,
      });
    },
    close: () => store.close(),
  };
}
