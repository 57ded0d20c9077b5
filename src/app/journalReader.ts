import { findCrash } from '../core/batch/leaseGuard.ts';
import type { ReadableJournal } from '../core/journal/journal.ts';
import { isLeaseHeld } from '../core/journal/lease.ts';
import { openJournal, openJournalToRead } from '../core/journal/openJournal.ts';
import type { Ports } from '../core/ports.ts';
import type { LeaseHolder } from '../shared/contract.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';

/** How long a lease that was found held counts as held: checking it blocks for a moment. */
const HELD_MS = 500;

/**
 * Reads the journal as it is now. Opens it for every read, because other processes create it, write to it and
 * replace a damaged one.
 */
export class JournalReader {
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #runsHere: () => boolean;
  #heldAt = Number.NEGATIVE_INFINITY;

  /** @param runsHere whether this process runs something itself, and therefore holds the lease */
  constructor(folder: string, ports: Ports, runsHere: () => boolean) {
    this.#folder = folder;
    this.#ports = ports;
    this.#runsHere = runsHere;
  }

  /** @throws UsageError `data_folder_unusable`, `journal_newer`; SyncFailure `journal_failed` */
  read<T>(look: (journal: ReadableJournal) => T): T {
    const journal = openJournalToRead(this.#folder, this.#ports);
    try {
      // If the process of a running batch has died and no other program noticed, mark the batch now, so that
      // the window does not show it as running.
      if (journal.runningBatch() !== null && !this.#isHeld()) this.#markCrash();
      return look(journal);
    } finally {
      journal.close();
    }
  }

  /** The process that runs something now, for display. */
  holder(journal: ReadableJournal): LeaseHolder | null {
    const noted = journal.holder();
    return noted !== null && this.#isHeld() ? noted : null;
  }

  #isHeld(): boolean {
    if (this.#runsHere()) return true;
    const now = this.#ports.clock.monotonic();
    if (now - this.#heldAt < HELD_MS) return true;
    if (!isLeaseHeld(this.#folder)) return false;
    this.#heldAt = now;
    return true;
  }

  #markCrash(): void {
    const { journal } = openJournal(this.#folder, this.#ports);
    try {
      findCrash(this.#folder, journal);
    } finally {
      journal.close();
    }
  }
}

/** @throws UsageError `batch_unknown`, with the nearest id */
export function batchUnknown(journal: ReadableJournal, batchId: string): UsageError {
  const nearest = journal.nearestBatchId(batchId);
  return new UsageError(UsageCode.BatchUnknown, {
    batch: batchId,
    ...(nearest === null ? {} : { nearest }),
  });
}
