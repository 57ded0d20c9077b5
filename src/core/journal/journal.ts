import type { Ports } from '../ports.ts';
import { type BatchWrites, createBatchWrites } from './batches.ts';
import { appendEvent, createWorkTime, type LogSubject } from './batchTotals.ts';
import { createHistory, type History } from './history.ts';
import { checkWhole } from './integrity.ts';
import { createHolderWrites, findHolder, type HolderReads, type HolderWrites } from './lease.ts';
import {
  createOfficeRequestReads,
  createOfficeRequestWrites,
  type OfficeRequestReads,
  type OfficeRequestWrites,
} from './officeRequests.ts';
import { createOutboxReads, createOutboxWrites, type OutboxReads, type OutboxWrites } from './outbox.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { type PruneReport, type PruneRequest, prune } from './prune.ts';
import { createQueries, type Queries } from './queries.ts';
import { createRecentReads, type RecentReads } from './recentWork.ts';
import {
  createScheduleReads,
  createScheduleWrites,
  type ScheduleReads,
  type ScheduleWrites,
} from './scheduleRuns.ts';
import {
  createServiceNoteReads,
  createServiceNoteWrites,
  type ServiceNoteReads,
  type ServiceNoteWrites,
} from './serviceNotes.ts';
import { createShapeReads, createShapeWrites, type ShapeReads, type ShapeWrites } from './shapeCache.ts';
import { handle, type ReadableStore, type WritableStore } from './store.ts';
import { createTableWrites, type TableWrites } from './tableRuns.ts';
import { createTablesPast, type TablesPast } from './tablesPast.ts';
import { createTrafficReads, createTrafficWrites, type TrafficReads, type TrafficWrites } from './traffic.ts';
import {
  createVerificationReads,
  createVerificationWrites,
  type VerificationReads,
  type VerificationWrites,
} from './verifications.ts';
import { createWorkReads, type WorkReads } from './workSince.ts';

/** All queries of the journal. */
interface JournalReads
  extends Queries,
    History,
    TablesPast,
    HolderReads,
    VerificationReads,
    Outcomes,
    ScheduleReads,
    ServiceNoteReads,
    OutboxReads,
    OfficeRequestReads,
    TrafficReads,
    WorkReads,
    RecentReads,
    ShapeReads {}

/** All changes of the journal. */
interface JournalWrites
  extends BatchWrites,
    TableWrites,
    HolderWrites,
    VerificationWrites,
    ScheduleWrites,
    ServiceNoteWrites,
    OutboxWrites,
    OfficeRequestWrites,
    TrafficWrites,
    ShapeWrites {
  /**
   * Runs `work` in one transaction, because each transaction waits for the disk. Events about what it writes must wait
   * until this returns.
   */
  together<T>(work: () => T): T;
  /**
   * The same without waiting for the disk, for writes that may be lost: a power cut may lose them, a crash of this
   * process does not. The next write brings them to the disk.
   */
  togetherLazily(work: () => void): void;
  /** Appends a line to the event log. */
  logEvent(event: string, subject?: LogSubject): void;
  /**
   * Removes old batches and what belongs to them; see {@link prune}. Works in short transactions, so that readers and
   * writers in this and other processes do not wait.
   */
  prune(request: PruneRequest): Promise<PruneReport>;
  /**
   * Makes the full check if the opening put it off; see {@link checkWhole}. Damage is logged, and the next opening
   * sets the file aside.
   */
  checkIfDue(): Promise<void>;
}

/**
 * The journal, for code that only reads. A {@link WritableJournal} is not assignable to it: its `reader` is.
 *
 * All methods are synchronous. Besides what they say themselves, they throw SyncFailure `journal_failed` if the file
 * cannot be read or is damaged.
 */
export interface ReadableJournal extends JournalReads {
  readonly [handle]: 'read';
  close(): void;
}

/**
 * The local record of what was done, in SQLite. Central's checkpoints are the truth about rows; the journal is the truth
 * about batches.
 *
 * All methods but two are synchronous, and all but `togetherLazily` are durable when they return. Besides what they say
 * themselves, they throw SyncFailure `journal_failed` if the disk is full, or the file cannot be written or is damaged.
 */
export interface WritableJournal extends JournalReads, JournalWrites {
  readonly [handle]: 'write';
  /** The same database for code that only reads: it also sees what an open transaction of this journal has written. */
  readonly reader: ReadableJournal;
  /** The last process to close the journal removes the `-wal` file; without that the next opening checks the whole file. */
  close(): void;
}

/** The file that a journal is in. */
export interface JournalFile {
  readonly path: string;
  /** Asks for a full check at the next opening. */
  suspect(): void;
}

export function createReadableJournal(store: ReadableStore): ReadableJournal {
  return { [handle]: 'read', ...readsOf(store), close: () => store.close() };
}

export function createWritableJournal(
  store: WritableStore,
  ports: Ports,
  file: JournalFile,
): WritableJournal {
  const { clock } = ports;
  const workTime = createWorkTime(clock);
  return {
    [handle]: 'write',
    reader: createReadableJournal(store),
    ...readsOf(store),
    ...createBatchWrites(store, ports, workTime),
    ...createTableWrites(store, ports, workTime),
    ...createHolderWrites(store),
    ...createVerificationWrites(store, clock),
    ...createScheduleWrites(store, clock),
    ...createServiceNoteWrites(store, clock),
    ...createOutboxWrites(store, clock),
    ...createOfficeRequestWrites(store, clock),
    ...createTrafficWrites(store, clock),
    ...createShapeWrites(store),
    together: (work) => store.write(work),
    togetherLazily: (work) => store.writeLazily(work),
    logEvent: (event, subject = {}) => store.write(() => appendEvent(store, clock, event, subject)),
    prune: (request) => prune(store, clock, file.path, request),
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

function readsOf(store: ReadableStore): JournalReads {
  return {
    ...createQueries(store),
    ...createHistory(store),
    ...createTablesPast(store),
    ...createVerificationReads(store),
    ...createScheduleReads(store),
    ...createOutcomes(store),
    ...createServiceNoteReads(store),
    ...createOutboxReads(store),
    ...createWorkReads(store),
    ...createRecentReads(store),
    ...createOfficeRequestReads(store),
    ...createTrafficReads(store),
    ...createShapeReads(store),
    holder: () => findHolder(store),
  };
}
