import { findCrash } from '../core/batch/leaseGuard.ts';
import type { Journal } from '../core/journal/journal.ts';
import { isLeaseHeld } from '../core/journal/lease.ts';
import { openJournal } from '../core/journal/openJournal.ts';
import type { Ports } from '../core/ports.ts';
import type { LeaseHolder } from '../shared/contract.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';

/** For so long a lease that was held is taken as held: asking blocks for a moment while it is. */
const HELD_MS = 500;

/**
 * Reads the journal as it is now. It is opened for each look, because other processes make it, write to it
 * and, where it is damaged, put another in its place meanwhile.
 */
export class JournalReader {
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #runsHere: () => boolean;
  #heldAt = Number.NEGATIVE_INFINITY;

  /** @param runsHere whether this process runs something itself, and so holds the lease */
  constructor(folder: string, ports: Ports, runsHere: () => boolean) {
    this.#folder = folder;
    this.#ports = ports;
    this.#runsHere = runsHere;
  }

  /** @throws UsageError `data_folder_unusable`, `journal_newer`; SyncFailure `journal_failed` */
  read<T>(look: (journal: Journal) => T): T {
    const { journal } = openJournal(this.#folder, this.#ports, { readonly: true });
    try {
      // Nobody may be left to say that a batch was cut off; the window must not show it as running.
      if (journal.runningBatch() !== null && !this.#isHeld()) this.#markCrash();
      return look(journal);
    } finally {
      journal.close();
    }
  }

  /** Who runs now, for display. */
  holder(journal: Journal): LeaseHolder | null {
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
export function batchUnknown(journal: Journal, batchId: string): UsageError {
  const nearest = journal.nearestBatchId(batchId);
  return new UsageError(UsageCode.BatchUnknown, {
    batch: batchId,
    ...(nearest === null ? {} : { nearest }),
  });
}
