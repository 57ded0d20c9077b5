import { setImmediate } from 'node:timers/promises';
import type { Store } from './store.ts';

/** 1 MB: some milliseconds under the write lock. */
const PAGES_A_STEP = 256;
/** So many free pages stay for the next batch, which would have to make the file longer again. */
const SPARE_PAGES = 256;

/**
 * Gives the space of removed rows back to the system, in small steps, so that neither readers nor writers have to
 * wait. Whoever writes meanwhile takes free pages as before; where this process is killed, the rest stays free.
 *
 * @param hasTime where it says no, the rest waits for the next time
 * @throws SyncFailure `journal_failed`
 */
export async function giveBackSpace(store: Store, hasTime: () => boolean): Promise<void> {
  let free = store.pragma('freelist_count');
  if (free <= SPARE_PAGES) return;
  while (free > SPARE_PAGES && hasTime()) {
    store.pragma(`incremental_vacuum(${Math.min(PAGES_A_STEP, free - SPARE_PAGES)})`);
    const left = store.pragma('freelist_count');
    // None could be moved, or somebody else frees as fast.
    if (left >= free) break;
    free = left;
    await setImmediate();
  }
  // The file gets shorter only when the WAL is written back. With readers in the way this does what it can: the
  // time-out is that of this call, since TRUNCATE would make everybody wait for them.
  const patience = store.pragma('busy_timeout');
  store.pragma('busy_timeout = 0');
  store.pragma('wal_checkpoint(TRUNCATE)');
  store.pragma(`busy_timeout = ${patience}`);
}
