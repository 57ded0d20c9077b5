import { join } from 'node:path';
import type { LeaseHolder } from '../../shared/contract.ts';
import { makeOwnFolder } from '../files/dataFolder.ts';
import type { Clock } from '../ports.ts';
import { type FileLock, isLocked, lockFile } from './exclusiveFile.ts';
import { asFolderError } from './sqliteErrors.ts';
import type { Store } from './store.ts';

/** The right to run syncs in a user-data folder. Held by one process at a time, to its release or death. */
export type Lease = FileLock;

/**
 * Long enough for one of two runners that start in the same instant to win: with no wait at all, each can
 * stand in the other's way for a microsecond, and both would be told that the other runs. Short enough
 * that asking does not freeze a window.
 */
const CONTENTION_MS = 25;

/** A lease freed by a death is noticed within 100 ms (the goal); the system frees it at once. */
const POLL_MS = 50;

/**
 * Takes the lease if it is free.
 *
 * @param folder the user-data folder, made where it is missing
 * @returns null where a live runner holds it: another process, or this one
 * @throws UsageError `data_folder_unusable`
 */
export function tryAcquireLease(folder: string): Lease | null {
  return acquire(folder, CONTENTION_MS);
}

/**
 * Takes the lease as soon as it is free. Waiters are not queued: any of them may be next.
 *
 * @param signal gives up, rejecting with the signal's reason
 * @throws UsageError `data_folder_unusable`
 */
export async function waitForLease(folder: string, clock: Clock, signal?: AbortSignal): Promise<Lease> {
  for (;;) {
    signal?.throwIfAborted();
    const lease = acquire(folder, 0);
    if (lease) return lease;
    await clock.sleep(POLL_MS, signal);
  }
}

/**
 * Whether a live runner holds the lease. Nothing is written, so it may be asked once a second all day. A runner
 * that starts in the same instant waits for microseconds (CONTENTION_MS) instead of giving up.
 *
 * @throws UsageError `data_folder_unusable`
 */
export function isLeaseHeld(folder: string): boolean {
  try {
    return isLocked(leaseFile(folder), CONTENTION_MS);
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

function acquire(folder: string, waitMs: number): Lease | null {
  try {
    makeOwnFolder(folder);
    return lockFile(leaseFile(folder), waitMs);
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

function leaseFile(folder: string): string {
  return join(folder, 'lease.db');
}

interface RawHolder extends Omit<LeaseHolder, 'batchId'> {
  readonly batch_id: string | null;
}

/** For display alone: after a crash the row is still there, while the lease is free (`isLeaseHeld`). */
export interface HolderNote {
  /** Written by whoever has the lease; null when it is given back. */
  setHolder(holder: LeaseHolder | null): void;
  /** Who wrote last that it holds the lease. */
  holder(): LeaseHolder | null;
}

export function createHolderNote(store: Store): HolderNote {
  return {
    setHolder: (holder) =>
      store.write(() => {
        store.run('DELETE FROM lease_holder');
        if (!holder) return;
        const { batchId, ...rest } = holder;
        store.run(
          `INSERT INTO lease_holder (one, pid, host, face, since, batch_id)
           VALUES (1, @pid, @host, @face, @since, @batch_id)`,
          { ...rest, batch_id: batchId },
        );
      }),

    holder: () => findHolder(store),
  };
}

export function findHolder(store: Store): LeaseHolder | null {
  const raw = store.get<RawHolder>('SELECT pid, host, face, since, batch_id FROM lease_holder');
  if (!raw) return null;
  const { batch_id, ...rest } = raw;
  return { ...rest, batchId: batch_id };
}
