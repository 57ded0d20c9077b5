import { tableKey } from '../../../shared/contract.ts';
import type { RunningTable } from '../../../window-api/views.ts';

/** Positions in a list, one per table; null for an empty one. */
export type Slots = readonly (RunningTable | null)[];

/**
 * Gives each running table a position: tables keep theirs, new ones take the first free one, and no position
 * is removed, so that nothing jumps while a person reads.
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
