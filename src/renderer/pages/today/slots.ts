import { tableKey } from '../../../shared/contract.ts';
import type { RunningTable } from '../../../window-api/views.ts';

/** Places in a list, one a table; null where none is now. */
export type Slots = readonly (RunningTable | null)[];

/**
 * Gives each running table its place: one that goes on keeps the place that it had, a new one takes the first that
 * is free, and no place is taken away, so that nothing jumps while a person reads.
 */
export function slotsFor(before: Slots, tables: readonly RunningTable[]): Slots {
  const left = new Map(tables.map((one) => [tableKey(one.connection, one.table), one]));
  const kept = before.map((slot) => {
    if (slot === null) return null;
    const key = tableKey(slot.connection, slot.table);
    const now = left.get(key) ?? null;
    left.delete(key);
    return now;
  });
  const fresh = [...left.values()];
  const filled = kept.map((slot) => slot ?? fresh.shift() ?? null);
  return [...filled, ...fresh];
}
