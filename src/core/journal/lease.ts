import { join } from 'node:path';
import type { LeaseHolder } from '../../shared/contract.ts';
import { makeOwnFolder } from '../files/dataFolder.ts';
import type { Clock } from '../ports.ts';
import { type FileLock, isLocked, lockFile } from './exclusiveFile.ts';
import { asFolderError } from './sqliteErrors.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** The right to run syncs in a user-data folder. One process at a time holds it, until it releases it or dies. */
export type Lease = FileLock;

/**
 * Without any wait, two processes that start in the same instant can block one another for a microsecond, and both would
 * report that the other one runs. It is short enough not to freeze a window.
 */
const CONTENTION_MS = 25;

/** Goal: a lease that the system frees when its process dies is noticed within 100 ms. */
const POLL_MS = 50;

/**
 * Takes the lease if it is free.
 *
 * @param folder the user-data folder; created if it is missing
 * @returns null if a live process holds it, which may be this one
 * @throws UsageError `data_folder_unusable`
 */
export function tryAcquireLease(folder: string): Lease | null {
  return acquire(folder, CONTENTION_MS);
}

/**
 * Takes the lease as soon as it is free. There is no queue: any waiting process may be next.
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
 * Whether a live process holds the lease. It writes nothing, so it is cheap enough to call every second. A process that
 * takes the lease in the same instant waits some microseconds (CONTENTION_MS).
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

export interface RawHolder extends Omit<LeaseHolder, 'batchId'> {
  readonly batch_id: string | null;
}

/** For display only: after a crash the row is still there although the lease is free (`isLeaseHeld`). */
export interface HolderReads {
  /** The process that last wrote that it holds the lease. */
  holder(): LeaseHolder | null;
}

export interface HolderWrites {
  /** Written by the process that has the lease; null when it gives the lease back. */
  setHolder(holder: LeaseHolder | null): void;
}

export function createHolderWrites(store: WritableStore): HolderWrites {
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
  };
}

export function findHolder(store: ReadableStore): LeaseHolder | null {
  const raw = store.get<RawHolder>('SELECT pid, host, face, since, batch_id FROM lease_holder');
  return raw ? toHolder(raw) : null;
}

export function toHolder({ batch_id, ...rest }: RawHolder): LeaseHolder {
  return { ...rest, batchId: batch_id };
}
