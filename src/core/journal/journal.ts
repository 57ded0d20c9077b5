import type { Ports } from '../ports.ts';
import { type BatchWrites, createBatchWrites } from './batches.ts';
import { appendEvent, type LogSubject } from './eventLog.ts';
import { createHolderNote, type HolderNote } from './holder.ts';
import { createQueries, type Queries } from './queries.ts';
import { createScheduleRuns, type ScheduleRuns } from './scheduleRuns.ts';
import type { Store } from './store.ts';
import { createTableWrites, type TableWrites } from './tableRuns.ts';
import { createVerifications, type Verifications } from './verifications.ts';
import { createWorkTime } from './workTime.ts';

/**
 * The local record of what was done, in SQLite. All methods are synchronous and durable when they return.
 * Central's checkpoints are the truth about rows; the journal is the truth about batches.
 *
 * Besides what they say themselves, all methods throw SyncFailure `journal_failed` where the disk is full,
 * the file cannot be written, or is damaged.
 */
export interface Journal extends BatchWrites, TableWrites, Queries, HolderNote, Verifications, ScheduleRuns {
  /**
   * Makes what `work` writes one transaction. Each write alone waits for the disk; what is emitted of them
   * must wait until this returns.
   */
  together(work: () => void): void;
  /** Appends a line to the event log. */
  logEvent(event: string, subject?: LogSubject): void;
  /** The last one to close tidies up the `-wal` file; without it the next opening checks the whole file. */
  close(): void;
}

export function createJournal(store: Store, ports: Ports): Journal {
  const workTime = createWorkTime(ports.clock);
  return {
    ...createBatchWrites(store, ports, workTime),
    ...createTableWrites(store, ports, workTime),
    ...createQueries(store),
    ...createHolderNote(store),
    ...createVerifications(store, ports.clock),
    ...createScheduleRuns(store, ports.clock),
    together: (work) => store.write(work),
    logEvent: (event, subject = {}) => store.write(() => appendEvent(store, ports.clock, event, subject)),
    close: () => store.close(),
  };
}
