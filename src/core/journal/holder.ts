import type { LeaseHolder } from '../../shared/contract.ts';
import type { Store } from './store.ts';

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
